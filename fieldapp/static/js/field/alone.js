// One run at a time across the tabs and the service worker of a phone. It spares the network; that nothing is lost
// or doubled does not depend on it.
import { ApiError } from "./failures.js";
import { newId } from "./outbox.js";

const LEASE = 60_000; // milliseconds, where the browser has no locks and a killed tab cannot give one back
const KEY = "lease";

const take = (store, clock, holder) =>
  store.change(["meta"], async () => {
    const lease = (await store.meta.get(KEY))?.value;
    const left = lease ? lease.until - clock.now() : 0;
    // A clock that was set back must not lock the phone out for longer than one lease.
    if (lease && lease.holder !== holder && left > 0 && left <= LEASE) return false;
    await store.meta.put({ key: KEY, value: { holder, until: clock.now() + LEASE } });
    return true;
  });

const giveBack = (store, holder) =>
  store.change(["meta"], async () => {
    if ((await store.meta.get(KEY))?.value?.holder === holder) await store.meta.delete(KEY);
  });

// -> what `work` gives. Throws ApiError of kind "busy" where another tab is at it.
export async function alone({ store, clock, locks }, work) {
  if (locks) {
    return locks.request(`${store.db.name}-sync`, { ifAvailable: true }, (lock) => {
      if (!lock) throw new ApiError("busy");
      return work();
    });
  }
  const holder = newId();
  if (!(await take(store, clock, holder))) throw new ApiError("busy");
  try {
    return await work();
  } finally {
    await giveBack(store, holder);
  }
}
