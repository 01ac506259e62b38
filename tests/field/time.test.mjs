// A phone whose clock is wrong goes by what the server told.
import assert from "node:assert/strict";
import { test } from "node:test";
import { newId } from "../../fieldapp/static/js/field/outbox.js";
import { createTime } from "../../fieldapp/static/js/field/time.js";
import { faultsOf } from "../../fieldapp/static/js/field/ui/check.js";
import { takenAt } from "../../fieldapp/static/js/field/ui/position.js";
import { setWords } from "../../fieldapp/static/js/map/words.js";
import { standingClock, startPhone, values } from "./phone.mjs";
import { makeServer } from "./server.mjs";

setWords(new Proxy({}, { get: (_, key) => key }), "en");

const DAY = 86_400_000;
const TRUE = Date.parse("2026-11-27T09:00:00+08:00");

// A phone of this world: time passes for its clock and its ticks alike, and its clock can be set.
function world(off) {
  let wall = TRUE + off;
  let ticks = 5_000;
  const phone = {
    real: TRUE,
    pass(milliseconds, { asleep = false } = {}) {
      phone.real += milliseconds;
      wall += milliseconds;
      if (!asleep) ticks += milliseconds;
    },
    set(moment) {
      wall = moment;
    },
    start: () => createTime({ clock: { now: () => wall }, ticks: () => ticks }),
    restart() {
      ticks = 0;
      return phone.start();
    },
    shown: () => wall,
  };
  return phone;
}

for (const [what, off] of [
  ["ten days slow", -10 * DAY],
  ["a year slow", -365 * DAY],
  ["three hours fast", 3 * 3_600_000],
]) {
  test(`a phone that is ${what} tells the server's time, also after it was closed`, () => {
    const phone = world(off);
    const time = phone.start();
    assert.equal(time.now(), TRUE + off); // nothing is known yet
    const asked = time.mark();
    phone.pass(400);
    const kept = time.learn(phone.real - 200, asked);
    assert.equal(time.now(), phone.real);
    phone.pass(8 * 3_600_000, { asleep: true });
    assert.equal(time.now(), phone.real);
    phone.pass(DAY);
    const again = phone.restart();
    again.recall(kept);
    assert.equal(again.now(), phone.real);
    assert.equal(again.ahead, off);
  });
}

test("a clock that is right by less than a minute is left as it is", () => {
  const phone = world(20_000);
  const time = phone.start();
  time.learn(phone.real, time.mark());
  assert.equal(time.now(), phone.shown());
});

test("a clock that is put right while the app is open is not corrected twice", () => {
  for (const off of [-10 * DAY, 10 * DAY]) {
    const phone = world(off);
    const time = phone.start();
    time.learn(phone.real, time.mark());
    phone.pass(60_000);
    phone.set(phone.real);
    assert.equal(time.now(), phone.real, String(off));
  }
});

test("a clock that was put back while the app was closed counts as unknown", () => {
  const phone = world(10 * DAY);
  const time = phone.start();
  const kept = time.learn(phone.real, time.mark());
  phone.set(phone.real);
  const again = phone.restart();
  again.recall(kept);
  assert.equal(again.now(), phone.real);
});

const HOUR = 3_600_000;

// A phone whose wrong clock the server corrected, closed for `hours`, meanwhile `set` by hand or not, and opened.
function reopened(off, hours, set = () => {}) {
  const phone = world(off);
  const before = phone.start();
  before.learn(phone.real, before.mark());
  phone.pass(5 * 60_000);
  const kept = before.seen();
  phone.pass(hours * HOUR);
  set(phone);
  const time = phone.restart();
  time.recall(kept);
  return { phone, time, kept };
}
const putRight = (phone) => phone.set(phone.real);

for (const [what, off, hours] of [
  ["three hours slow", -3 * HOUR, 8],
  ["three hours fast", 3 * HOUR, 8],
]) {
  test(`a clock ${what} that may have been put right while the app was closed is asked about`, () => {
    for (const [set, right] of [
      [() => {}, false],
      [putRight, true],
    ]) {
      const { phone, time } = reopened(off, hours, set);
      const { shown, corrected } = time.doubt;
      assert.equal(right ? shown : corrected, phone.real);
      assert.equal(time.seen(), null); // what is in doubt is not kept
      const kept = time.settle(right);
      assert.equal(time.doubt, null);
      assert.equal(time.now(), phone.real);
      phone.pass(30_000);
      const again = phone.restart();
      again.recall(kept);
      assert.equal(again.doubt, null);
      assert.equal(again.now(), phone.real);
    }
  });
}

test("no question is asked where only one story can be true", () => {
  // Slow by more than it was closed: had it been put right, it would show more.
  const slow = reopened(-10 * DAY, 20);
  assert.equal(slow.time.doubt, null);
  assert.equal(slow.time.now(), slow.phone.real);
  // Right within a minute, or reopened at once.
  for (const [off, hours] of [
    [20_000, 50],
    [3 * HOUR, 0],
  ]) {
    const { time } = reopened(off, hours);
    assert.equal(time.doubt, null);
  }
});

