// What the screens decide without a browser: where a position lies, what is wrong with a log, how things are said.
import assert from "node:assert/strict";
import { test } from "node:test";
import { faultsOf } from "../../fieldapp/static/js/field/ui/check.js";
import {
  contains,
  metresBetween,
  metresOutside,
  servedOn,
  townshipAt,
} from "../../fieldapp/static/js/field/ui/places.js";
import { sayBytes } from "../../fieldapp/static/js/field/ui/telling.js";
import { daysBetween, inputOf, isoOf, sayMoment } from "../../fieldapp/static/js/field/ui/times.js";
import { endOfDraft, isShort, periodOf } from "../../fieldapp/static/js/field/ui/times-field.js";
import { saySync } from "../../fieldapp/static/js/field/ui/words-of-sync.js";
import { say, setWords } from "../../fieldapp/static/js/map/words.js";

// Every sentence is its own key, so a test reads what was chosen and not how it is worded.
setWords(new Proxy({}, { get: (_, key) => `${key} {count} {time}`.trim() }), "en");

const square = (lon, lat, half = 0.1) => ({
  type: "Polygon",
  coordinates: [
    [
      [lon - half, lat - half],
      [lon + half, lat - half],
      [lon + half, lat + half],
      [lon - half, lat + half],
      [lon - half, lat - half],
    ],
  ],
});
const township = (code, boundary, more = {}) => ({
  code,
  name: code,
  boundary,
  tolerance_m: 5000,
  terms: [{ starts_on: "2026-01-01", ends_on: "2026-12-31" }],
  ...more,
});
const NOW = Date.parse("2026-11-20T12:00:00+08:00");
const visit = (changes = {}) => ({
  township_code: "a",
  started_at: "2026-11-20T09:10:00+08:00",
  ended_at: "2026-11-20T11:40:00+08:00",
  mode: "on_site",
  content: "水稻",
  service_days: 0.5,
  results: {},
  fix: { lon: 127, lat: 45 },
  no_fix_reason: null,
  ...changes,
});
const faults = (changes) => Object.keys(faultsOf(visit(changes), [township("a", square(127, 45))], NOW));

test("a position is inside its boundary, outside of a hole in it, and in any part of several", () => {
  const ring = square(127, 45).coordinates[0];
  const hole = square(127, 45, 0.02).coordinates[0];
  const holed = { type: "Polygon", coordinates: [ring, hole] };
  assert.equal(contains(holed, { lon: 127.05, lat: 45 }), true);
  assert.equal(contains(holed, { lon: 127, lat: 45 }), false);
  const parts = { type: "MultiPolygon", coordinates: [[ring], square(128, 46).coordinates] };
  assert.equal(contains(parts, { lon: 128, lat: 46 }), true);
  assert.equal(contains(null, { lon: 128, lat: 46 }), false);
});

test("how far outside a position lies is told in metres", () => {
  const away = metresOutside(square(127, 45), { lon: 127, lat: 45.11 });
  assert.ok(Math.abs(away - 1112) < 5, `${away}`);
  assert.equal(metresOutside(square(127, 45), { lon: 127, lat: 45 }), 0);
  assert.ok(Math.abs(metresBetween({ lon: 127, lat: 45 }, { lon: 127, lat: 46 }) - 111_195) < 100);
});

test("the township is the one around the position, or one whose boundary may be off so far", () => {
  const both = [township("a", square(127, 45)), township("b", square(128, 45))];
  assert.equal(townshipAt(both, { lon: 128.05, lat: 45 }).code, "b");
  assert.equal(townshipAt(both, { lon: 127.12, lat: 45 }).code, "a");
  assert.equal(townshipAt(both, { lon: 120, lat: 45 }), null);
});

test("a term is served on both of its ends", () => {
  const one = township("a", null);
  assert.equal(servedOn(one, "2026-01-01") && servedOn(one, "2026-12-31"), true);
  assert.equal(servedOn(one, "2027-01-01"), false);
});

test("a log that can be kept has no fault", () => assert.deepEqual(faults({}), []));

for (const [what, changes, field] of [
  ["no township", { township_code: "" }, "township"],
  ["no end", { ended_at: "" }, "times"],
  ["an end before the beginning", { ended_at: "2026-11-20T09:00:00+08:00" }, "times"],
  ["an end in the future", { ended_at: "2026-11-20T18:00:00+08:00" }, "times"],
  ["a month and more", { started_at: "2026-10-01T09:00:00+08:00" }, "times"],
  [
    "a day outside of the term",
    { started_at: "2025-11-20T09:00:00+08:00", ended_at: "2025-11-20T10:00:00+08:00" },
    "times",
  ],
  ["a third of a day", { service_days: 0.3 }, "days"],
  ["more days than it touches", { service_days: 2 }, "days"],
  ["nothing but blanks", { content: " \n " }, "content"],
  ["nothing that is seen", { content: "\u200d\u202e" }, "content"],
  ["neither position nor reason", { fix: null }, "position"],
]) {
  test(`a log with ${what} is not kept`, () => assert.deepEqual(faults(changes), [field]));
}

