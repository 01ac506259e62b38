// One history: what a seed makes one or two persons do with their phones while everything fails that can fail; and at
// the end, over a calm network, whether the server and the phones agree and nothing was lost or doubled.
import { exportFile, importFile } from "../../../fieldapp/static/js/field/handover.js";
import { newId } from "../../../fieldapp/static/js/field/outbox.js";
import { values } from "../phone.mjs";
import { chanceOf } from "./chance.mjs";
import { makeHandset } from "./handset.mjs";
import { openLedger } from "./ledger.mjs";

const ACTIONS = {
  create: 10,
  edit: 10,
  remove: 3,
  settle: 5,
  sync: 10,
  syncAside: 8,
  syncInOtherTab: 2,
  weather: 8,
  kill: 3,
  killSoon: 6,
  otherPerson: 2,
  sessionOver: 2,
  turnClock: 2,
  handOver: 1,
  rest: 3,
};

// After these one looks at what the phone shows.
const LOOKS = new Set(["sync", "kill", "rest", "sessionOver", "settle"]);

const WEATHER = [
  {},
  { down: true },
  { cut: 1 },
  { cut: 0.5, slow: 1 },
  { late: 1, twice: 1 },
  { cut: 1, late: 1, twice: 1, slow: 1 },
];

const MOST_ROUNDS = 12;
const DAY = 24 * 3600_000;

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

