// Brings phone and server together: pushes visits, answers and photos, pulls what changed. One run at a time
// across tabs and the service worker; each step is safe to be cut off anywhere and to be done again.

import { alone } from "./alone.js";
import { ApiError } from "./failures.js";
import { newId } from "./outbox.js";
import { receiveChanges } from "./receiving.js";
import { sendAnswers, sendVisits } from "./sending.js";
import { releasePictures, sendPhotos, sweepPhotos } from "./sending_photos.js";
import { createTime } from "./time.js";

const FIRST_WAIT = 5_000; // milliseconds
const LONGEST_WAIT = 15 * 60_000;

// The activity before the first run.
export const IDLE = {
  running: false,
  visit: null,
  photo: null,
  outcome: null,
  code: null,
  message: null,
  retry_at: null,
  user: null,
  account: null,
};

const systemClock = {
  now: () => Date.now(),
  // -> a function that calls it off.
  after(milliseconds, work) {
    const timer = setTimeout(work, milliseconds);
    return () => clearTimeout(timer);
  },
};

// `api` is createApi(...); `onChange(activity)` is called whenever something to show has changed. An activity is
//   {running, visit, photo, outcome, code, message, retry_at, user, account}
// visit: id of the visit being sent; photo: {sha256, sent, size} being sent; outcome of the latest run: null before
// the first, "done", or the kind of what stood in its way (ApiError.kind; "session": ask to log in, everything is
// kept), or "storage" where the phone's own storage failed (error is what it said); retry_at: milliseconds;
// account: {id, name} of whoever is logged in, also one who logs no visits; null where nobody is, or that is not known.
//
// `clock` is the phone's own, which the server is told of; `time` learns from the server what time it is (time.js).
//
// run()      -> the outcome. Syncs now, or after the run that is under way.
// nudge()    syncs soon: call it after a change, on opening, on coming back into sight, when the network returns.
// inPeace()  -> what the function it is given does to the storage, between two runs.
// stop()     ends what is under way and schedules nothing more.
// Runs that fail for a passing reason are repeated by themselves, ever more rarely, with some chance in the pauses.
export function createSync({
  store,
  api,
  clock = systemClock,
  time = createTime({ clock }),
  onChange = () => {},
  random = Math.random,
  locks = globalThis.navigator?.locks,
  appVersion = null,
  persistent = async () => Boolean(await globalThis.navigator?.storage?.persisted?.()),
}) {
  let activity = IDLE;
  let failures = 0;
  let callOff = null;
  let current = null;
  let again = false;
  let stopped = false;

  const now = (change) => {
    activity = { ...activity, ...change };
    onChange(activity);
  };
  const work = { store, api, now, time };

  // Who is logged in, by the server's word of this very run: a queue is only sent as its own user. From then on
  // each request names that user, and the server refuses it should somebody else log in in the middle of a run.
  async function identify() {
    const last = await store.recall("user");
    const known = last && (await store.recall(`field:${last.id}`));
    time.recall(await store.recall("clock"));
    const asked = time.mark();
    const { document, etag, told_at } = await api.field(known?.etag ?? null);
    const clockOff = Number.isFinite(told_at) ? time.learn(told_at, asked) : null;
    if (clockOff) await store.remember("clock", clockOff);
    if (!document) {
      now({ account: last });
      return last.id;
    }
    const { csrf_token: _secret, ...field } = document;
    const user = { id: field.user.id, name: field.user.name ?? null };
    await store.change(["meta", "townships"], async () => {
      await store.meta.put({ key: "user", value: user });
      await store.meta.put({
        key: `field:${user.id}`,
        value: { etag, document: field, seen_at: time.now() },
      });
      await store.townships.where({ user: user.id }).delete();
      const townships = field.townships ?? [];
      await store.townships.bulkPut(townships.map((township) => ({ ...township, user: user.id })));
    });
    now({ account: user });
    return user.id;
  }

  // Where the server refuses all of a run, it may be that somebody else is logged in: the person is told who.
  async function accountAfter(failure) {
    if (failure?.kind === "session") return null;
    if (failure?.kind !== "refused") return activity.account;
    try {
      return await api.whoIsLoggedIn();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      return null;
    }
  }

  // Beside the rest that the server told, so that it is shown without a network as well.
  const keepReminder = (user, reminder) =>
    store.change(["meta"], async () => {
      const known = await store.meta.get(`field:${user}`);
      if (!known || (known.value.document.reminder ?? null) === reminder) return;
      const document = { ...known.value.document, reminder };
      await store.meta.put({ ...known, value: { ...known.value, document } });
    });

  async function report(user) {
    const id = (await store.recall("phone")) ?? newId();
    await store.remember("phone", id);
    const waiting = [
      ...(await store.visits.where({ user, pending: 1 }).toArray()),
      ...(await store.answers.where({ user }).toArray()),
    ];
    const oldest = waiting.length ? Math.min(...waiting.map((row) => row.saved_at)) : null;
    try {
      const answer = await api.reportPhone(id, {
        pending: waiting.length,
        oldest_pending_at: oldest === null ? null : new Date(oldest).toISOString(),
        app_version: appVersion,
        persistent: await persistent(),
        clock: new Date(clock.now()).toISOString(),
      });
      await keepReminder(user, answer?.reminder ?? null);
    } catch (error) {
      // It only tells officers how this phone fares; everything else has been done.
      if (!(error instanceof ApiError)) throw error;
    }
  }

  async function pass() {
    const user = await identify();
    api.actFor(user);
    now({ user });
    const trouble = await sendVisits(work, user);
    await sendAnswers(work, user);
    // First the feed, so that what the server awaits is known; then the photos; then the feed's word of them.
    await receiveChanges(work, user);
    if (await sendPhotos(work, user)) await receiveChanges(work, user);
    await releasePictures(work, user);
    await sweepPhotos(work, user);
    await report(user);
    if (trouble) throw trouble;
  }

  async function passWithSecret() {
    try {
      await pass();
    } catch (error) {
      if (error.kind !== "csrf") throw error;
      api.forgetLogin();
      await pass();
    }
  }

  function schedule(retryAfter) {
    const pause = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** Math.min(failures - 1, 20)) * (0.5 + random());
    const wait = Math.max(pause, (retryAfter ?? 0) * 1000);
    now({ retry_at: time.now() + wait });
    callOff = clock.after(wait, () => {
      callOff = null;
      run();
    });
  }

  async function once() {
    callOff?.();
    callOff = null;
    now({ running: true, retry_at: null });
    let outcome = "done";
    let failure = null;
    try {
      await alone({ store, clock, locks }, passWithSecret);
      failures = 0;
    } catch (error) {
      failure = error;
      outcome = error.kind ?? "storage";
      failures += 1;
    }
    const account = await accountAfter(failure);
    now({
      running: false,
      visit: null,
      photo: null,
      outcome,
      account,
      code: failure?.code ?? null,
      message: failure?.message ?? null,
    });
    // Where somebody has to log in, time does not help; nudge() is called when they have.
    if (failure && outcome !== "session" && !stopped) schedule(failure.retryAfter);
    return outcome;
  }

  function run() {
    if (current) {
      again = true;
      return current;
    }
    current = (async () => {
      let outcome;
      do {
        again = false;
        outcome = await once();
      } while (again && !stopped && outcome === "done");
      return outcome;
    })().finally(() => {
      current = null;
    });
    return current;
  }

  return {
    run,
    nudge() {
      failures = 0;
      return run();
    },
    // -> what `change` gives, done while nothing is being sent or read. Throws ApiError of kind "busy" where another
    // tab does so.
    async inPeace(change) {
      await current;
      return alone({ store, clock, locks }, change);
    },
    stop() {
      stopped = true;
      callOff?.();
      api.abort();
    },
    get activity() {
      return activity;
    },
  };
}
