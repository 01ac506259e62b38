// Drafts, copies, files to hand over, digests: what a phone keeps without any server.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { bodyOf, sameContent } from "../../fieldapp/static/js/field/content.js";
import { exportFile, FileRefused, importFile } from "../../fieldapp/static/js/field/handover.js";
import { NotHere, newId, stateOf, TooManyPhotos } from "../../fieldapp/static/js/field/outbox.js";
import { sha256, sha256OfBytes } from "../../fieldapp/static/js/field/sha256.js";
import { photoOf, startPhone, values } from "./phone.mjs";
import { makeServer } from "./server.mjs";

const PICTURE = photoOf(Buffer.alloc(100_000, "picture"));

test("a draft keeps each keystroke and its photos, and ends with saving", async () => {
  const { outbox, store } = startPhone({ fetch: makeServer().fetch });
  const id = newId();
  for (const content of ["水", "水稻", "水稻育秧"]) await outbox.saveDraft(id, values({ content }));
  await outbox.addPhoto(id, PICTURE);
  await outbox.saveDraft(id, values({ content: "水稻育秧指导" }));
  const draft = await outbox.findDraft(id);
  assert.equal(draft.values.content, "水稻育秧指导");
  assert.deepEqual(draft.values.photos, [PICTURE.sha256]);
  const row = await outbox.saveVisit(id, draft.values);
  assert.deepEqual(row.body.photos, [PICTURE.sha256]);
  assert.deepEqual(await outbox.drafts(), []);
  assert.equal(await store.pictures.count(), 1);
});

test("a photo taken out is kept while another visit shows it", async () => {
  const { outbox, store } = startPhone({ fetch: makeServer().fetch });
  const [one, two] = [newId(), newId()];
  for (const id of [one, two]) {
    await outbox.addPhoto(id, PICTURE);
    await outbox.saveVisit(id, values());
  }
  await outbox.editVisit(one, values({ photos: [] }));
  assert.equal(await store.pictures.count(), 1);
  await outbox.deleteVisit(two);
  assert.equal(await store.pictures.count(), 0);
});

test("a tenth photo is refused and the nine stay", async () => {
  const { outbox } = startPhone({ fetch: makeServer().fetch });
  const id = newId();
  for (let i = 0; i < 9; i += 1) await outbox.addPhoto(id, photoOf(Buffer.from(`photo ${i}`)));
  await assert.rejects(outbox.addPhoto(id, PICTURE), TooManyPhotos);
  assert.equal((await outbox.findDraft(id)).values.photos.length, 9);
});

test("a copy of the last visit has what was done, not when, where or its photos", async () => {
  const { outbox } = startPhone({ fetch: makeServer().fetch });
  assert.equal(await outbox.copyOfLastVisit(), null);
  await outbox.saveVisit(newId(), values({ content: "旧", started_at: "2026-11-01T09:00:00+08:00" }));
  await outbox.saveVisit(newId(), values({ content: "新" }));
  const copy = await outbox.copyOfLastVisit("230184101");
  assert.equal(copy.content, "新");
  assert.equal(copy.results.farmers_trained, 12);
  assert.deepEqual(
    ["started_at", "fix", "photos"].filter((name) => name in copy),
    [],
  );
  assert.equal(await outbox.copyOfLastVisit("230184102"), null);
});

test("nobody changes or sees another person's visits on the same phone", async () => {
  const { outbox, disk, store } = startPhone({ fetch: makeServer().fetch });
  const id = newId();
  await outbox.saveVisit(id, values());
  const other = startPhone({ fetch: makeServer().fetch, disk, user: 8 });
  assert.deepEqual(await other.outbox.visits(), []);
  for (const change of [
    () => other.outbox.saveVisit(id, values({ content: "别人" })),
    () => other.outbox.editVisit(id, values({ content: "别人" })),
    () => other.outbox.deleteVisit(id),
  ]) {
    await assert.rejects(change(), NotHere);
  }
  assert.deepEqual(await other.outbox.waitingOfOthers(), [{ user: 7, name: null, pending: 1 }]);
  assert.equal((await store.visits.get(id)).body.content, "水稻育秧指导");
});

