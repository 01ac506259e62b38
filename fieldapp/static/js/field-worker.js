// The service worker of the phone app: it keeps the shell, the words and the assets, and nothing personal. The
// server writes the list of what to keep (self.__WB_MANIFEST) in front of this file, so that the worker is another
// one exactly when something of that has changed. What people write lies in IndexedDB, out of its reach.
import { clientsClaim } from "workbox-core";
import { cleanupOutdatedCaches, createHandlerBoundToURL, precacheAndRoute } from "workbox-precaching";
import { NavigationRoute, registerRoute } from "workbox-routing";
import { createApi } from "./field/api.js";
import { onBackgroundSync } from "./field/background.js";
import { openStore } from "./field/store.js";
import { createSync } from "./field/sync.js";

precacheAndRoute(self.__WB_MANIFEST);
cleanupOutdatedCaches();

// The kept shell opens with or without a network; whoever may not use the app is told so by the API.
registerRoute(
  new NavigationRoute(createHandlerBoundToURL("/field/shell"), { allowlist: [/^\/field\/(\?.*)?$/] }),
);

// A new version waits until the person agrees, or until the app is opened anew.
self.addEventListener("message", (event) => {
  if (event.data?.type === "activate") self.skipWaiting();
});
clientsClaim();

// Where the browser offers it, what waits is sent while no page is open.
onBackgroundSync(self, async () => {
  const store = openStore();
  const sync = createSync({ store, api: createApi({ origin: self.location.origin }) });
  try {
    return await sync.run();
  } finally {
    sync.stop();
    store.close();
  }
});
