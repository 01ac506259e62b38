// Syncing while no page is open, where the browser offers it. Imported by pages and by the service worker.

export const SYNC_TAG = "fieldapp-sync";
const HALF_A_DAY = 12 * 60 * 60_000; // milliseconds

// Asks the browser to wake the service worker when there is network. -> whether it will. Call it after each change.
export async function askForBackgroundSync(registration) {
  if (!registration?.sync) return false;
  try {
    await registration.sync.register(SYNC_TAG);
    return true;
  } catch {
    return false; // the person forbade it
  }
}

// Asks for a look now and then, where the app is installed. -> whether there will be one.
export async function askForPeriodicSync(registration) {
  if (!registration?.periodicSync) return false;
  try {
    await registration.periodicSync.register(SYNC_TAG, { minInterval: HALF_A_DAY });
    return true;
  } catch {
    return false; // not installed, or forbidden
  }
}

// For the service worker: `run` is createSync(...).run. The promise that event.waitUntil gets fails where the run
// did for a passing reason, so that the browser tries again later.
export function onBackgroundSync(worker, run) {
  const answer = (event) => {
    if (event.tag !== SYNC_TAG) return;
    event.waitUntil(
      (async () => {
        const outcome = await run();
        if (!["done", "session", "busy"].includes(outcome)) throw new Error(outcome);
      })(),
    );
  };
  worker.addEventListener("sync", answer);
  worker.addEventListener("periodicsync", answer);
}
