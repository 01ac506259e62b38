// Removing from a phone what the server has: nothing that was not sent goes with it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { newId } from "../../fieldapp/static/js/field/outbox.js";
import {
  fetchAgain,
  removedBefore,
  removeSent,
  whatWouldGo,
} from "../../fieldapp/static/js/field/removing.js";
import { photoOf, startPhone, values } from "./phone.mjs";
import { answers, makeServer } from "./server.mjs";

const PICTURE = photoOf(Buffer.alloc(200_000, "picture"));

async function visitOf(phone, content, { photo = null } = {}) {
  const id = newId();
  if (photo) await phone.outbox.addPhoto(id, photo);
  await phone.outbox.saveVisit(id, values({ content }));
  return id;
}

const contents = async (phone) => (await phone.outbox.visits()).map((row) => row.body.content).sort();

test("what the server has goes with its photos; what waits stays, and is sent later", async () => {
  const server = makeServer();
  const phone = startPhone({ fetch: server.fetch });
  const sent = await visitOf(phone, "已发送", { photo: PICTURE });
  await phone.sync.run();
  const waiting = await visitOf(phone, "未发送", { photo: photoOf(Buffer.from("another")) });
  const told = await whatWouldGo({ store: phone.store, user: 7 });
  assert.deepEqual([told.sent.map((row) => row.id), told.staying.map((row) => row.id)], [[sent], [waiting]]);

  assert.deepEqual(await removeSent({ store: phone.store, user: 7 }), { removed: 1, staying: 1 });
  assert.deepEqual(await contents(phone), ["未发送"]);
  assert.equal(await phone.store.photos.count(), 1);
  await phone.sync.run();
  assert.equal(server.visits.size, 2);
  assert.equal(server.photos.size, 2);
});

test("a visit whose photo, answer or change has not arrived stays", async () => {
  const server = makeServer();
  const phone = startPhone({ fetch: server.fetch });
  const photo = await visitOf(phone, "照片未到", { photo: PICTURE });
  const answered = await visitOf(phone, "答复未到");
  const edited = await visitOf(phone, "修改未保存");
  const deleted = await visitOf(phone, "删除未到");
  server.plans.push((request) => request.url.endsWith("/photos") && answers.problem(503, "unavailable"));
  await phone.sync.run();
  await phone.outbox.answerQuestion(answered, "已补充");
  await phone.outbox.saveDraft(edited, values({ content: "改到一半" }));
  await phone.outbox.deleteVisit(deleted);

  const told = await whatWouldGo({ store: phone.store, user: 7 });
  assert.deepEqual(told.staying.map((row) => row.id).sort(), [photo, answered, edited, deleted].sort());
  assert.deepEqual(await removeSent({ store: phone.store, user: 7, leaving: true }), {
    removed: 0,
    staying: 4,
  });
  assert.equal(await phone.store.pictures.count(), 1);
  assert.equal((await phone.store.recall("user")).id, 7);
});

test("a refused visit and one in conflict stay, and so does a draft of a new one", async () => {
  const server = makeServer();
  const phone = startPhone({ fetch: server.fetch });
  const clashing = await visitOf(phone, "两处修改");
  await phone.sync.run();
  server.keep({ ...server.visits.get(clashing), body: values({ content: "桌面" }), revision: 2 });
  await phone.outbox.editVisit(clashing, values({ content: "手机" }));
  server.plans.push(
    async (request) =>
      request.method === "PUT" &&
      (await request.text()).includes("被拒") &&
      answers.problem(422, "visit.term"),
  );
  await visitOf(phone, "被拒");
  await phone.sync.run();
  await phone.outbox.saveDraft(newId(), values({ content: "草稿" }));
  assert.deepEqual(await removeSent({ store: phone.store, user: 7 }), { removed: 0, staying: 3 });
  assert.deepEqual(await contents(phone), ["手机", "被拒"]);
});

test("who stays logged in gets back what changes, and all of it when asked for", async () => {
  const server = makeServer();
  const phone = startPhone({ fetch: server.fetch });
  const [one] = [await visitOf(phone, "一"), await visitOf(phone, "二")];
  await phone.sync.run();
  await phone.sync.inPeace(() => removeSent({ store: phone.store, user: 7, clock: phone.clock }));
  await phone.sync.run();
  assert.deepEqual(await contents(phone), []);
  assert.deepEqual(await removedBefore({ store: phone.store, user: 7 }), {
    count: 2,
    at: phone.clock.now(),
  });

  server.keep({ ...server.visits.get(one), review: "approved" });
  await phone.sync.run();
  assert.deepEqual(await contents(phone), ["一"]);
  await fetchAgain({ store: phone.store, user: 7 });
  await phone.sync.run();
  assert.deepEqual(await contents(phone), ["一", "二"]);
  assert.equal(await removedBefore({ store: phone.store, user: 7 }), null);
});

test("who leaves with everything sent leaves no name, and finds it all at the next login", async () => {
  const server = makeServer();
  const phone = startPhone({ fetch: server.fetch });
  await visitOf(phone, "已发送", { photo: PICTURE });
  await phone.sync.run();
  await removeSent({ store: phone.store, user: 7, leaving: true });
  const left = await Promise.all(
    ["visits", "photos", "pictures", "townships", "drafts", "answers"].map((name) =>
      phone.store[name].count(),
    ),
  );
  assert.deepEqual(left, [0, 0, 0, 0, 0, 0]);
  const keys = (await phone.store.meta.toCollection().primaryKeys()).filter((key) => key !== "phone");
  assert.deepEqual(keys, []);
  await phone.sync.run();
  assert.deepEqual(await contents(phone), ["已发送"]);
});

test("another person's visits on the same phone are left alone", async () => {
  const server = makeServer();
  const phone = startPhone({ fetch: server.fetch });
  await visitOf(phone, "周明");
  await phone.sync.run();
  const { disk } = phone;
  const other = startPhone({ fetch: server.fetch, disk, user: 8 });
  await removeSent({ store: other.store, user: 8, leaving: true });
  assert.deepEqual(await contents(phone), ["周明"]);
  assert.equal((await phone.store.recall("user")).id, 7);
});

test("nothing is removed while another tab sends", async () => {
  const phone = startPhone({ fetch: makeServer().fetch });
  await visitOf(phone, "正在发送");
  await phone.store.remember("lease", { holder: "another tab", until: phone.clock.now() + 30_000 });
  await assert.rejects(
    phone.sync.inPeace(() => removeSent({ store: phone.store, user: 7 })),
    (error) => error.kind === "busy",
  );
});

test("a phone that is switched off in the middle has removed all of it or nothing", async () => {
  const server = makeServer();
  const first = startPhone({ fetch: server.fetch });
  await visitOf(first, "一", { photo: PICTURE });
  await visitOf(first, "二", { photo: photoOf(Buffer.from("two")) });
  await first.sync.run();
  const { disk } = first;
  const outcomes = new Set();
  for (let fatal = 1; ; fatal += 1) {
    const phone = startPhone({ fetch: server.fetch, disk });
    await phone.store.db.open();
    let steps = 0;
    disk.watch(() => {
      steps += 1;
      if (steps === fatal) phone.kill();
    });
    const removed = await removeSent({ store: phone.store, user: 7 }).then(
      () => true,
      () => false,
    );
    disk.watch(() => {});
    const again = removed ? phone : startPhone({ fetch: server.fetch, disk });
    const counts = [(await again.outbox.visits()).length, await again.store.photos.count()].join();
    outcomes.add(counts);
    if (removed) break;
    again.kill();
  }
  assert.deepEqual([...outcomes], ["2,2", "0,0"]);
});
