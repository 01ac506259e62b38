// Parts of a visit as words.
import { fullName, mapName } from "../../map/names.js";
import { say, sayDay } from "../../map/words.js";
import { dayOf, sayMoment, sayTime } from "./times.js";

// A township with its names as the reader of this language reads them.
export const readable = (township) => ({
  ...township,
  name: mapName(township.name, township.pinyin),
  full_name: fullName(township.name, township.pinyin),
  county: mapName(township.county, township.county_pinyin),
});

// The same in Chinese beside it, where there is room.
export const fullTownshipName = (app, code) =>
  app.townships.find((township) => township.code === code)?.full_name ?? say("township_code", { code });

export const townshipName = (app, code) =>
  app.townships.find((township) => township.code === code)?.name ?? say("township_code", { code });

const JOINED = "\u2060"; // where no line may end

// 2026年11月22日 09:10–11:40, with the second day where it is another.
export function sayPeriod({ started_at, ended_at }) {
  const [first, last] = [dayOf(started_at), dayOf(ended_at)];
  const end = first === last ? sayTime(ended_at) : `${sayDay(last)} ${sayTime(ended_at)}`;
  return `${sayDay(first)} ${sayTime(started_at)}${JOINED}–${first === last ? JOINED : ""}${end}`;
}

// How much room something takes, in the unit that people say.
export function sayBytes(bytes) {
  if (bytes < 1e6 - 500) return say("kilobytes", { n: Math.ceil(bytes / 1e3) });
  if (bytes < 1e9) return say("megabytes", { n: Math.round(bytes / 1e6) });
  return say("gigabytes", { n: (bytes / 1e9).toFixed(1) });
}

// What was removed from this phone: {count, at}.
export const sayRemoved = ({ count, at }) => say("removed_before", { count, time: sayMoment(at) });

export function sayPosition({ fix, no_fix_reason }) {
  if (fix) {
    return say("position_is", {
      lon: fix.lon.toFixed(5),
      lat: fix.lat.toFixed(5),
      accuracy: Math.round(fix.accuracy_m ?? 0),
      time: sayMoment(fix.captured_at),
    });
  }
  return no_fix_reason ? say("position_none_because", { reason: no_fix_reason }) : say("none");
}
