// The server as the phone sees it: one function per question, and errors of a few kinds (failures.js).
import { ApiError, errorOf, parsed, unreadable } from "./failures.js";
import { openUploads } from "./uploads.js";

// `origin` is the address of the server (location.origin); `language` an Accept-Language for its sentences;
// `clock` tells what the phone takes for the time.
export function createApi({
  origin,
  fetch = globalThis.fetch.bind(globalThis),
  clock = { now: () => Date.now() },
  language = null,
  timeout_ms = 30_000,
}) {
  let csrf = null;
  let meant = null;
  const flying = new Set();

  // -> {status, header, text}, whatever the status. Throws ApiError offline or portal.
  async function exchange(method, path, { headers = {}, body } = {}) {
    const controller = new AbortController();
    const timer = setTimeout(() => controller.abort(), timeout_ms);
    flying.add(controller);
    try {
      const response = await fetch(new URL(path, origin), {
        method,
        headers: {
          Accept: "application/json",
          "Client-Clock": new Date(clock.now()).toISOString(),
          ...(language && { "Accept-Language": language }),
          ...(csrf && { "X-CSRFToken": csrf }),
          ...(meant !== null && { "For-User": String(meant) }),
          ...headers,
        },
        body,
        signal: controller.signal,
        redirect: "manual",
        cache: "no-store",
        credentials: "same-origin",
      });
      // A browser does not say where a redirect leads (status 0); the API never redirects.
      const { status } = response;
      if (status === 0 || (status >= 300 && status < 400 && status !== 304))
        throw new ApiError("portal", { status });
      const text = await response.text();
      return { status, header: (name) => response.headers.get(name), text };
    } catch (error) {
      if (error instanceof ApiError) throw error;
      throw new ApiError("offline", { message: error.message });
    } finally {
      clearTimeout(timer);
      flying.delete(controller);
    }
  }

  // -> the JSON of a success. Anything else throws.
  async function asked(method, path, { headers, json } = {}) {
    const answer = await exchange(method, path, {
      headers: { ...(json && { "Content-Type": "application/json" }), ...headers },
      body: json && JSON.stringify(json),
    });
    if (answer.status < 200 || answer.status > 299) throw errorOf(answer);
    if (answer.status === 204) return null;
    const document = parsed(answer);
    if (document === null || typeof document !== "object") throw unreadable(answer);
    return document;
  }

  const visit = (id) => `/api/v1/visits/${encodeURIComponent(id)}`;

  return {
    // -> {document, etag, told_at}, or {document: null} where the one with this ETag still holds; told_at is the server's
    // time, in milliseconds, or NaN. Also brings the secret that changes are sent with.
    async field(etag = null) {
      meant = null;
      const headers = etag && csrf ? { "If-None-Match": etag } : {};
      const answer = await exchange("GET", "/api/v1/field", { headers });
      if (answer.status === 304 && headers["If-None-Match"]) {
        return { document: null, etag, told_at: Date.parse(answer.header("Date") ?? "") };
      }
      if (answer.status !== 200) throw errorOf(answer);
      const document = parsed(answer);
      if (document?.user?.id === undefined) throw unreadable(answer);
      csrf = document.csrf_token ?? null;
      const told_at = Date.parse(document.server_time ?? "");
      return { document, etag: answer.header("ETag"), told_at };
    },
    // From here on every request is for this account: the server refuses it once somebody else has logged in.
    actFor(user) {
      meant = user;
    },
    // -> {id, name} of whoever is logged in, also one who logs no visits. Brings the secret as well.
    async whoIsLoggedIn() {
      meant = null;
      const document = await asked("GET", "/api/v1/me/session");
      if (document.user?.id === undefined) throw new ApiError("nonsense");
      csrf = document.csrf_token ?? null;
      return { id: document.user.id, name: document.user.name ?? null };
    },
    // Ends the session on the server, whoever's it is: call whoIsLoggedIn() before.
    async logOut() {
      await asked("DELETE", "/api/v1/me/session");
      csrf = null;
    },
    forgetLogin() {
      csrf = null;
      meant = null;
    },
    // -> the visit document.
    putVisit: (id, body, base_revision) => asked("PUT", visit(id), { json: { base_revision, ...body } }),
    deleteVisit: (id, base_revision) => asked("DELETE", `${visit(id)}?base_revision=${base_revision}`),
    // -> {visits, next, more}.
    changes: (cursor, limit) =>
      asked(
        "GET",
        `/api/v1/visits?${new URLSearchParams({ ...(cursor && { changed_since: cursor }), limit: String(limit) })}`,
      ),
    answerQuestion: (visit_id, id, text) => asked("POST", `${visit(visit_id)}/notes`, { json: { id, text } }),
    // -> {reminder}.
    reportPhone: (id, state) => asked("PUT", `/api/v1/field/phones/${id}`, { json: state }),
    ...openUploads({ exchange, origin }),
    // Ends every request under way: each fails as offline.
    abort() {
      for (const controller of flying) controller.abort();
    },
  };
}
