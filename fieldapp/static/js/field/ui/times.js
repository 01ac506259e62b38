// Moments as people read and type them, in the phone's own time zone; the server gets them with their offset.
import { say } from "../../map/words.js";
import { phoneTime } from "../time.js";

const two = (number) => String(number).padStart(2, "0");

// What an input of the kind datetime-local holds: 2026-11-22T09:05.
export function inputOf(moment) {
  const at = new Date(moment);
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${day}T${two(at.getHours())}:${two(at.getMinutes())}`;
}

// A moment with the phone's offset from UTC: 2026-11-22T09:05:00+08:00.
export function isoOf(moment) {
  const at = new Date(moment);
  const offset = -at.getTimezoneOffset();
  const zone = `${offset < 0 ? "-" : "+"}${two(Math.floor(Math.abs(offset) / 60))}:${two(Math.abs(offset) % 60)}`;
  return `${inputOf(at)}:${two(at.getSeconds())}${zone}`;
}

export const dayOf = (moment) => inputOf(moment).slice(0, 10);

export function startOfMinute(milliseconds) {
  return milliseconds - (milliseconds % 60_000);
}

// Whole days from one day to another, both as ISO text.
export const daysBetween = (from, to) =>
  Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / 86_400_000);

export const minutesBetween = (from, to) => Math.floor((Date.parse(to) - Date.parse(from)) / 60_000);

// How long something lasted: 25 min, 2 h 30 min.
export const sayLength = (minutes) =>
  minutes < 60
    ? say("length_minutes", { n: minutes })
    : say("length_hours", { hours: Math.floor(minutes / 60), n: minutes % 60 });

// 09:12 where it is of today, else 11-22 09:12; with the year where it is another.
export function sayMoment(moment, now = phoneTime.now()) {
  const text = inputOf(moment);
  const [day, time] = text.split("T");
  if (day === dayOf(now)) return time;
  return `${day.slice(0, 4) === dayOf(now).slice(0, 4) ? day.slice(5) : day} ${time}`;
}

export const sayTime = (moment) => inputOf(moment).slice(11);
