// Each way in which an answer fails: what the phone calls it, that it keeps everything, and when it tries again.
import assert from "node:assert/strict";
import { test } from "node:test";
import { newId, stateOf } from "../../fieldapp/static/js/field/outbox.js";
import { startPhone, values } from "./phone.mjs";
import { answers, makeServer } from "./server.mjs";

const html = (status = 200) =>
  new Response("<html><body>WiFi login</body></html>", { status, headers: { "Content-Type": "text/html" } });

async function withVisit(more = {}) {
  const server = makeServer();
  const phone = startPhone({ fetch: server.fetch, ...more });
  const id = newId();
  await phone.outbox.saveVisit(id, values());
  return { server, phone, id };
}

const FAILURES = {
  "no network": ["offline", () => Promise.reject(new TypeError("fetch failed"))],
  "a hotel's page for everything": ["portal", () => html()],
  "a redirect": [
    "portal",
    () => new Response(null, { status: 302, headers: { Location: "http://login.test/" } }),
  ],
  "a proxy that wants a password": ["portal", () => html(407)],
  "network access needed": ["portal", () => html(511)],
  "a foreign 404": ["portal", () => html(404)],
  "a server that is away": ["server", () => html(502)],
  "a server in trouble": ["server", () => answers.problem(500, "internal")],
  "a server that asks for patience": ["server", () => answers.problem(429, "throttled")],
  "broken JSON": [
    "nonsense",
    () => new Response('{"id": "', { status: 200, headers: { "Content-Type": "application/json" } }),
  ],
  "another document": ["nonsense", () => answers.json({ hello: "world" })],
  "a session that is over": ["session", () => answers.problem(401, "login.needed")],
};

for (const [name, [kind, answer]] of Object.entries(FAILURES)) {
  test(`${name}, from the first request on: ${kind}, and everything is kept`, async () => {
    const { server, phone, id } = await withVisit();
    server.plans.push(async () => answer());
    assert.equal(await phone.sync.run(), kind);
    assert.equal(stateOf(await phone.store.visits.get(id)).state, "on_phone");
    assert.equal(server.visits.size, 0);
    server.plans.length = 0;
    assert.equal(await phone.sync.run(), "done");
    assert.equal(server.visits.get(id).revision, 1);
  });

  test(`${name}, in answer to a visit: it stays on the phone`, async () => {
    const { server, phone, id } = await withVisit();
    server.plans.push(async (request) => (request.method === "PUT" ? answer() : undefined));
    assert.notEqual(await phone.sync.run(), "done");
    assert.equal(stateOf(await phone.store.visits.get(id)).state, "on_phone");
    server.plans.length = 0;
    assert.equal(await phone.sync.run(), "done");
  });
}

test("an answer for another visit, or with other content, is no answer", async () => {
  for (const change of [
    { id: newId() },
    { content: "别的" },
    { revision: null },
    { photos: ["0".repeat(64)] },
  ]) {
    const { server, phone, id } = await withVisit();
    server.plans.push(async (request, answer) => {
      if (request.method !== "PUT") return undefined;
      return answers.json({ ...(await (await answer()).json()), ...change });
    });
    assert.equal(await phone.sync.run(), "nonsense");
    assert.equal((await phone.store.visits.get(id)).pending, 1);
  }
});

test("a server that does not answer in time is away", async () => {
  const { server, phone, id } = await withVisit({ timeout_ms: 20 });
  server.plans.push(
    (request) =>
      new Promise((_, reject) =>
        request.signal.addEventListener("abort", () => reject(request.signal.reason)),
      ),
  );
  assert.equal(await phone.sync.run(), "offline");
  assert.equal((await phone.store.visits.get(id)).pending, 1);
});

test("a stale secret is fetched anew once, and then sent with", async () => {
  const { server, phone, id } = await withVisit();
  await phone.sync.run();
  server.logIn({ id: 7, name: "周明" });
  await phone.outbox.editVisit(id, values({ content: "改" }));
  assert.equal(await phone.sync.run(), "done");
  assert.equal(server.visits.get(id).body.content, "改");
});

test("a secret that stays stale ends the run", async () => {
  const { server, phone, id } = await withVisit();
  server.plans.push(async (request) => (request.method === "PUT" ? answers.problem(403, "csrf") : undefined));
  assert.equal(await phone.sync.run(), "csrf");
  assert.equal((await phone.store.visits.get(id)).pending, 1);
});

test("a passing failure is tried again ever later; a session that is over is not", async () => {
  const { server, phone, id } = await withVisit();
  let failing = true;
  server.plans.push(async () => (failing ? html(503) : undefined));
  const pauses = [];
  await phone.sync.run();
  for (let i = 0; i < 12; i += 1) {
    pauses.push(phone.sync.activity.retry_at - phone.clock.now());
    phone.clock.pass(pauses.at(-1));
    await phone.sync.run();
  }
  assert.deepEqual(pauses.slice(0, 4), [5_000, 10_000, 20_000, 40_000]);
  assert.equal(pauses.at(-1), 15 * 60_000);
  failing = false;
  phone.clock.pass(15 * 60_000);
  await phone.sync.run();
  assert.equal(server.visits.get(id).revision, 1);
  assert.equal(phone.clock.due, 0);
  server.logIn(null);
  assert.equal(await phone.sync.run(), "session");
  assert.equal(phone.clock.due, 0);
});

test("a server that says when to come back is asked no sooner", async () => {
  const { server, phone } = await withVisit();
  server.plans.push(
    async () =>
      new Response(JSON.stringify({ code: "throttled", title: "" }), {
        status: 429,
        headers: { "Content-Type": "application/problem+json", "Retry-After": "120" },
      }),
  );
  await phone.sync.run();
  assert.equal(phone.sync.activity.retry_at - phone.clock.now(), 120_000);
});

test("a clock that is far off delays nothing and is told to the server", async () => {
  const { server, phone, id } = await withVisit();
  phone.clock.pass(-400 * 24 * 3600_000);
  let told = null;
  server.plans.push(async (request) => {
    told = request.headers.get("Client-Clock");
    return undefined;
  });
  assert.equal(await phone.sync.run(), "done");
  assert.equal(told, new Date(phone.clock.now()).toISOString());
  assert.equal(server.visits.get(id).revision, 1);
});

test("two tabs at once: one syncs, the other leaves it to that one", async () => {
  const { server, phone, id } = await withVisit();
  const other = startPhone({ fetch: server.fetch, disk: phone.disk });
  const outcomes = await Promise.all([phone.sync.run(), other.sync.run()]);
  assert.deepEqual(outcomes.sort(), ["busy", "done"]);
  assert.equal(server.visits.get(id).revision, 1);
});

test("a tab killed in the middle of a run keeps the others out for a minute at most", async () => {
  const { server, phone } = await withVisit();
  server.plans.push(async (request) => (request.method === "PUT" ? new Promise(() => {}) : undefined));
  phone.sync.run();
  while (!server.log.some((line) => line.startsWith("PUT"))) await new Promise(setImmediate);
  phone.kill();
  server.plans.length = 0;
  const restarted = startPhone({ fetch: server.fetch, disk: phone.disk, clock: phone.clock });
  assert.equal(await restarted.sync.run(), "busy");
  phone.clock.pass(60_001);
  assert.equal(await restarted.sync.run(), "done");
});
