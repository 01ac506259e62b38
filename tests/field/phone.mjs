// A phone for tests: the modules that the browser runs, over an IndexedDB in memory. Switched off, it loses what was
// not committed, as a tab that is killed; its disk stays.
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
  ...changes,
});

// A clock that stands still until it is told to go on, and then runs what is due.
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

// The disk of a phone: it outlives every start of the app. `step()` is called at each request to the database, and
// may switch the phone off.
export function makeDisk() {
  const factory = new IDBFactory();
  const open = new Set();
  let step = () => {};
  let running = new Set();

  // Follows a database's transactions, so that they can be broken off as a power cut would.
  function followed(database) {
    const begin = database.transaction.bind(database);
    database.transaction = (...given) => {
      step();
      if (!open.has(database)) throw new DOMException("the phone is off", "AbortError");
      const transaction = begin(...given);
      running.add(transaction);
      for (const end of ["complete", "abort"])
        transaction.addEventListener(end, () => running.delete(transaction));
      const { objectStore } = transaction;
      transaction.objectStore = (name) => {
        const store = objectStore.call(transaction, name);
        for (const method of ["get", "put", "add", "delete", "getAll", "getAllKeys", "count", "openCursor"]) {
          const call = store[method];
          store[method] = (...args) => {
            step();
            return call.apply(store, args);
          };
        }
        return store;
      };
      return transaction;
    };
  }

  return {
    indexedDB: {
      open(...given) {
        const request = factory.open(...given);
        request.addEventListener("success", () => {
          open.add(request.result);
          followed(request.result);
        });
        return request;
      },
      deleteDatabase: (...given) => factory.deleteDatabase(...given),
      databases: () => factory.databases(),
      cmp: (...given) => factory.cmp(...given),
    },
    watch(work) {
      step = work;
    },
    // What was not committed is gone, and whoever still holds a database cannot write to it any more.
    cut() {
      step = () => {};
      for (const transaction of running) {
        try {
          transaction.abort();
        } catch (error) {
          if (error.name !== "InvalidStateError") throw error; // it was committed already
        }
      }
      running = new Set();
      for (const database of open) database.close();
      open.clear();
    },
  };
}

// Starts the app on `disk`. `fetch` leads to the server; `user` is the account that the outbox belongs to.
export function startPhone({ disk = makeDisk(), fetch, clock = standingClock(), user = 7, ...more }) {
  const {
    origin = "http://server.test",
    timeout_ms = 5_000,
    random = () => 0.5,
    locks = null,
    schema,
    onOutdated,
  } = more;
  const store = openStore({ engine: { indexedDB: disk.indexedDB, IDBKeyRange }, schema, onOutdated });
  let alive = true;
  const api = createApi({
    origin,
    clock,
    timeout_ms,
    fetch: (...given) => (alive ? fetch(...given) : new Promise(() => {})),
  });
  const seen = [];
  const sync = createSync({
    store,
    api,
    clock,
    random,
    locks,
    onChange: (activity) => seen.push(activity),
    persistent: async () => true,
  });
  return {
    disk,
    store,
    api,
    sync,
    clock,
    seen,
    outbox: createOutbox({ store, user, clock }),
    // The tab is killed: nothing it was about to do happens.
    kill() {
      alive = false;
      sync.stop();
      disk.cut();
      store.close();
    },
  };
}