test("what waits goes by file to another device and is sent from there, with its photo, once", async () => {
  const server = makeServer();
  const phone = startPhone({ fetch: server.fetch });
  const id = newId();
  await phone.outbox.addPhoto(id, PICTURE);
  await phone.outbox.saveVisit(id, values());
  const file = await exportFile({ store: phone.store, user: 7, clock: phone.clock });
  assert.equal(file.visits, 1);

  const device = startPhone({ fetch: server.fetch });
  const told = await importFile({ store: device.store, user: 7 }, file.blob);
  assert.deepEqual(told, { added: 1, same: 0, clashing: [] });
  assert.deepEqual(await importFile({ store: device.store, user: 7 }, file.blob), {
    added: 0,
    same: 1,
    clashing: [],
  });
  assert.equal(await device.sync.run(), "done");
  assert.ok(server.photos.has(PICTURE.sha256));
  // The first phone, back on the network, sends the same: nothing new.
  assert.equal(await phone.sync.run(), "done");
  assert.equal(server.visits.get(id).revision, 1);
  assert.equal(stateOf(await phone.store.visits.get(id)).state, "sent");
});

test("a file to hand over is named by the time where the phone is", async () => {
  const before = process.env.TZ;
  process.env.TZ = "Asia/Shanghai";
  try {
    const { store } = startPhone({ fetch: makeServer().fetch });
    const clock = { now: () => Date.parse("2026-11-26T19:45:00Z") };
    const { name } = await exportFile({ store, user: 7, clock });
    assert.equal(name, "fieldapp-2026-11-27-03-45.json");
  } finally {
    if (before === undefined) delete process.env.TZ;
    else process.env.TZ = before;
  }
});

test("a file for somebody else, of a newer app, or of something else is refused whole", async () => {
  const phone = startPhone({ fetch: makeServer().fetch });
  await phone.outbox.addPhoto("a", PICTURE);
  await phone.outbox.saveVisit("a", values());
  const good = JSON.parse(await (await exportFile({ store: phone.store, user: 7 })).blob.text());
  const broken = { ...good, photos: [{ ...good.photos[0], bytes: btoa("else") }] };
  for (const [reason, content] of [
    ["unreadable", "{"],
    ["unreadable", "[]"],
    ["unreadable", JSON.stringify(broken)],
    ["newer", JSON.stringify({ ...good, version: 99 })],
    ["other_person", JSON.stringify({ ...good, user: 8 })],
  ]) {
    const device = startPhone({ fetch: makeServer().fetch });
    const failure = await importFile({ store: device.store, user: 7 }, new Blob([content])).catch(
      (error) => error,
    );
    assert.ok(failure instanceof FileRefused);
    assert.equal(failure.reason, reason);
    assert.equal(await device.store.visits.count(), 0);
  }
});

test("one content in two spellings is the same, another is not", () => {
  const body = bodyOf(values());
  const spelled = {
    ...body,
    started_at: "2026-11-20T01:10:00Z",
    service_days: "0.50",
    content: "  水稻育秧指导\r\n",
    results: { farmers_trained: 12.0 },
    recorded_at: "2026-11-20T04:00:00Z",
  };
  assert.ok(sameContent(body, spelled));
  for (const change of [
    { content: "别的" },
    { service_days: 1 },
    { fix: null },
    { photos: ["0".repeat(64)] },
    { results: { farmers_trained: 13 } },
    { started_at: "2026-11-20T09:11:00+08:00" },
    { mode: "remote" },
  ]) {
    assert.ok(!sameContent(body, { ...body, ...change }), JSON.stringify(change));
  }
});

test("the digest is right with and without WebCrypto, at every length around a block", async () => {
  for (const length of [0, 1, 55, 56, 57, 63, 64, 65, 119, 120, 1000, 100_003]) {
    const bytes = new Uint8Array(length).map((_, i) => i * 7);
    const expected = createHash("sha256").update(bytes).digest("hex");
    assert.equal(sha256OfBytes(bytes.buffer), expected);
    assert.equal(await sha256(bytes.buffer), expected);
  }
});

test("what the server reminds of is there without a network too, until it says otherwise", async () => {
  const server = makeServer();
  const phone = startPhone({ fetch: server.fetch });
  const kept = async () => (await phone.store.recall("field:7")).document.reminder;
  server.remindOf("手机上有 1 条服务日志已 5 天未发送。");
  await phone.sync.run();
  assert.equal(await kept(), "手机上有 1 条服务日志已 5 天未发送。");
  // The answer to what the phone says of itself is the newer word; the rest has not changed.
  server.remindOf(null);
  await phone.sync.run();
  assert.equal(await kept(), null);
  assert.equal((await phone.store.recall("field:7")).document.user.name, "周明");
});
