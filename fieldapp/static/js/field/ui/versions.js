// New versions of the app: fetched by the service worker, announced here, used when the person agrees.

export async function watchVersions({ onWaiting, beforeReload }) {
  if (!("serviceWorker" in navigator)) return null;
  const controlled = Boolean(navigator.serviceWorker.controller);
  let reloading = false;
  navigator.serviceWorker.addEventListener("controllerchange", async () => {
    if (!controlled || reloading) return; // the first worker takes over quietly
    reloading = true;
    await beforeReload();
    location.reload();
  });
  let registration;
  try {
    registration = await navigator.serviceWorker.register("/field/sw.js", { scope: "/field/" });
  } catch {
    return null; // the page of this phone says that the app is not kept yet
  }
  const tell = () => {
    const { waiting } = registration;
    if (waiting && navigator.serviceWorker.controller)
      onWaiting(() => waiting.postMessage({ type: "activate" }));
  };
  tell();
  registration.addEventListener("updatefound", () => {
    registration.installing?.addEventListener("statechange", tell);
  });
  return registration;
}
