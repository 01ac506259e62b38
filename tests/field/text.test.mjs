import assert from "node:assert/strict";
import { test } from "node:test";
import { newId } from "../../fieldapp/static/js/field/outbox.js";
import { plainText } from "../../fieldapp/static/js/field/text.js";
import { startPhone, values } from "./phone.mjs";
import { makeServer } from "./server.mjs";

const FAMILY = "\u{1f468}\u200d\u{1f469}\u200d\u{1f467}";
const SCOTLAND = "\u{1f3f4}\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f}";

for (const [what, typed, kept] of [
  ["ordinary Chinese", "查看秧苗，水深 3–5 厘米；𠮷林镇", "查看秧苗，水深 3–5 厘米；𠮷林镇"],
  ["a text that is turned around", "张三\u202e四李\u2066五\u2069", "张三四李五"],
  ["blanks of no width", "水\u200b稻\ufeff育\u2060秧", "水稻育秧"],
  ["what a keyboard cannot type", "稻\0田\u001b[31m\u0007", "稻田[31m"],
  ["a family, a heart and a flag of several parts", `${FAMILY} ❤️ ${SCOTLAND}`, `${FAMILY} ❤️ ${SCOTLAND}`],
  ["Mongolian letters that are shaped", "ᠠ\u180eᠮᠤ", "ᠠ\u180eᠮᠤ"],
  ["a letter and its accent apart", "cafe\u200b\u0301", "café"],
  ["lines and tabs", "  一\r\n二\u2028三\t四 \n", "一\n二\n三\t四"],
  ["half a character", "稻\ud83d田", "稻\ufffd田"],
  ["joiners that join nothing", " \u200d\u200c ", ""],
]) {
  test(`${what}: kept as it is seen`, () => {
    assert.equal(plainText(typed), kept);
    assert.equal(plainText(kept), kept);
  });
}

test("a visit is kept without what nobody sees, and its draft as it was typed", async () => {
  const phone = startPhone({ fetch: makeServer().fetch });
  const id = newId();
  const typed = values({ content: ` 水\u202e稻${FAMILY}\u0007`, fix: null, no_fix_reason: "没\u200b信号" });
  await phone.outbox.saveDraft(id, typed);
  assert.equal((await phone.outbox.findDraft(id)).values.content, typed.content);
  await phone.outbox.saveVisit(id, typed);
  const { body } = await phone.store.visits.get(id);
  assert.equal(body.content, `水稻${FAMILY}`);
  assert.equal(body.no_fix_reason, "没信号");
});

test("a visit that came in otherwise, with hidden characters, has nothing to send", async () => {
  const server = makeServer();
  const phone = startPhone({ fetch: server.fetch });
  const id = newId();
  await phone.outbox.saveVisit(id, values());
  await phone.sync.run();
  const stored = server.visits.get(id);
  server.visits.set(id, { ...stored, revision: 2, body: { ...stored.body, content: "水\u202e稻" } });
  await phone.sync.run();
  const row = await phone.store.visits.get(id);
  assert.equal(row.pending, 0);
  await phone.outbox.editVisit(id, row.body);
  assert.equal((await phone.store.visits.get(id)).pending, 0);
});
