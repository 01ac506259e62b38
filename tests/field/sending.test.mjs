import assert from "node:assert/strict";
import { test } from "node:test";
import { newId, stateOf } from "../../fieldapp/static/js/field/outbox.js";
import { photoOf, startPhone, values } from "./phone.mjs";
import { answers, makeServer } from "./server.mjs";

const PICTURE = photoOf(Buffer.alloc(300_000, "picture"));

async function withVisit(changes = {}) {
  const server = makeServer();
  const phone = startPhone({ fetch: server.fetch });
  const id = newId();
  await phone.outbox.saveVisit(id, values(changes));
  return { server, phone, id, row: () => phone.store.visits.get(id) };
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

test("a visit logged without network arrives once when there is one, with its photo", async () => {
  const server = makeServer();
  const phone = startPhone({ fetch: server.fetch });
  const id = newId();
  await phone.outbox.addPhoto(id, PICTURE);
  await phone.outbox.saveDraft(id, values());
  await phone.outbox.saveVisit(id, values());
  assert.equal(stateOf(await phone.store.visits.get(id)).state, "on_phone");

  assert.equal(await phone.sync.run(), "done");

  assert.equal(stateOf(await phone.store.visits.get(id)).state, "sent");
  assert.equal(server.visits.get(id).revision, 1);
  assert.deepEqual(server.photos.get(PICTURE.sha256), Buffer.from(PICTURE.bytes));
  assert.equal(await phone.store.pictures.count(), 0);
  assert.equal(await phone.store.photos.count(), 1);
  assert.equal(await phone.store.drafts.count(), 0);
});

test("a second tap on save, and a second run, change nothing", async () => {
  const { server, phone, id } = await withVisit();
  await phone.outbox.saveVisit(id, values());
  await phone.sync.run();
  await phone.sync.run();
  assert.equal(server.visits.size, 1);
  assert.equal(server.visits.get(id).revision, 1);
  assert.equal(server.log.filter((line) => line.startsWith("PUT /api/v1/visits")).length, 1);
});

test("an edit made while the visit is being sent is neither lost nor called sent", async () => {
  const { server, phone, id, row } = await withVisit();
  let edited = false;
  server.plans.push(async (request, answer) => {
    if (request.method !== "PUT" || edited) return undefined;
    edited = true;
    const response = await answer();
    await phone.outbox.editVisit(id, values({ content: "改" }));
    return response;
  });
  await phone.sync.run();
  assert.equal((await row()).pending, 0);
  assert.equal(server.visits.get(id).body.content, "改");
  assert.equal(server.visits.get(id).revision, 2);
});

test("an edit after an answer that was lost is no conflict", async () => {
  const { server, phone, id, row } = await withVisit();
  loseAnswer(server, "PUT");
  assert.equal(await phone.sync.run(), "offline");
  assert.equal(stateOf(await row()).state, "on_phone");
  await phone.outbox.editVisit(id, values({ content: "改" }));
  assert.equal(await phone.sync.run(), "done");
  assert.equal((await row()).conflict, null);
  assert.equal(server.visits.get(id).body.content, "改");
});

test("a visit deleted before it was ever sent is gone at once, its photos too", async () => {
  const server = makeServer();
  const phone = startPhone({ fetch: server.fetch });
  const id = newId();
  await phone.outbox.addPhoto(id, PICTURE);
  await phone.outbox.saveVisit(id, values());
  await phone.outbox.deleteVisit(id);
  assert.equal(await phone.store.visits.count(), 0);
  assert.equal(await phone.store.pictures.count(), 0);
  await phone.sync.run();
  assert.equal(server.visits.size, 0);
});

test("a visit deleted after an answer that was lost leaves a tombstone", async () => {
  const { server, phone, id } = await withVisit();
  loseAnswer(server, "PUT");
  await phone.sync.run();
  await phone.outbox.deleteVisit(id);
  assert.deepEqual(await phone.outbox.visits(), []);
  assert.equal(await phone.sync.run(), "done");
  assert.equal(server.visits.get(id).deleted, true);
  assert.equal(await phone.store.visits.count(), 0);
});

test("a deletion whose request never arrived though something said yes is sent again", async () => {
  const { server, phone, id } = await withVisit();
  await phone.sync.run();
  await phone.outbox.deleteVisit(id);
  let portal = true;
  server.plans.push(async (request) => {
    if (request.method !== "DELETE" || !portal) return undefined;
    portal = false;
    return new Response(null, { status: 204 });
  });
  await phone.sync.run();
  assert.equal(server.visits.get(id).deleted, false);
  await phone.sync.run();
  assert.equal(server.visits.get(id).deleted, true);
  assert.equal(await phone.store.visits.count(), 0);
});

async function withConflict() {
  const given = await withVisit();
  const { server, phone, id } = given;
  await phone.sync.run();
  const stored = server.visits.get(id);
  server.keep({ ...stored, revision: 2, body: { ...stored.body, content: "主管修改" } });
  await phone.outbox.editVisit(id, values({ content: "我的修改" }));
  await phone.sync.run();
  return given;
}

test("a correction on the server meanwhile is a choice with both versions", async () => {
  const { server, phone, id, row } = await withConflict();
  assert.deepEqual(stateOf(await row()), { state: "needs_attention", code: "visit.changed" });
  assert.equal((await row()).body.content, "我的修改");
  assert.equal((await row()).conflict.visit.content, "主管修改");
  await phone.sync.run();
  assert.equal(server.visits.get(id).body.content, "主管修改");
});

for (const [choice, content, revision] of [
  ["mine", "我的修改", 3],
  ["theirs", "主管修改", 2],
  [values({ content: "合并" }), "合并", 3],
]) {
  test(`a conflict settled by ${typeof choice === "string" ? choice : "merging"}`, async () => {
    const { server, phone, id, row } = await withConflict();
    await phone.outbox.resolveConflict(id, choice);
    await phone.sync.run();
    assert.equal((await row()).body.content, content);
    assert.equal(server.visits.get(id).body.content, content);
    assert.equal(server.visits.get(id).revision, revision);
    assert.equal(stateOf(await row()).state, "sent");
  });
}

test("a visit deleted elsewhere and edited here is a choice; mine brings it back", async () => {
  const { server, phone, id, row } = await withVisit();
  await phone.sync.run();
  server.keep({ ...server.visits.get(id), revision: 2, deleted: true });
  await phone.outbox.editVisit(id, values({ content: "我的修改" }));
  await phone.sync.run();
  assert.deepEqual(stateOf(await row()), { state: "needs_attention", code: "visit.deleted" });
  await phone.outbox.resolveConflict(id, "mine");
  await phone.sync.run();
  assert.equal(server.visits.get(id).deleted, false);
  assert.equal(server.visits.get(id).body.content, "我的修改");
});

test("deleted on both sides it is gone", async () => {
  const { server, phone, id } = await withVisit();
  await phone.sync.run();
  server.keep({ ...server.visits.get(id), revision: 2, deleted: true });
  await phone.outbox.editVisit(id, values({ content: "我的修改" }));
  await phone.sync.run();
  await phone.outbox.deleteVisit(id);
  assert.equal(await phone.store.visits.count(), 0);
  assert.equal(await phone.sync.run(), "done");
});

test("a second phone of the same person gets the visit, and its deletion", async () => {
  const { server, phone, id } = await withVisit();
  const other = startPhone({ fetch: server.fetch });
  await phone.sync.run();
  await other.sync.run();
  assert.equal((await other.store.visits.get(id)).body.content, "水稻育秧指导");
  assert.equal(stateOf(await other.store.visits.get(id)).state, "sent");
  await other.outbox.deleteVisit(id);
  await other.sync.run();
  await phone.sync.run();
  assert.equal(await phone.store.visits.count(), 0);
});

test("what one person logged is never sent as another", async () => {
  const { server, phone, id, row } = await withVisit();
  server.logIn({ id: 8, name: "吴芳" });
  assert.equal(await phone.sync.run(), "done");
  assert.equal(server.visits.size, 0);
  assert.equal((await row()).user, 7);
  server.logIn({ id: 7, name: "周明" });
  await phone.sync.run();
  assert.equal(server.visits.get(id).revision, 1);
});

test("who is logged in is known, also where they log no visits, and can be logged out", async () => {
  const { server, phone, row } = await withVisit();
  server.logIn({ id: 9, name: "市局经办", logsNone: true });
  assert.equal(await phone.sync.run(), "refused");
  assert.equal(phone.sync.activity.account.name, "市局经办");
  await phone.api.whoIsLoggedIn();
  await phone.api.logOut();
  assert.equal(await phone.sync.run(), "session");
  assert.equal(phone.sync.activity.account, null);
  assert.equal((await row()).pending, 1);
  server.logIn({ id: 7, name: "周明" });
  assert.equal(await phone.sync.run(), "done");
  assert.equal(phone.sync.activity.account.name, "周明");
});

test("another person logging in between two requests of a run stops the run", async () => {
  const { server, phone, row } = await withVisit();
  let changed = false;
  server.plans.push(async (request) => {
    if (request.method === "PUT" && !changed) {
      changed = true;
      server.logIn({ id: 8, name: "吴芳" });
    }
    return undefined;
  });
  await phone.sync.run();
  assert.equal(server.visits.size, 0);
  assert.equal((await row()).pending, 1);
});

test("a refused visit waits for a change and does not hold up the others", async () => {
  const { server, phone, id, row } = await withVisit({ township_code: "999999999" });
  server.plans.push(async (request) => {
    if (request.method !== "PUT") return undefined;
    const { township_code } = await request.json();
    return township_code === "999999999"
      ? answers.problem(403, "visit.township", { title: "非本人乡镇" })
      : undefined;
  });
  const second = newId();
  phone.clock.pass(1000);
  await phone.outbox.saveVisit(second, values());
  assert.equal(await phone.sync.run(), "done");
  assert.deepEqual(stateOf(await row()), { state: "needs_attention", code: "visit.township" });
  assert.equal((await row()).attention.message, "非本人乡镇");
  assert.equal(server.visits.get(second).revision, 1);
  const asked = server.log.length;
  await phone.sync.run();
  assert.ok(!server.log.slice(asked).includes(`PUT /api/v1/visits/${id}`));
  await phone.outbox.editVisit(id, values());
  await phone.sync.run();
  assert.equal(stateOf(await row()).state, "sent");
});

test("a refused visit that is deleted is gone", async () => {
  const { server, phone, id } = await withVisit();
  server.plans.push(async (request) =>
    request.method === "PUT" ? answers.problem(422, "visit.term") : undefined,
  );
  await phone.sync.run();
  await phone.outbox.deleteVisit(id);
  await phone.sync.run();
  assert.equal(await phone.store.visits.count(), 0);
});

test("a visit that breaks the server does not hold up the others", async () => {
  const { server, phone, id, row } = await withVisit();
  server.plans.push(async (request) =>
    request.url.endsWith(id) ? new Response("oops", { status: 500 }) : undefined,
  );
  phone.clock.pass(1000);
  const second = newId();
  await phone.outbox.saveVisit(second, values());
  assert.equal(await phone.sync.run(), "server");
  assert.equal(server.visits.get(second).revision, 1);
  assert.equal(stateOf(await row()).state, "on_phone");
});

test("an answer to a question is sent once the visit is there", async () => {
  const { server, phone, id } = await withVisit();
  await phone.outbox.answerQuestion(id, "在村委会");
  loseAnswer(server, "POST");
  await phone.sync.run();
  await phone.sync.run();
  assert.deepEqual(
    [...server.notes.values()].map((note) => note.text),
    ["在村委会"],
  );
  assert.equal(await phone.store.answers.count(), 0);
});

test("a visit that a restored server has forgotten is sent again", async () => {
  const { server, phone, id } = await withVisit();
  await phone.sync.run();
  server.visits.clear();
  await phone.outbox.editVisit(id, values({ content: "改" }));
  await phone.sync.run();
  assert.equal(server.visits.get(id).body.content, "改");
});