test("a remote service needs no position", () => assert.deepEqual(faults({ mode: "remote", fix: null }), []));

test("moments carry the phone's own offset, and days are counted whole", () => {
  const at = Date.parse("2026-11-20T09:12:30Z");
  assert.equal(Date.parse(isoOf(at)), at);
  assert.match(isoOf(at), /[+-]\d\d:\d\d$/);
  assert.equal(inputOf(at).length, 16);
  assert.equal(daysBetween("2026-02-27", "2026-03-01"), 2);
  assert.equal(sayMoment(at, at), inputOf(at).slice(11));
  assert.equal(
    sayMoment(at - 86_400_000, at),
    inputOf(at - 86_400_000)
      .replace("T", " ")
      .slice(5),
  );
});

const standing = (changes = {}, activity = {}) => ({
  activity: { running: false, outcome: "done", photo: null, retry_at: null, ...activity },
  waiting: { pending: 0, oldest_at: null },
  sending: 0,
  seen: NOW,
  online: true,
  signedOut: false,
  attention: 0,
  now: NOW,
  ...changes,
});
const two = { waiting: { pending: 2, oldest_at: NOW } };
for (const [what, state, key, kind] of [
  ["everything is sent", standing(), "sync_done", "good"],
  ["two wait", standing(two), "sync_waiting 2", "plain"],
  ["there is no network", standing({ ...two, online: false }), "sync_offline 2", "warn"],
  ["nobody is logged in", standing({ ...two, signedOut: true }), "sync_login 2", "warn"],
  ["the server is away", standing(two, { outcome: "server", retry_at: NOW }), "sync_trouble 2", "warn"],
  ["a portal answers", standing(two, { outcome: "portal" }), "sync_portal 2", "warn"],
  ["all but one is sent", standing({ attention: 1 }), "sync_attention_else 1", "warn"],
  [
    "its owner has to log in",
    standing({ ...two, owner: "x" }, { outcome: "refused" }),
    "sync_owner 2",
    "warn",
  ],
  ["it is being sent", standing(two, { running: true }), "sync_sending 2", "plain"],
]) {
  test(`when ${what}, the state says so`, () => {
    const line = saySync(state);
    assert.ok(line.text.startsWith(key), line.text);
    assert.equal(line.kind, kind);
  });
}

test("how large something is, is said in the unit that fits", () => {
  setWords({ kilobytes: "{n} kB", megabytes: "{n} MB", gigabytes: "{n} GB" }, "en");
  const sizes = [0, 1, 2_000, 999_400, 999_600, 2_000_024, 1.5e9];
  const told = ["0 kB", "1 kB", "2 kB", "1000 kB", "1 MB", "2 MB", "1.5 GB"];
  assert.deepEqual(sizes.map(sayBytes), told);
});

test("one of something is said as one where the language has words for it", () => {
  setWords({ days: "{days} days", days_one: "1 day", waiting: "{count} to be sent" }, "en");
  assert.deepEqual(
    [say("days", { days: 1 }), say("days", { days: 0.5 }), say("days", { days: 2 })],
    ["1 day", "0.5 days", "2 days"],
  );
  assert.equal(say("waiting", { count: 1 }), "1 to be sent");
});

test("a visit ends when it is saved, unless somebody said when or it was left for long", () => {
  const opened = isoOf(NOW);
  const later = (minutes) => NOW + minutes * 60_000;
  const period = (values, minutes) =>
    periodOf({ started_at: opened, ended_at: null, ...values }, later(minutes));
  assert.equal(period({}, 95).ended_at, isoOf(later(95)));
  assert.equal(period({ ended_at: isoOf(later(30)) }, 95).ended_at, isoOf(later(30)));
  assert.equal(period({ started_at: isoOf(later(20)) }, 5).ended_at, isoOf(later(20)));

  const draft = { values: { started_at: opened }, saved_at: later(40) };
  assert.equal(endOfDraft(draft, later(45)), null);
  assert.equal(endOfDraft(draft, later(600)), isoOf(later(40)));
  assert.equal(endOfDraft({ ...draft, saved_at: later(-5) }, later(600)), null);
});

test("a visit on the spot of a few minutes is asked about, advice from afar is not", () => {
  const of = (mode, minutes) =>
    isShort({ mode, started_at: isoOf(NOW), ended_at: isoOf(NOW + minutes * 60_000) });
  assert.deepEqual([of("on_site", 1), of("on_site", 9), of("on_site", 10)], [true, true, false]);
  assert.equal(of("remote", 1), false);
});
