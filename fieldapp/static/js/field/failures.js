// Every way in which an answer can fail is one of a few kinds, because each kind is treated in its own way.

// `kind` is one of
//   offline   no answer: no network, the connection was cut, or it took too long
//   portal    somebody else answered: a hotel's login page, a proxy, a redirect
//   server    the server is away or in trouble (5xx), or asks for patience (429; `retryAfter` in seconds)
//   nonsense  an answer that is none: broken JSON, another visit, other content than was sent
//   session   nobody is logged in any more (401)
//   csrf      the form's secret is stale, or another person has logged in (403): find out anew who is there
//   refused   the server read it and will not have it (4xx): somebody must change something. `code`, `message` and
//             `errors` [{pointer, message}] say what
//   conflict  the server holds another version (409): `visit` is it
export class ApiError extends Error {
  constructor(
    kind,
    { status = 0, code = null, message = "", errors = [], visit = null, retryAfter = null } = {},
  ) {
    super(message || kind);
    Object.assign(this, { kind, status, code, errors, visit, retryAfter });
  }
}

const CSRF = new Set(["csrf", "forbidden.form", "login.other"]);
const CONFLICTS = new Set(["visit.changed", "visit.deleted"]);
const PATIENCE = new Set([408, 423, 425, 429]);

// The JSON of an answer {status, header(name), text}, or undefined.
export function parsed(answer) {
  if (!/\bjson\b/.test(answer.header("Content-Type") ?? "")) return undefined;
  try {
    return JSON.parse(answer.text);
  } catch {
    return undefined;
  }
}

// An answer that is no success, as an error.
export function errorOf(answer) {
  const { status } = answer;
  const problem = parsed(answer);
  const code = typeof problem?.code === "string" ? problem.code : null;
  if (status >= 500 && status !== 511) return new ApiError("server", { status, code });
  // Our server speaks of every refusal in a problem document with a code. Whoever does not is somebody else.
  if (!code) return new ApiError("portal", { status });
  const errors = Array.isArray(problem.errors) ? problem.errors : [];
  const told = { status, code, message: String(problem.title ?? ""), errors };
  if (status === 401) return new ApiError("session", told);
  if (CSRF.has(code)) return new ApiError("csrf", told);
  if (PATIENCE.has(status)) {
    return new ApiError("server", { ...told, retryAfter: Number(answer.header("Retry-After")) || null });
  }
  // We only send what can be read: it was cut or changed on its way.
  if (code === "request.malformed") return new ApiError("nonsense", told);
  if (status === 409 && CONFLICTS.has(code)) {
    if (!problem.visit?.id) return new ApiError("nonsense", told);
    return new ApiError("conflict", { ...told, visit: problem.visit });
  }
  return new ApiError("refused", told);
}

// A success that says nothing we know: a page is somebody else's, anything else is nonsense.
export function unreadable(answer) {
  const html = /html/.test(answer.header("Content-Type") ?? "");
  return new ApiError(html ? "portal" : "nonsense", { status: answer.status });
}
