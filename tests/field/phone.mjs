// A phone for tests: the modules that the browser runs, over an IndexedDB in memory. Whoever switches it off loses
// what was not committed, as with a tab that is killed.
import { createHash } from "node:crypto";
import { IDBFactory, IDBKeyRange } from "fake-indexeddb";
import { createApi } from "../../fieldapp/static/js/field/api.js";
import { createOutbox } from "../../fieldapp/static/js/field/outbox.js";
import { openStore } from "../../fieldapp/static/js/field/store.js";
import { createSync } from "../../fieldapp/static/js/field/sync.js";

export const digestOf = (bytes) => createHash("sha256").update(new Uint8Array(bytes)).digest("hex");

// A photo as preparePhoto leaves it; Node has no canvas to shrink one.
export function photoOf(bytes, name = "photo.jpg") {
  const content = new Uint8Array(bytes).slice().buffer;
  const size = content.byteLength;
  return { sha256: digestOf(content), bytes: content, type: "image/jpeg", size, name, thumbnail: null };
}

export const values = (changes = {}) => ({
  township_code: "230184101",
  started_at: "2026-11-20T09:10:00+08:00",
  ended_at: "2026-11-20T11:40:00+08:00",
  mode: "on_site",
  content: "水稻育秧指导",
  service_days: 0.5,
  results: { farmers_trained: 12 },
  fix: { lon: 127, lat: 45.2, accuracy_m: 12, captured_at: "2026-11-20T09:12:00+08:00", mocked: false },
  photos: [],
  ...changes,
});

// The disk of a phone: outlives each start of the app.
export const blankDisk = () => new IDBFactory();

// A clock that stands still until it is told to go on, and runs what is due.
export function standingClock(now = Date.parse("2026-11-20T12:00:00+08:00")) {
  let due = [];
  return {
    now: () => now,
    after(milliseconds, work) {
      const entry = { at: now + milliseconds, work };
      due.push(entry);
      return () => {
        due = due.filter((other) => other !== entry);
      };
    },
    pass(milliseconds) {
      now += milliseconds;
      const ready = due.filter((entry) => entry.at <= now);
      due = due.filter((entry) => entry.at > now);
      for (const { work } of ready) work();
    },
    get due() {
      return due.length;
    },
  };
}

// Starts the app on `disk`. `fetch` leads to the server, `user` is the account of the outbox.
export function startPhone({
  disk = blankDisk(),
  fetch,
  origin = "http://server.test",
  user = 7,
  clock,
  ...rest
}) {
  const time = clock ?? standingClock();
  const store = openStore({ engine: { indexedDB: disk, IDBKeyRange }, ...rest });
  const api = createApi({ origin, fetch, clock: time, timeout_ms: rest.timeout_ms ?? 5_000 });
  const seen = [];
  const sync = createSync({
    store,
    api,
    clock: time,
    onChange: (activity) => seen.push(activity),
    random: rest.random ?? (() => 0.5),
    persistent: async () => true,
  });
  const outbox = createOutbox({ store, user, clock: time });
  return { disk, store, api, sync, outbox, clock: time, seen };
}
