// The app: what is on the phone, what is shown of it, and when it is sent.
import { say } from "../../map/words.js";
import { createApi } from "../api.js";
import { askForBackgroundSync, askForPeriodicSync } from "../background.js";
import { createOutbox, stateOf } from "../outbox.js";
import { refusedPhotos, unreadPhotos } from "../photos.js";
import { lastUser, OutdatedPage, openStore, StorageClosed, StorageFull } from "../store.js";
import { createSync, IDLE } from "../sync.js";
import { now, phoneTime } from "../time.js";
import { sayKept } from "./accounts.js";
import { leaveClock } from "./clock.js";
import { makeFrame } from "./frame.js";
import { currentLanguage, languageTag, loadWords, showTheme, tellLanguage } from "./language.js";
import { showNotices } from "./notices.js";
import { screenFor } from "./screens.js";
import { latestFirst } from "./state.js";
import { askToPersist } from "./storage.js";
import { readable } from "./telling.js";
import { minutesBetween, sayLength } from "./times.js";
import { isShort } from "./times-field.js";
import { watchVersions } from "./versions.js";
import { saySync } from "./words-of-sync.js";

const SOON_MS = 60;
// What is there of nobody.
const NOTHING = {
  desk: null,
  townships: [],
  rows: [],
  others: [],
  answers: [],
  unread: new Map(),
  refused: new Map(),
  seen: null,
  lastTownship: null,
  waiting: { pending: 0, oldest_at: null },
};

// Where the browser offers to install the app, the offer is kept until somebody asks for it.
let offer = null;
addEventListener("beforeinstallprompt", (event) => {
  event.preventDefault();
  offer = event;
});

export async function start() {
  showTheme();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", showTheme);
  await new App().begin();
}

class App {
  user = null; // {id, name}: whose phone it is, by the last login
  desk = null; // the server's last word of the townships
  townships = [];
  rows = []; // the visits, the latest first
  waiting = { pending: 0, oldest_at: null };
  answers = []; // to questions of officers, still on the phone
  unread = new Map(); // how many photos of a visit the phone could not read, by the visit's id
  refused = new Map(); // the photos of a visit that the server would not have, by the visit's id
  others = []; // people whose visits wait here as well
  seen = null; // when everything was last sent and read
  lastTownship = null;
  persistent = null;
  kept = null; // whether the app itself is on the phone; null until that is known
  closed = false; // this browser keeps nothing
  outdated = false; // a newer version has taken the storage
  activate = null; // what begins the version that waits
  version = document.body.dataset.version;
  #screen = null;
  #keeping = new Set();
  #refreshing = null;
  #registration = null;

