// The sentences come translated from the server; days are written as the language writes them.
let sentences = {};
let locale = "zh-CN";

export function setWords(given, language) {
  sentences = given;
  locale = language;
}

// A sentence about one of something may stand beside that about several.
function sentenceFor(key, { count, days }) {
  const single = `${key}_one`;
  return sentences[(count === 1 || days === 1) && single in sentences ? single : key];
}

export function say(key, values = {}) {
  return sentenceFor(key, values).replace(/\{(\w+)\}/g, (field, name) =>
    name in values ? String(values[name]) : field,
  );
}

export const isEnglish = () => locale.startsWith("en");

// Days travel as ISO text and are counted in UTC, so that no time zone can move them.
const asDate = (day) => new Date(`${day}T00:00:00Z`);

export function sayDay(day) {
  if (!day) return "–";
  const form = locale.startsWith("zh")
    ? { year: "numeric", month: "long", day: "numeric" }
    : { year: "numeric", month: "short", day: "numeric" };
  return new Intl.DateTimeFormat(locale.startsWith("zh") ? "zh-CN" : "en-GB", {
    ...form,
    timeZone: "UTC",
  }).format(asDate(day));
}

export function addDays(day, count) {
  const moved = asDate(day);
  moved.setUTCDate(moved.getUTCDate() + count);
  return moved.toISOString().slice(0, 10);
}

// The days that coverage can be measured on.
const FIRST_DAY = "1949-10-01";
const LAST_DAY = "2200-12-31";

export const isDay = (text) => {
  if (!/^\d{4}-\d\d-\d\d$/.test(text ?? "") || text < FIRST_DAY || text > LAST_DAY) return false;
  const parsed = asDate(text);
  return !Number.isNaN(parsed.getTime()) && parsed.toISOString().startsWith(text);
};

// Chinese in the order of its pinyin, numbers by their value.
let collator = null;
export function compareText(one, other) {
  collator ??= new Intl.Collator("zh-CN-u-co-pinyin", { numeric: true });
  return collator.compare(one, other);
}