test("a clock that shows less than before was set: whether it is right now, only the person knows", () => {
  const { phone, time } = reopened(10 * DAY, 2, putRight);
  assert.deepEqual(time.doubt, { shown: phone.real, corrected: null });
  time.settle(true);
  assert.equal(time.now(), phone.real);
});

test("a clock that may have been put right while the phone slept with the app open is asked about", () => {
  for (const off of [3 * HOUR, -3 * HOUR]) {
    const phone = world(off);
    const time = phone.start();
    time.learn(phone.real, time.mark());
    phone.pass(8 * HOUR, { asleep: true });
    phone.set(phone.real);
    assert.equal(time.doubt.shown, phone.real);
  }
  const phone = world(3 * HOUR);
  const time = phone.start();
  time.learn(phone.real, time.mark());
  phone.pass(HOUR, { asleep: true }); // shorter than the clock was fast
  phone.set(phone.real);
  assert.deepEqual(time.doubt, { shown: phone.real, corrected: null });
});

test("the server's word ends every doubt, and tells where the person was wrong", () => {
  const { phone, time } = reopened(-3 * HOUR, 8, putRight);
  time.learn(phone.real, time.mark());
  assert.deepEqual([time.doubt, time.now(), time.wrong], [null, phone.real, null]);

  const other = reopened(-3 * HOUR, 8, putRight);
  other.time.settle(false); // three hours ahead of what is true
  const since = other.phone.real;
  other.phone.pass(HOUR);
  other.time.learn(other.phone.real, other.time.mark());
  assert.equal(other.time.now(), other.phone.real);
  assert.deepEqual(other.time.wrong, { since, by: 3 * HOUR });
  other.phone.pass(HOUR);
  other.time.learn(other.phone.real, other.time.mark());
  assert.ok(other.time.wrong); // until somebody has seen it
  const kept = other.time.forgive();
  assert.equal(other.time.wrong, null);
  const again = other.phone.restart();
  again.recall(kept);
  assert.equal(again.wrong, null);
});

test("another tab that was watched less long puts nothing in doubt", () => {
  const phone = world(3 * HOUR);
  const [one, two] = [phone.start(), phone.start()];
  two.recall(one.learn(phone.real, one.mark()));
  phone.pass(HOUR);
  const kept = one.seen();
  phone.pass(HOUR);
  two.recall(kept);
  assert.equal(two.doubt, null);
  assert.equal(two.now(), phone.real);
});

test("a clock that is set between question and answer teaches nothing", () => {
  const phone = world(0);
  const time = phone.start();
  const asked = time.mark();
  phone.set(phone.real - DAY);
  assert.equal(time.learn(phone.real, asked), null);
});

test("a position was taken by satellites' time or by the phone's, whichever is nearer to now", () => {
  const phone = world(-10 * DAY);
  const time = phone.start();
  time.learn(phone.real, time.mark());
  assert.equal(takenAt(phone.real - 3_000, time), phone.real - 3_000);
  assert.equal(takenAt(phone.shown() - 3_000, time), phone.real - 3_000);
  assert.equal(takenAt(0, time), phone.real);
});

test("by the corrected time a visit of today is no visit of the future", () => {
  const phone = world(-10 * DAY);
  const time = phone.start();
  time.learn(phone.real, time.mark());
  const visit = values({ started_at: "2026-11-27T07:00:00+08:00", ended_at: "2026-11-27T08:30:00+08:00" });
  const townships = [
    { code: visit.township_code, name: "拉林", terms: [{ starts_on: "2026-01-01", ends_on: "2026-12-31" }] },
  ];
  assert.deepEqual(faultsOf(visit, townships, time.now()), {});
  assert.deepEqual(Object.keys(faultsOf(visit, townships, phone.shown())), ["times"]);
});

test("syncing teaches the phone the server's time, and the server still hears the phone's own", async () => {
  const server = makeServer();
  const clock = standingClock(TRUE - 10 * DAY);
  server.tellTime(() => TRUE);
  const told = [];
  server.plans.push((request) => void told.push(request.headers.get("Client-Clock")));
  const phone = startPhone({ fetch: server.fetch, clock });
  await phone.outbox.saveVisit(newId(), values());
  assert.equal(await phone.sync.run(), "done");
  assert.ok(Math.abs((await phone.store.recall("clock")).ahead + 10 * DAY) < 5_000);
  assert.deepEqual([...new Set(told)], [new Date(TRUE - 10 * DAY).toISOString()]);
  assert.ok(Math.abs((await phone.store.recall("field:7")).seen_at - TRUE) < 5_000);
});
