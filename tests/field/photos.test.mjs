// Photos on their way: broken connections, lost answers, refusals, and other phones.
import assert from "node:assert/strict";
import { test } from "node:test";
import { newId, stateOf } from "../../fieldapp/static/js/field/outbox.js";
import { refusedPhotos } from "../../fieldapp/static/js/field/photos.js";
import { removeSent } from "../../fieldapp/static/js/field/removing.js";
import { photoOf, standingClock, startPhone, values } from "./phone.mjs";
import { answers, makeServer } from "./server.mjs";

const PICTURE = photoOf(Buffer.alloc(300_000, "picture"));

// No piece of a photo gets through until the returned function is called.
function holdPhotos(server) {
  let held = true;
  server.plans.push(async (request) => {
    if (request.method === "PATCH" && held) throw new TypeError("network error");
    return undefined;
  });
  return () => {
    held = false;
  };
}

// The server does what it was asked, and its answer is lost.
function loseAnswer(server, method, times = 1) {
  let left = times;
  server.plans.push(async (request, answer) => {
    if (request.method !== method || left === 0) return undefined;
    left -= 1;
    await answer();
    throw new TypeError("network error");
  });
}

test("a photo goes on where its connection broke, also after the app was killed", async () => {
  const server = makeServer();
  const phone = startPhone({ fetch: server.fetch });
  const id = newId();
  await phone.outbox.addPhoto(id, PICTURE);
  await phone.outbox.saveVisit(id, values());
  let pieces = 0;
  server.plans.push(async (request) => {
    if (request.method !== "PATCH") return undefined;
    pieces += 1;
    if (pieces === 2) throw new TypeError("network error");
    return undefined;
  });
  assert.equal(await phone.sync.run(), "offline");
  assert.equal(stateOf(await phone.store.visits.get(id)).state, "awaiting_photos");
  assert.equal(await phone.store.pictures.count(), 1);
  phone.kill();
  const restarted = startPhone({ fetch: server.fetch, disk: phone.disk });
  assert.equal(await restarted.sync.run(), "done");
  assert.equal(pieces, 6); // five, and the one that broke
  assert.equal(server.log.filter((line) => line === "POST /api/v1/photos").length, 1);
  assert.equal(await restarted.store.pictures.count(), 0);
});

test("a photo that the server will not have needs attention; without it the visit is sent", async () => {
  const server = makeServer();
  const phone = startPhone({ fetch: server.fetch });
  const id = newId();
  await phone.outbox.addPhoto(id, PICTURE);
  await phone.outbox.saveVisit(id, values());
  server.plans.push(async (request) =>
    request.method === "PATCH" ? answers.problem(422, "photo.type", { title: "不是照片" }) : undefined,
  );
  await phone.sync.run();
  assert.deepEqual(stateOf(await phone.store.visits.get(id)), {
    state: "needs_attention",
    code: "photo.type",
  });
  assert.equal(await phone.store.pictures.count(), 1);
  await phone.outbox.editVisit(id, values({ photos: [] }));
  await phone.sync.run();
  assert.equal(stateOf(await phone.store.visits.get(id)).state, "sent");
  assert.equal(await phone.store.pictures.count(), 0);
});

test("of several photos that the server will not have each is known; left out, an unfinished edit stays", async () => {
  const server = makeServer();
  const phone = startPhone({ fetch: server.fetch });
  const id = newId();
  const bad = [photoOf([1, 1], "one.jpg"), photoOf([2, 2], "two.jpg")];
  for (const photo of [bad[0], PICTURE, bad[1]]) await phone.outbox.addPhoto(id, photo);
  await phone.outbox.saveVisit(id, values());
  server.plans.push(async (request) => {
    if (request.method !== "PATCH") return undefined;
    const size = (await request.arrayBuffer()).byteLength;
    return size === 2 ? answers.problem(422, "photo.type", { title: "not a photo" }) : undefined;
  });
  await phone.sync.run();
  const refused = async () => {
    const rows = await phone.outbox.visits();
    return ((await refusedPhotos(phone.store, 7, rows)).get(id) ?? []).map(({ n, name }) => [n, name]);
  };
  assert.deepEqual(await refused(), [
    [1, "one.jpg"],
    [3, "two.jpg"],
  ]);
  await phone.outbox.saveDraft(id, values({ content: "unfinished", photos: [] }));
  for (const photo of bad) {
    await phone.outbox.leaveOutPhoto(id, photo.sha256);
    await phone.sync.run();
  }
  assert.deepEqual(await refused(), []);
  assert.equal(stateOf(await phone.store.visits.get(id)).state, "sent");
  assert.deepEqual(server.visits.get(id).body.photos, [PICTURE.sha256]);
  assert.equal((await phone.outbox.findDraft(id)).values.content, "unfinished");
});

