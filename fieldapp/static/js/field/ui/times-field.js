// When the visit was: it begins when the form is opened and ends when it is saved, unless somebody says when.
import { say } from "../../map/words.js";
import { phoneTime } from "../time.js";
import { button, field, make, newName, para } from "./dom.js";
import { dayOf, inputOf, isoOf, minutesBetween, sayLength, sayMoment, startOfMinute } from "./times.js";

// A visit on the spot that lasts no longer than this was most likely logged after it was over.
const SHORT_MINUTES = 10;
const A_MINUTE = 60_000;
// Who takes up a draft after so long has left the field meanwhile.
const LEFT_MS = 60 * A_MINUTE;

// -> the end of a draft that is taken up again: when it was last written, where that is long ago; null for now.
export function endOfDraft({ values, saved_at }, now = phoneTime.now()) {
  const left = now - saved_at > LEFT_MS && saved_at > Date.parse(values.started_at);
  return left ? isoOf(startOfMinute(saved_at)) : null;
}

// -> {started_at, ended_at} of the form's values, with the end that nobody has chosen.
export function periodOf({ started_at, ended_at }, now = phoneTime.now()) {
  const minute = startOfMinute(now);
  const start = Date.parse(started_at) || minute;
  return { started_at, ended_at: ended_at ?? isoOf(Math.max(minute, start)) };
}

export const isShort = ({ mode, started_at, ended_at }) =>
  mode === "on_site" && minutesBetween(started_at, ended_at) < SHORT_MINUTES;

// `values` is the form's; `set(name, value)` changes one of them. `length` is a line that says how long the visit
// lasted by these times, for where it is saved.
export function timesField({ values, existing, set }) {
  const parts = ["started_at", "ended_at"].map((name) => {
    const input = make("input", { id: newName(name), type: "datetime-local", max: "2200-12-31T23:59" });
    input.addEventListener("input", () => {
      const at = Date.parse(input.value);
      set(name, Number.isNaN(at) ? "" : isoOf(at));
      show();
    });
    return make("div", { class: "time" }, make("label", { for: input.id, text: say(name) }), input);
  });
  const [start, end] = parts.map((part) => part.querySelector("input"));
  if (values.started_at) start.value = inputOf(values.started_at);
  if (values.ended_at) end.value = inputOf(values.ended_at);
  const earlier = make(
    "div",
    { class: "buttons" },
    ...[1, 2, 4].map((hours) =>
      button(
        say("hours_ago", { hours }),
        () => {
          const at = startOfMinute(phoneTime.now() - hours * 60 * A_MINUTE);
          start.value = inputOf(at);
          set("started_at", isoOf(at));
          show();
        },
        { class: "quiet" },
      ),
    ),
  );
  const { group, fault } = field(
    say("times"),
    "times",
    parts[0],
    ...(existing ? [] : [earlier]),
    parts[1],
    para(say("times_hint"), { class: "hint" }),
  );
  const told = make("span");
  const change = button(
    say("times_change"),
    () => {
      group.scrollIntoView({ block: "center" });
      start.focus({ preventScroll: true });
    },
    { class: "quiet", "aria-label": say("times_change_label") },
  );
  const length = make("p", { class: "length" }, told, change);

  function show() {
    const { started_at, ended_at } = periodOf(values);
    const minutes = minutesBetween(started_at, ended_at);
    const short = isShort({ mode: values.mode, started_at, ended_at });
    length.hidden = Number.isNaN(minutes) || minutes < 0;
    length.classList.toggle("short", short);
    change.hidden = !short;
    if (length.hidden) return;
    const from = sayMoment(started_at);
    const to = dayOf(started_at) === dayOf(ended_at) ? inputOf(ended_at).slice(11) : sayMoment(ended_at);
    const key = short ? "length_short" : values.ended_at ? "length_is" : "length_so_far";
    told.textContent = say(key, { from, to, length: sayLength(minutes) });
  }

  let clock = null;
  return {
    group,
    fault,
    length,
    show,
    start() {
      show();
      clock = setInterval(show, A_MINUTE / 2);
    },
    stop: () => clearInterval(clock),
  };
}
