// A phone in the hands of a person: it can be killed at any step, started again, and logged in as somebody else.
import { makeDisk, startPhone } from "../phone.mjs";
import { withCookies } from "./cookies.mjs";
import { openNetwork } from "./network.mjs";

const PATIENCE = 4_000; // milliseconds until the phone takes the server for away

// Whoever asks first gets in: that nothing is lost must not depend on the lock.
const openLocks = { request: async (_name, _options, work) => work({}) };

export async function makeHandset({ name, person, port, chance }) {
  const network = await openNetwork({ port, chance: chance.fork() });
  const disk = makeDisk();
  const jar = withCookies(person);
  let skew = 0;
  let phone = null;
  let stepsLeft = Infinity;
  let killed = Promise.resolve();
  let tellKilled = () => {};
  const loose = new Set();

  const clock = { now: () => Date.now() + skew, after: () => () => {} };

  function kill() {
    if (!phone) return;
    const dead = phone;
    phone = null;
    stepsLeft = Infinity;
    dead.kill();
    tellKilled();
  }

  function step() {
    stepsLeft -= 1;
    if (stepsLeft < 0) kill();
  }

  async function fetch(...given) {
    step();
    const response = await jar.fetch(...given);
    step();
    return response;
  }

  const boot = () =>
    startPhone({
      disk,
      fetch,
      clock,
      origin: network.origin,
      user: person.user,
      timeout_ms: PATIENCE,
      locks: openLocks,
    });

  function start() {
    if (phone) return;
    killed = new Promise((resolve) => {
      tellKilled = resolve;
    });
    disk.watch(step);
    phone = boot();
  }

  // -> {done, value}; done is false where the phone was killed in the middle, so that nobody knows.
  async function attempt(work) {
    start();
    const mine = phone;
    const doing = work(mine).then((value) => ({ done: true, value }));
    const over = killed.then(() => ({ done: false }));
    try {
      return await Promise.race([doing, over]);
    } catch (error) {
      if (phone === mine) throw error; // not because it was killed
      return { done: false };
    } finally {
      doing.catch(() => {}); // a dead phone's last words
    }
  }

  return {
    name,
    person,
    network,
    disk,
    jar,
    start,
    kill,
    attempt,
    killWithin(steps) {
      stepsLeft = steps;
    },
    spare() {
      stepsLeft = Infinity;
    },
    turnClock(milliseconds) {
      skew = milliseconds;
    },
    get phone() {
      start();
      return phone;
    },
    sync: () => attempt((running) => running.sync.run()),
    // Starts a run and goes on without waiting for it.
    syncAside() {
      const run = attempt((running) => running.sync.run()).finally(() => loose.delete(run));
      loose.add(run);
    },
    // Another tab of the same browser, at the same time.
    async syncInOtherTab() {
      const other = boot();
      const run = other.sync.run().finally(() => {
        loose.delete(run);
        other.sync.stop();
        other.store.close();
      });
      loose.add(run);
      run.catch(() => {});
    },
    atRest: () => Promise.allSettled([...loose]),
    async close() {
      kill();
      await network.close();
    },
  };
}
