// The protocol of interfaces.md in memory, behind a function like fetch: for tests of what the phone does with each
// kind of answer. The histories run against the real server.
import { bodyOf, sameContent } from "../../fieldapp/static/js/field/content.js";
import { digestOf } from "./phone.mjs";

const problem = (status, code, more = {}) =>
  new Response(JSON.stringify({ type: "about:blank", title: code, status, code, ...more }), {
    status,
    headers: { "Content-Type": "application/problem+json" },
  });

const json = (document, status = 200, headers = {}) =>
  new Response(JSON.stringify(document), {
    status,
    headers: { "Content-Type": "application/json", ...headers },
  });

export function makeServer({ user = { id: 7, name: "周明" } } = {}) {
  const visits = new Map();
  const photos = new Map();
  const uploads = new Map();
  const notes = new Map();
  const log = [];
  let changes = 0;
  let begun = 0; // uploads
  let reminder = null;
  let time = () => null;
  let secret = `secret-of-${user.id}`;
  let logged = user;
  // Each may take the request away: (request) => Response, or undefined to let it pass.
  const plans = [];

  const documentOf = (visit) => ({
    ...visit.body,
    id: visit.id,
    revision: visit.revision,
    commissioner_id: 3,
    received_at: "2026-11-20T12:00:00+08:00",
    review: visit.review ?? "submitted",
    notes: [...notes.values()].filter((note) => note.visit_id === visit.id),
    photos_awaited: visit.body.photos.filter((digest) => !photos.has(digest)),
    deleted: visit.deleted,
  });

  function keep(visit) {
    changes += 1;
    visits.set(visit.id, { ...visit, changed: changes });
    return visits.get(visit.id);
  }

  function put(id, { base_revision, ...body }) {
    const stored = visits.get(id);
    if (!stored) {
      if (base_revision !== null) return problem(404, "not_found");
      return json(documentOf(keep({ id, body: bodyOf(body), revision: 1, deleted: false })), 201);
    }
    if (!stored.deleted && sameContent(stored.body, body)) return json(documentOf(stored));
    if (base_revision !== stored.revision) {
      return problem(409, stored.deleted ? "visit.deleted" : "visit.changed", { visit: documentOf(stored) });
    }
    return json(
      documentOf(keep({ ...stored, body: bodyOf(body), revision: stored.revision + 1, deleted: false })),
    );
  }

  function remove(id, base) {
    const stored = visits.get(id);
    if (!stored) return problem(404, "not_found");
    if (stored.deleted) return new Response(null, { status: 204 });
    if (base !== stored.revision) return problem(409, "visit.changed", { visit: documentOf(stored) });
    keep({ ...stored, revision: stored.revision + 1, deleted: true });
    return new Response(null, { status: 204 });
  }

  function feed(query) {
    const since = Number(query.get("changed_since") || 0);
    const limit = Number(query.get("limit"));
    const later = [...visits.values()].filter((visit) => visit.changed > since);
    later.sort((a, b) => a.changed - b.changed);
    const page = later.slice(0, limit);
    const next = String(page.at(-1)?.changed ?? since);
    return json({ visits: page.map(documentOf), next, more: later.length > limit });
  }

  const tus = (status, headers) =>
    new Response(null, { status, headers: { "Tus-Resumable": "1.0.0", ...headers } });

  function arrived(digest, bytes) {
    photos.set(digest, bytes);
    for (const visit of visits.values()) if (visit.body.photos.includes(digest)) keep(visit);
  }

  async function photo(method, path, request) {
    const [, kind, id] = path.match(/^\/api\/v1\/photos(?:\/(uploads))?(?:\/([^/]+))?$/);
    if (method === "POST") {
      const metadata = Object.fromEntries(
        request.headers
          .get("Upload-Metadata")
          .split(",")
          .map((pair) => pair.split(" ")),
      );
      const digest = Buffer.from(metadata.sha256, "base64").toString();
      const found = [...uploads].find(([, upload]) => upload.digest === digest);
      const name = found?.[0] ?? `u${begun++}`;
      const size = Number(request.headers.get("Upload-Length"));
      if (!found) uploads.set(name, { digest, size, bytes: Buffer.alloc(0) });
      return tus(201, { Location: `/api/v1/photos/uploads/${name}` });
    }
    if (!kind) return new Response(null, { status: photos.has(id) ? 200 : 404 });
    const upload = uploads.get(id);
    if (!upload) return problem(404, "not_found");
    if (method === "HEAD") {
      return tus(200, { "Upload-Offset": String(upload.bytes.length), "Upload-Length": String(upload.size) });
    }
    if (Number(request.headers.get("Upload-Offset")) !== upload.bytes.length)
      return problem(409, "upload.offset");
    upload.bytes = Buffer.concat([upload.bytes, Buffer.from(await request.arrayBuffer())]);
    if (upload.bytes.length === upload.size) {
      uploads.delete(id);
      if (digestOf(upload.bytes) !== upload.digest) return problem(422, "photo.digest");
      arrived(upload.digest, upload.bytes);
    }
    return tus(204, { "Upload-Offset": String(upload.bytes.length) });
  }

  async function answer(request) {
    const { method } = request;
    const url = new URL(request.url);
    const path = url.pathname;
    if (!logged) return problem(401, "login.needed");
    if (method !== "GET" && method !== "HEAD" && request.headers.get("X-CSRFToken") !== secret) {
      return problem(403, "csrf");
    }
    const meant = request.headers.get("For-User");
    if (meant !== null && meant !== String(logged.id)) return problem(403, "login.other");
    if (path === "/api/v1/field") {
      if (logged.logsNone) return problem(403, "forbidden.role");
      const etag = `"${logged.id}"`;
      if (request.headers.get("If-None-Match") === etag) return new Response(null, { status: 304 });
      const document = {
        user: logged,
        csrf_token: secret,
        reminder,
        ...(time() && { server_time: new Date(time()).toISOString() }),
        townships: [{ code: "230184101", name: "拉林" }],
      };
      return json(document, 200, { ETag: etag });
    }
    if (path === "/api/v1/me/session") {
      if (method === "GET") return json({ csrf_token: secret, user: logged });
      logged = null;
      return new Response(null, { status: 204 });
    }
    if (path.startsWith("/api/v1/field/phones/")) return json({ reminder });
    if (path === "/api/v1/visits") return feed(url.searchParams);
    if (path.startsWith("/api/v1/photos")) return photo(method, path, request);
    const [, , , , id, more] = path.split("/");
    if (more === "notes") {
      const note = await request.json();
      notes.set(note.id, { ...note, kind: "answer", visit_id: id });
      keep(visits.get(id));
      return json(note, 201);
    }
    if (method === "PUT") return put(id, await request.json());
    return remove(id, Number(url.searchParams.get("base_revision")));
  }

  async function fetch(input, init) {
    const request = new Request(input, { ...init, duplex: "half" });
    log.push(`${request.method} ${new URL(request.url).pathname}`);
    for (const plan of plans) {
      const taken = await plan(request.clone(), () => answer(request));
      if (taken) return taken;
    }
    return answer(request);
  }

  return {
    fetch,
    visits,
    photos,
    uploads,
    notes,
    log,
    keep,
    plans,
    logIn(other) {
      logged = other;
      secret = `secret-${Math.random()}`;
    },
    remindOf(sentence) {
      reminder = sentence;
    },
    tellTime(told) {
      time = told;
    },
    get begun() {
      return begun;
    },
    bytesOf: (digest) => photos.get(digest)?.length ?? 0,
    put: (id, body) => put(id, body),
    documentOf: (id) => documentOf(visits.get(id)),
  };
}

export const answers = { problem, json };
