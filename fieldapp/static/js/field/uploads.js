// Photos on their way up, in pieces, by the tus protocol: what has arrived stays there when the connection breaks.
import { Upload } from "tus-js-client";
import { ApiError, errorOf, unreadable } from "./failures.js";

const PIECE = 64 * 1024; // bytes; on a weak network a piece takes some seconds
const ENDPOINT = "/api/v1/photos";

// tus-js-client brings XMLHttpRequest, which a service worker has not: ours is the api's own exchange.
function stackOver(exchange) {
  return {
    getName: () => "fetch",
    createRequest(method, url) {
      const headers = {};
      return {
        getMethod: () => method,
        getURL: () => url,
        setHeader(name, value) {
          headers[name] = value;
        },
        getHeader: (name) => headers[name],
        setProgressHandler() {},
        async send(body) {
          const answer = await exchange(method, url, { headers, body: body ?? undefined });
          return {
            getStatus: () => answer.status,
            getHeader: (name) => answer.header(name) ?? undefined,
            getBody: () => answer.text,
            getUnderlyingObject: () => answer,
          };
        },
        abort: async () => {},
        getUnderlyingObject: () => null,
      };
    },
  };
}

const reader = {
  openFile: async (blob) => ({
    size: blob.size,
    slice: async (from, to) => ({ value: blob.slice(from, to), done: to >= blob.size }),
    close() {},
  }),
};

export function openUploads({ exchange, origin }) {
  const httpStack = stackOver(exchange);

  // tus wraps what went wrong; this is what it was.
  function causeOf(error) {
    if (error.causingError instanceof ApiError) return error.causingError;
    const answer = error.originalResponse?.getUnderlyingObject();
    if (!answer) return new ApiError("nonsense", { message: error.message });
    if (answer.status >= 200 && answer.status < 300) return unreadable(answer);
    // Another request holds this upload, it stands elsewhere than we thought, or it is over: ask again later.
    if ([404, 409, 423].includes(answer.status)) return new ApiError("server", { status: answer.status });
    return errorOf(answer);
  }

  const local = (address) => {
    const url = new URL(address, origin);
    return url.origin === new URL(origin).origin ? url.href : null;
  };

  return {
    // -> whether the server has the photo already.
    async hasPhoto(sha256) {
      const answer = await exchange("HEAD", `${ENDPOINT}/${sha256}`);
      if (answer.status >= 200 && answer.status < 300) return true;
      if (answer.status === 404) return false;
      // A HEAD has no body that would say more.
      if (answer.status === 401) throw new ApiError("session", { status: 401 });
      if (answer.status >= 500) throw new ApiError("server", { status: answer.status });
      return false;
    },
    // Resolves when the server has taken the last piece. `upload_url` resumes; onAddress(url) tells the address to
    // resume at, onProgress(sent) the bytes that have arrived. Throws ApiError.
    sendPhoto({ sha256, name, type, bytes, upload_url, onAddress, onProgress = () => {} }) {
      const send = (uploadUrl) =>
        new Promise((resolve, reject) => {
          const upload = new Upload(new Blob([bytes], { type }), {
            endpoint: new URL(ENDPOINT, origin).href,
            uploadUrl,
            metadata: { sha256, filename: name },
            chunkSize: PIECE,
            retryDelays: null, // createSync decides when to try again
            storeFingerprintForResuming: false,
            httpStack,
            fileReader: reader,
            fingerprint: async () => null,
            onUploadUrlAvailable: () => onAddress(upload.url),
            onChunkComplete: (_size, accepted) => onProgress(accepted),
            onSuccess: () => resolve(),
            onError(error) {
              // The server had begun it before: it tells how far it is when it is asked.
              const found = !uploadUrl && upload.url && error.originalResponse?.getStatus() === 409;
              if (found) resolve(send(upload.url));
              else reject(causeOf(error));
            },
          });
          upload.start();
        });
      return send(upload_url ? local(upload_url) : null);
    },
  };
}
