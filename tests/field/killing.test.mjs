// A tab that is killed at any step leaves all of a change or nothing; and what an older app left is sent by a newer.
import assert from "node:assert/strict";
import { test } from "node:test";
import { IDBKeyRange } from "fake-indexeddb";
import { newId, stateOf } from "../../fieldapp/static/js/field/outbox.js";
import { OutdatedPage, openStore, SCHEMA, StorageFull } from "../../fieldapp/static/js/field/store.js";
import { makeDisk, photoOf, standingClock, startPhone, values } from "./phone.mjs";
import { makeServer } from "./server.mjs";

const PICTURE = photoOf(Buffer.alloc(200_000, "picture"));
const OTHER = photoOf(Buffer.alloc(1_000, "other"));

// Everything on a disk, as a new start of the app finds it.
async function contentOf(disk, schema) {
  const store = openStore({ engine: { indexedDB: disk.indexedDB, IDBKeyRange }, schema });
  const tables = {};
  for (const { name } of store.db.tables) {
    if (name !== "meta") tables[name] = await store[name].toArray();
  }
  store.close();
  return tables;
}

const withoutClock = (tables) =>
  JSON.parse(
    JSON.stringify(tables, (key, value) =>
      key === "saved_at" || key === "recorded_at" || value instanceof ArrayBuffer ? undefined : value,
    ),
  );

// Does `work` again and again, killed one step later each time, and shows what is left each time.
async function killedAtEachStep(prepare, work) {
  const seen = [];
  for (let steps = 0; ; steps += 1) {
    const phone = startPhone({ fetch: makeServer().fetch });
    const given = await prepare(phone);
    const before = withoutClock(await contentOf(phone.disk));
    let left = steps;
    let killed = false;
    const over = new Promise((resolve) => {
      phone.disk.watch(() => {
        left -= 1;
        if (left >= 0 || killed) return;
        killed = true;
        phone.kill();
        resolve();
      });
    });
    const doing = work(phone, given);
    doing.catch(() => {});
    await Promise.race([doing.catch((error) => (killed ? null : Promise.reject(error))), over]);
    phone.disk.watch(() => {});
    const after = withoutClock(await contentOf(phone.disk));
    seen.push({ before, after });
    if (!killed) return seen;
  }
}

function allOrNothing(seen) {
  const [whole] = seen.slice(-1);
  assert.ok(seen.length > 3, "there were steps to be killed at");
  assert.notDeepEqual(whole.after, whole.before);
  for (const { before, after } of seen) {
    const nothing = JSON.stringify(after) === JSON.stringify(before);
    const all = JSON.stringify(after) === JSON.stringify(whole.after);
    assert.ok(nothing || all, `neither all nor nothing: ${JSON.stringify(after)}`);
  }
}

const ID = "11111111-1111-4111-8111-111111111111";

async function drafted({ outbox }) {
  await outbox.addPhoto(ID, PICTURE);
  await outbox.saveDraft(ID, values());
}

async function saved(phone) {
  await drafted(phone);
  await phone.outbox.saveVisit(ID, values());
}

async function inConflict(phone) {
  await saved(phone);
  const row = await phone.store.visits.get(ID);
  const visit = { ...row.body, id: ID, revision: 4, content: "主管", photos: [], photos_awaited: [] };
  await phone.store.visits.put({ ...row, base_revision: 3, conflict: { code: "visit.changed", visit } });
}

const CHANGES = {
  "adding a photo": [drafted, ({ outbox }) => outbox.addPhoto(ID, OTHER)],
  "taking a photo out": [drafted, ({ outbox }) => outbox.removePhoto(ID, PICTURE.sha256)],
  "saving a visit": [drafted, ({ outbox }) => outbox.saveVisit(ID, values())],
  "changing a visit": [saved, ({ outbox }) => outbox.editVisit(ID, values({ content: "改", photos: [] }))],
  "deleting a visit": [saved, ({ outbox }) => outbox.deleteVisit(ID)],
  "throwing a draft away": [drafted, ({ outbox }) => outbox.discardDraft(ID)],
  "settling a conflict by theirs": [inConflict, ({ outbox }) => outbox.resolveConflict(ID, "theirs")],
  "settling a conflict by mine": [inConflict, ({ outbox }) => outbox.resolveConflict(ID, "mine")],
};

