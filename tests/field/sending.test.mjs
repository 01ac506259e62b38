import assert from "node:assert/strict";
import { test } from "node:test";
import { newId, stateOf } from "../../fieldapp/static/js/field/outbox.js";
import { photoOf, startPhone, values } from "./phone.mjs";
import { makeServer } from "./server.mjs";

const PICTURE = photoOf(Buffer.alloc(300_000, "picture"));

test("a visit logged without network arrives once when there is one, with its photo", async () => {
  const server = makeServer();
  const phone = startPhone({ fetch: server.fetch });
  const id = newId();
  await phone.outbox.addPhoto(id, PICTURE);
  await phone.outbox.saveDraft(id, values({ photos: undefined }));
  await phone.outbox.saveVisit(id, values({ photos: undefined }));
  assert.equal(stateOf(await phone.store.visits.get(id)).state, "on_phone");

  assert.equal(await phone.sync.run(), "done");

  const row = await phone.store.visits.get(id);
  assert.equal(stateOf(row).state, "sent");
  assert.equal(server.visits.get(id).revision, 1);
  assert.deepEqual(server.photos.get(PICTURE.sha256), Buffer.from(PICTURE.bytes));
  assert.equal(await phone.store.pictures.count(), 0);
  assert.equal(await phone.store.photos.count(), 1);
  assert.equal(await phone.store.drafts.count(), 0);
});
