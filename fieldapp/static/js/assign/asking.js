// Fragments from the server, and forms to it; an answer that is no success carries words for people.
import { byId } from "../map/dom.js";
import { say } from "../map/words.js";

export class Refusal extends Error {
  constructor(status, words, faults = []) {
    super(words);
    this.status = status;
    this.faults = faults;
  }
}

// The page tells when it waits for nothing any more.
let waiting = 0;
export async function counted(work) {
  const page = byId("map-page");
  waiting += 1;
  page.setAttribute("aria-busy", "true");
  try {
    return await work();
  } finally {
    waiting -= 1;
    if (!waiting) page.removeAttribute("aria-busy");
  }
}

async function asked(address, options = {}) {
  let response;
  try {
    response = await fetch(address, { ...options, headers: { "X-Fragment": "1", ...options.headers } });
  } catch {
    throw new Refusal(0, say("not_sent"));
  }
  // A page of ours only redirects to where one logs in.
  if (response.redirected || response.status === 401) throw new Refusal(401, say("session_over"));
  if (response.ok) return response;
  const problem = response.headers.get("Content-Type")?.includes("json") ? await response.json() : {};
  throw new Refusal(
    response.status,
    problem.title ?? say("not_shown"),
    (problem.errors ?? []).map((fault) => fault.message),
  );
}

// The elements of a fragment. The server escapes every name in it, and its scripts would not run.
export const askFragment = (address, options = {}) =>
  counted(async () => {
    const response = await asked(address, options);
    const parsed = new DOMParser().parseFromString(await response.text(), "text/html");
    return { etag: response.headers.get("ETag"), elements: [...parsed.body.childNodes] };
  });

export const send = (address, form) =>
  counted(async () => {
    const response = await asked(address, {
      method: "POST",
      body: form,
      headers: { "X-CSRFToken": byId("map-page").dataset.csrf },
    });
    return response.json();
  });