for (const [name, [prepare, work]] of Object.entries(CHANGES)) {
  test(`killed while ${name}: all of it or nothing`, async () => {
    allOrNothing(await killedAtEachStep(prepare, work));
  });
}

test("killed at any step of a run, the visit and its photo arrive once all the same", async () => {
  for (let steps = 0; ; steps += 3) {
    const server = makeServer();
    const phone = startPhone({ fetch: server.fetch });
    await saved(phone);
    let left = steps;
    let killed = false;
    const over = new Promise((resolve) => {
      phone.disk.watch(() => {
        left -= 1;
        if (left >= 0 || killed) return;
        killed = true;
        phone.kill();
        resolve();
      });
    });
    await Promise.race([phone.sync.run(), over]);
    phone.disk.watch(() => {});
    const clock = standingClock();
    clock.pass(3600_000);
    const restarted = startPhone({ fetch: server.fetch, disk: phone.disk, clock });
    assert.equal(await restarted.sync.run(), "done");
    assert.equal(server.visits.get(ID).revision, 1);
    assert.ok(server.photos.has(PICTURE.sha256));
    assert.equal(stateOf(await restarted.store.visits.get(ID)).state, "sent");
    assert.equal(await restarted.store.pictures.count(), 0);
    restarted.kill();
    if (!killed) break;
  }
});

test("a phone without room keeps what it had and says so", async () => {
  const phone = startPhone({ fetch: makeServer().fetch });
  await drafted(phone);
  phone.store.visits.hook("creating", () => {
    throw new DOMException("no room", "QuotaExceededError");
  });
  await assert.rejects(phone.outbox.saveVisit(ID, values()), StorageFull);
  assert.equal(await phone.store.visits.count(), 0);
  assert.deepEqual((await phone.outbox.findDraft(ID)).values.photos, [PICTURE.sha256]);
  assert.equal(await phone.store.pictures.count(), 1);
});

// What a later version of the app might bring.
const LATER = [
  ...SCHEMA,
  {
    version: SCHEMA.at(-1).version + 1,
    tables: { visits: "id, user, [user+pending], *body.photos, saved_at", trails: "id" },
    upgrade: (transaction) =>
      transaction
        .table("visits")
        .toCollection()
        .modify((row) => {
          row.body.weather = null;
        }),
  },
];

test("a queue of an older app is still there and is sent after an upgrade", async () => {
  const server = makeServer();
  const old = startPhone({ fetch: server.fetch });
  await saved(old);
  old.store.close();
  const later = startPhone({ fetch: server.fetch, disk: old.disk, schema: LATER });
  assert.equal((await later.store.visits.get(ID)).body.weather, null);
  assert.equal(await later.sync.run(), "done");
  assert.equal(server.visits.get(ID).body.content, "水稻育秧指导");
  assert.ok(server.photos.has(PICTURE.sha256));
});

test("a page of the older app is told to load again, and loses nothing", async () => {
  const server = makeServer();
  let told = 0;
  const disk = makeDisk();
  const old = startPhone({ fetch: server.fetch, disk, onOutdated: () => (told += 1) });
  await saved(old);
  const later = startPhone({ fetch: server.fetch, disk, schema: LATER });
  assert.equal(await later.store.visits.count(), 1);
  assert.equal(told, 1);
  await assert.rejects(old.outbox.saveVisit(newId(), values()), OutdatedPage);
  later.store.close();
  // The older app again, as after a release that was taken back: it still finds its queue.
  const back = startPhone({ fetch: server.fetch, disk });
  assert.equal(await back.sync.run(), "done");
  assert.equal(server.visits.get(ID).revision, 1);
});