  async begin() {
    await Promise.all([loadWords(), this.#openStore()]);
    this.frame = makeFrame(this);
    addEventListener("unhandledrejection", (event) => this.#explain(event));
    await this.#load();
    await this.#route();
    performance.mark("fieldapp:open");
    addEventListener("hashchange", () => this.#route());
    if (this.closed) return;
    addEventListener("online", () => this.#wake());
    addEventListener("offline", () => this.refresh());
    document.addEventListener("visibilitychange", () =>
      document.hidden ? leaveClock(this.store) : this.#wake(),
    );
    this.#registration = await watchVersions({
      onWaiting: (activate) => {
        this.activate = activate;
        showNotices(this);
      },
      beforeReload: () => Promise.allSettled([...this.#keeping]),
    });
    this.kept = Boolean(this.#registration);
    await this.#wake();
    await askForPeriodicSync(this.#registration);
  }

  // What the state in words is made of.
  standing() {
    const stuck = this.rows.filter((row) => this.stateOf(row).state === "needs_attention");
    const attention = stuck.length;
    const sending = this.rows.filter((row) =>
      ["awaiting_photos", "sending"].includes(this.stateOf(row).state),
    ).length;
    const { activity, seen } = this;
    // A visit that needs attention waits for the person, and is counted as that alone.
    const pending = this.waiting.pending - stuck.filter((row) => row.pending).length;
    const waiting = { ...this.waiting, pending };
    const signedOut = activity.outcome === "session";
    const owner = this.notForThem ? (this.user?.name ?? null) : null;
    return { activity, waiting, sending, seen, online: navigator.onLine, signedOut, attention, owner };
  }

  get activity() {
    return this.sync?.activity ?? IDLE;
  }

  // The person whose phone it is by the last login is not the one who is logged in.
  get someoneElse() {
    const { account } = this.activity;
    return account !== null && account.id !== this.user?.id;
  }

  // Logged in, but as somebody who logs no visits.
  get notForThem() {
    return this.activity.outcome === "refused" && (this.activity.code ?? "").startsWith("forbidden.");
  }

  stateOf(row) {
    return stateOf(row, this.activity);
  }

  go(hash) {
    if (location.hash === hash) this.#route();
    else location.hash = hash;
  }

  // -> what asks the browser to install the app, or null where it offers nothing.
  get install() {
    return offer && (() => offer.prompt());
  }

  reopen() {
    return this.#route();
  }

  announce(text) {
    this.frame.announce(text);
  }

  // Remembers what is being written to the phone, so that nothing is left half done.
  keep(promise) {
    this.#keeping.add(promise);
    return promise.finally(() => this.#keeping.delete(promise));
  }

  async saved(id, values, existing) {
    // Drafts that are still on their way were begun before, and so end before: none comes back after this.
    if (existing) await this.outbox.editVisit(id, values);
    else await this.outbox.saveVisit(id, values);
    performance.mark("fieldapp:saved");
    this.lastTownship = values.township_code;
    await this.#load();
    this.go(existing ? `#/visits/${id}` : "#/visits");
    const { started_at, ended_at } = values;
    const length = sayLength(minutesBetween(started_at, ended_at));
    this.announce(isShort(values) ? say("saved_short", { length }) : sayKept(this, "saved_here"));
    await this.store.remember(`last_township:${this.user.id}`, values.township_code);
    this.#send();
  }

  // Shows what is on the phone now.
  reload() {
    return this.#load();
  }

  // Something was changed on the phone: shows it and sends it as soon as that can be.
  async changed() {
    await this.#load();
    this.#send();
  }

  async sendNow() {
    const outcome = await this.sync.nudge();
    if (outcome !== "done" && outcome !== "busy") this.announce(saySync(this.standing()).text);
  }

  #send() {
    this.#wake();
    askForBackgroundSync(this.#registration);
  }

  // Soon, and once for many calls.
  refresh() {
    if (this.#refreshing) return this.frame.showSync();
    this.#refreshing = setTimeout(async () => {
      this.#refreshing = null;
      await this.#load();
      await this.#screen?.update?.();
    }, SOON_MS);
    this.frame.showSync();
  }

  async #openStore() {
    try {
      this.store = openStore({
        onOutdated: () => {
          this.outdated = true;
          if (this.frame) showNotices(this);
        },
      });
      await this.store.db.open();
    } catch (error) {
      if (error instanceof OutdatedPage || error.name === "VersionError") this.outdated = true;
      this.closed = true;
      return;
    }
    this.api = createApi({ origin: location.origin, language: languageTag(currentLanguage()) });
    this.sync = createSync({
      store: this.store,
      api: this.api,
      time: phoneTime,
      appVersion: this.version,
      onChange: () => this.#heard(),
    });
  }

  // What syncing tells; another person may have logged in.
  #heard() {
    const { activity } = this;
    if (activity.outcome === "done" && !activity.running && this.user) {
      this.seen = now();
      this.store.remember(`synced:${this.user.id}`, this.seen);
    }
    this.refresh();
  }

  async #wake() {
    if (this.closed || this.outdated) return;
    this.refresh();
    await this.sync.nudge();
    if (this.activity.outcome !== "done") return;
    await tellLanguage();
    this.persistent ??= await askToPersist();
    showNotices(this);
  }

  async #load() {
    if (this.closed) return showNotices(this);
    phoneTime.recall(await this.store.recall("clock"));
    const user = (await lastUser(this.store)) ?? null;
    const other = user?.id !== this.user?.id;
    if (user && (other || !this.outbox)) this.outbox = createOutbox({ store: this.store, user: user.id });
    this.user = user;
    if (user) {
      const [known, rows, waiting, others, seen, township, answers] = await Promise.all([
        this.store.recall(`field:${user.id}`),
        this.outbox.visits(),
        this.outbox.waiting(),
        this.outbox.waitingOfOthers(),
        this.store.recall(`synced:${user.id}`),
        this.store.recall(`last_township:${user.id}`),
        this.store.answers.where({ user: user.id }).toArray(),
      ]);
      this.desk = known ? { ...known.document, seen_at: known.seen_at } : null;
      this.townships = (this.desk?.townships ?? []).map(readable);
      this.rows = rows.sort(latestFirst);
      Object.assign(this, { waiting, others, answers });
      this.unread = await unreadPhotos(this.store, user.id, rows);
      this.refused = await refusedPhotos(this.store, user.id, rows);
      this.seen = Math.max(seen ?? 0, other ? 0 : this.seen) || null;
      this.lastTownship = township ?? rows[0]?.body.township_code ?? null;
    } else Object.assign(this, NOTHING);
    this.frame.showSync();
    showNotices(this);
    if (other && this.#screen) await this.#route();
  }

  async #route() {
    const hash = location.hash || "#/";
    this.#screen?.leave?.();
    const next = await screenFor(this, hash);
    const first = this.#screen === null;
    this.#screen = next;
    this.frame.main.replaceChildren(next.element);
    this.frame.showPlace(hash);
    this.frame.showSync();
    showNotices(this);
    scrollTo(0, 0);
    await next.shown?.();
    if (!first) this.frame.main.querySelector("h1")?.focus({ preventScroll: true });
  }

  // What nothing else has caught: the phone's storage, mostly. It is said in words; the rest goes to the console.
  #explain(event) {
    const { reason } = event;
    if (reason instanceof StorageFull) this.announce(say("storage_full"));
    else if (reason instanceof StorageClosed) this.announce(say("storage_lost"));
    else if (reason instanceof OutdatedPage) this.outdated = true;
    else return this.announce(say("fault_unknown"));
    event.preventDefault();
    showNotices(this);
  }
}