test("a photo taken with another phone is left to that one", async () => {
  const server = makeServer();
  const phone = startPhone({ fetch: server.fetch });
  const other = startPhone({ fetch: server.fetch });
  const id = newId();
  await phone.outbox.addPhoto(id, PICTURE);
  await phone.outbox.saveVisit(id, values());
  const letThrough = holdPhotos(server);
  await phone.sync.run();
  assert.equal(await other.sync.run(), "done");
  assert.equal(stateOf(await other.store.visits.get(id)).state, "awaiting_photos");
  letThrough();
  await phone.sync.run();
  await other.sync.run();
  assert.equal(stateOf(await other.store.visits.get(id)).state, "sent");
});

test("a photo that arrives broken is sent again", async () => {
  const server = makeServer();
  const phone = startPhone({ fetch: server.fetch });
  const id = newId();
  await phone.outbox.addPhoto(id, PICTURE);
  await phone.outbox.saveVisit(id, values());
  let broken = true;
  server.plans.push(async (request) => {
    if (request.method !== "PATCH" || !broken) return undefined;
    broken = false;
    return answers.problem(422, "photo.digest");
  });
  await phone.sync.run();
  assert.equal(stateOf(await phone.store.visits.get(id)).state, "awaiting_photos");
  await phone.sync.run();
  assert.equal(stateOf(await phone.store.visits.get(id)).state, "sent");
});
test("a photo whose address was lost goes on where the server says it stands", async () => {
  const server = makeServer();
  const phone = startPhone({ fetch: server.fetch });
  const id = newId();
  await phone.outbox.addPhoto(id, PICTURE);
  await phone.outbox.saveVisit(id, values());
  loseAnswer(server, "POST");
  loseAnswer(server, "PATCH");
  assert.equal(await phone.sync.run(), "offline");
  assert.equal(await phone.sync.run(), "offline");
  // The address is lost as well: the tab was killed before it was kept.
  await phone.store.photos.update([7, PICTURE.sha256], { upload_url: null });
  assert.equal(await phone.sync.run(), "done");
  assert.equal(stateOf(await phone.store.visits.get(id)).state, "sent");
  assert.equal(server.begun, 1);
  assert.equal(server.bytesOf(PICTURE.sha256), PICTURE.size);
});

test("an upload that is over while its photo is sent is no refusal", async () => {
  const server = makeServer();
  const phone = startPhone({ fetch: server.fetch });
  const id = newId();
  await phone.outbox.addPhoto(id, PICTURE);
  await phone.outbox.saveVisit(id, values());
  let left = 1;
  server.plans.push((request) =>
    request.method === "PATCH" && left-- > 0 ? answers.problem(404, "upload.unknown") : undefined,
  );
  assert.equal(await phone.sync.run(), "server");
  assert.equal(stateOf(await phone.store.visits.get(id)).state, "awaiting_photos");
  assert.equal(await phone.sync.run(), "done");
  assert.equal(stateOf(await phone.store.visits.get(id)).state, "sent");
});

test("a photo that one phone gave up is there when another one brings back the visit", async () => {
  for (const giveUp of [
    ({ outbox }, id) => outbox.deleteVisit(id),
    ({ outbox }, id) => outbox.editVisit(id, values({ photos: [], content: "no picture" })),
  ]) {
    const server = makeServer();
    const phone = startPhone({ fetch: server.fetch });
    const other = startPhone({ fetch: server.fetch });
    const id = newId();
    await phone.outbox.addPhoto(id, PICTURE);
    await phone.outbox.saveVisit(id, values());
    const letThrough = holdPhotos(server);
    await phone.sync.run();
    await other.sync.run();
    await other.outbox.editVisit(id, { ...values({ content: "kept" }), photos: [PICTURE.sha256] });
    letThrough();
    await giveUp(phone, id);
    assert.equal(await phone.sync.run(), "done");
    await other.sync.run();
    await other.outbox.resolveConflict(id, "mine");
    await other.sync.run();
    assert.equal(await phone.sync.run(), "done");
    await other.sync.run();
    assert.equal(stateOf(await other.store.visits.get(id)).state, "sent");
    assert.equal(server.bytesOf(PICTURE.sha256), PICTURE.size);
    assert.equal(await phone.store.pictures.count(), 0);
  }
});

test("a photo that nothing shows any more goes after a month, or with what is removed from a shared phone", async () => {
  const day = 24 * 3600_000;
  for (const goAway of [
    async ({ clock, sync }) => {
      clock.pass(29 * day);
      await sync.run();
      clock.pass(2 * day);
      await sync.run();
    },
    ({ store }) => removeSent({ store, user: 7 }),
  ]) {
    const server = makeServer();
    const clock = standingClock();
    const phone = startPhone({ fetch: server.fetch, clock });
    const id = newId();
    await phone.outbox.addPhoto(id, PICTURE);
    await phone.outbox.saveVisit(id, values());
    holdPhotos(server);
    await phone.sync.run();
    await phone.outbox.editVisit(id, values({ photos: [] }));
    await phone.sync.run();
    assert.equal(await phone.store.pictures.count(), 1);
    await goAway({ ...phone, clock });
    assert.equal(await phone.store.pictures.count(), 0);
    assert.equal(await phone.store.photos.count(), 0);
  }
});