export async function runHistory({ seed, people, port, pictureOf, serverUp }) {
  const chance = chanceOf(seed);
  const persons = people.slice(0, chance.is(0.3) ? 2 : 1);
  const ledger = openLedger(seed);
  const handsets = [];
  for (const person of persons) {
    const count = 1 + chance.upTo(persons.length === 1 ? 3 : 2);
    for (let i = 0; i < count; i += 1) {
      const handset = await makeHandset({ name: `${person.user}/${i}`, person, port, chance });
      handset.network.become(chance.of(WEATHER));
      handsets.push(handset);
    }
  }
  const log = [];
  let written = 0;
  const contentOf = () => {
    written += 1;
    return `${seed}/${written}`;
  };

  // An hour for each visit, in days that are over.
  const hourOf = () => {
    const start = Date.parse("2026-02-01T00:00:00+08:00") + written * 3600_000;
    const at = (minutes) => new Date(start + minutes * 60_000).toISOString();
    return { started_at: at(0), ended_at: at(50), captured_at: at(10) };
  };

  async function create(handset) {
    const id = newId();
    const { started_at, ended_at, captured_at } = hourOf();
    const content = contentOf();
    const fix = { lon: 127, lat: 45.2, accuracy_m: 12.5, captured_at, mocked: false };
    for (let count = chance.upTo(3); count > 0; count -= 1) {
      const picture = pictureOf(chance);
      const added = await handset.attempt(({ outbox }) => outbox.addPhoto(id, picture));
      if (!added.done) return; // the draft stays; nobody goes on with it
    }
    const township_code = handset.person.township;
    const saved = await handset.attempt(({ outbox }) =>
      outbox.saveVisit(id, values({ township_code, started_at, ended_at, content, fix })),
    );
    ledger.wrote(id, handset, content, saved.done);
  }

  async function some(handset, wanted) {
    const found = await handset.attempt(({ outbox }) => outbox.visits());
    // People have had other visits before this history.
    return found.done
      ? chance.of(found.value.filter((row) => ledger.visits.has(row.id) && wanted(row)))
      : undefined;
  }

  async function edit(handset) {
    const row = await some(handset, () => true);
    if (!row) return;
    const { id, body } = row;
    let { photos } = body;
    if (photos.length && chance.is(0.3)) photos = photos.slice(1);
    if (chance.is(0.3)) {
      const added = await handset.attempt(({ outbox }) => outbox.addPhoto(id, pictureOf(chance), body));
      if (!added.done) return;
      photos = [...photos, added.value.at(-1)].slice(-9);
    }
    const content = contentOf();
    const edited = await handset.attempt(async ({ outbox }) => {
      try {
        await outbox.editVisit(id, { ...body, photos, content });
        return true;
      } catch (error) {
        if (error.constructor.name === "NotHere") return false; // deleted elsewhere while one wrote
        throw error;
      }
    });
    if (!edited.done || edited.value) ledger.wrote(id, handset, content, edited.done);
  }

  async function remove(handset) {
    const row = await some(handset, () => true);
    if (!row) return;
    // Noted first: from here on it may be gone.
    ledger.deleted(row.id, handset, false);
    const removed = await handset.attempt(async ({ outbox, store }) => {
      if (await store.visits.get(row.id)) await outbox.deleteVisit(row.id);
    });
    if (removed.done) ledger.deleted(row.id, handset, true);
  }

  async function settle(handset, choices = ["mine", "theirs", "merged"]) {
    const row = await some(handset, ({ conflict }) => conflict);
    if (!row) return false;
    const choice = chance.of(choices);
    const content = contentOf();
    ledger.settled(row.id, handset);
    if (choice === "merged") ledger.wrote(row.id, handset, content, false);
    await handset.attempt(({ outbox }) =>
      outbox.resolveConflict(row.id, choice === "merged" ? { ...row.body, content } : choice),
    );
    return true;
  }

  const does = {
    create,
    edit,
    remove,
    settle,
    sync: (handset) => handset.sync(),
    syncAside: (handset) => handset.syncAside(),
    syncInOtherTab: (handset) => handset.syncInOtherTab(),
    kill: (handset) => handset.kill(),
    killSoon: (handset) => handset.killWithin(chance.upTo(60)),
    rest: () => pause(chance.upTo(30)),
    turnClock: (handset) => handset.turnClock(chance.of([0, -400 * DAY, 3 * DAY, -2 * 3600_000])),
    weather: (handset) => handset.network.become(chance.of(WEATHER)),
    async otherPerson(handset) {
      handset.jar.logIn(chance.of(people));
      await handset.sync();
      handset.jar.logIn(handset.person);
    },
    async sessionOver(handset) {
      handset.jar.logOut();
      await handset.sync();
      handset.jar.logIn(handset.person);
    },
    // A file written here and handed in on another phone of the same person.
    async handOver(handset) {
      const other = handsets.find((one) => one !== handset && one.person === handset.person);
      if (!other) return;
      const { user } = handset.person;
      const written = await handset.attempt(({ store }) => exportFile({ store, user }));
      if (!written.done) return;
      for (const { id } of JSON.parse(await written.value.blob.text()).visits) ledger.carried(id, other);
      await other.attempt(({ store }) => importFile({ store, user }, written.value.blob));
    },
  };

  async function heal() {
    await Promise.all(handsets.map((handset) => handset.atRest()));
    await serverUp();
    for (const handset of handsets) {
      handset.spare();
      handset.network.calm();
      await handset.network.settle();
      handset.start();
    }
    const waiting = async () => {
      let sum = 0;
      for (const handset of handsets)
        sum += (await handset.attempt(({ outbox }) => outbox.waiting())).value.pending;
      return sum;
    };
    for (let round = 0; round < MOST_ROUNDS; round += 1) {
      const before = await waiting();
      const outcomes = [];
      let unsettled = false;
      for (const handset of handsets) {
        outcomes.push((await handset.sync()).value);
        while (await settle(handset, round < 4 ? undefined : ["theirs"])) unsettled = true;
      }
      // A round in which nobody had anything to send: everybody has read what the others sent before.
      const calm = outcomes.every((outcome) => outcome === "done") && !unsettled;
      if (calm && before + (await waiting()) === 0) return;
      if (outcomes.includes("offline") || outcomes.includes("server")) await serverUp();
    }
    throw new Error(`seed ${seed}: no peace after ${MOST_ROUNDS} rounds`);
  }

  // What the server answers a person directly; it may be killed and started again in the middle of the question.
  async function ofServer({ cookie_name, cookie }, path) {
    for (let tries = 1; ; tries += 1) {
      await serverUp();
      try {
        const response = await fetch(`http://127.0.0.1:${port}${path}`, {
          headers: { Cookie: `${cookie_name}=${cookie}`, Connection: "close" },
        });
        return { ok: response.ok, status: response.status, bytes: await response.arrayBuffer() };
      } catch (error) {
        if (tries === 5) throw error;
      }
    }
  }

  async function documents() {
    const found = new Map();
    for (const person of persons) {
      let page = { next: null, more: true };
      while (page.more) {
        const since = page.next ? `&changed_since=${encodeURIComponent(page.next)}` : "";
        const answer = await ofServer(person, `/api/v1/visits?limit=100${since}`);
        if (!answer.ok) throw new Error(`seed ${seed}: the feed answers ${answer.status}`);
        page = JSON.parse(new TextDecoder().decode(answer.bytes));
        for (const document of page.visits) found.set(document.id, { ...document, user: person.user });
      }
    }
    return found;
  }

  try {
    const length = 15 + chance.upTo(30);
    for (let i = 0; i < length; i += 1) {
      const handset = chance.of(handsets);
      const action = chance.weighted(ACTIONS);
      log.push(`${action} ${handset.name}`);
      await does[action](handset);
      if (LOOKS.has(action)) await ledger.look(handset);
    }
    await heal();
    for (const handset of handsets) await ledger.look(handset);
    const photo = async (digest) => {
      for (const person of persons) {
        const answer = await ofServer(person, `/api/v1/photos/${digest}/original`);
        if (answer.ok) return answer.bytes;
      }
      throw new Error(`seed ${seed}: photo ${digest} is not on the server`);
    };
    await ledger.settle(handsets, await documents(), photo);
  } catch (error) {
    error.history = log;
    throw error;
  } finally {
    for (const handset of handsets) await handset.close();
  }
  const chaos = {};
  for (const { network } of handsets) {
    for (const [name, count] of Object.entries(network.counts)) chaos[name] = (chaos[name] ?? 0) + count;
  }
  return { visits: ledger.visits.size, ...chaos };
}
