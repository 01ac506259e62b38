// Whether this browser keeps what it is given.

export async function askToPersist() {
  if (!navigator.storage?.persist) return null;
  if (await navigator.storage.persisted()) return true;
  return navigator.storage.persist();
}

// -> {persistent: true, false or null where the browser does not say, used, quota in bytes or null}
export async function storageState() {
  const persistent = (await navigator.storage?.persisted?.()) ?? null;
  const { usage = null, quota = null } = (await navigator.storage?.estimate?.()) ?? {};
  return { persistent, used: usage, quota };
}

// Where the app stands: what to say of installing it.
export function surroundings(agent = navigator.userAgent) {
  const installed = matchMedia("(display-mode: standalone)").matches || navigator.standalone === true;
  const wechat = /MicroMessenger/i.test(agent);
  const ios = /iPhone|iPad|iPod/i.test(agent) || (/Macintosh/.test(agent) && navigator.maxTouchPoints > 1);
  const android = /Android|HarmonyOS/i.test(agent);
  return { installed, wechat, ios, android };
}
