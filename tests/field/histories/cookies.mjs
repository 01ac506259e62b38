// What a browser does with cookies, around Node's fetch: a phone is logged in as whom its jar says. Each request has a
// connection of its own, so that the bad network can treat each in its own way.
export function withCookies(person) {
  let jar = new Map(person ? [[person.cookie_name, person.cookie]] : []);

  async function fetch(input, init = {}) {
    const headers = new Headers(init.headers);
    headers.set("Cookie", [...jar].map(([name, value]) => `${name}=${value}`).join("; "));
    headers.set("Connection", "close");
    const mine = jar;
    const response = await globalThis.fetch(input, { ...init, headers });
    for (const line of response.headers.getSetCookie()) {
      const [pair] = line.split(";");
      const at = pair.indexOf("=");
      mine.set(pair.slice(0, at), pair.slice(at + 1));
    }
    return response;
  }

  return {
    fetch,
    logIn(other) {
      jar = new Map([[other.cookie_name, other.cookie]]);
    },
    logOut() {
      jar = new Map();
    },
  };
}
