// Where the phone cannot tell whether its clock was put right (time.js), the person is asked what time it is.
import { say } from "../../map/words.js";
import { phoneTime } from "../time.js";
import { button, link, make, notice, para } from "./dom.js";
import { inputOf, sayLength, sayMoment } from "./times.js";

const whole = (moment) => inputOf(moment).replace("T", " ");
const MINUTE = 60_000;

// Whether the server is just being asked what time it is, or will be.
export function isAsked({ activity: { running, outcome } }) {
  return navigator.onLine && (running || outcome === null);
}

async function keep(app, kept) {
  await app.store.remember("clock", kept);
  app.refresh();
}

// Up to here the clock was watched; what may happen to it from now on, nobody sees.
export function leaveClock(store) {
  const seen = phoneTime.seen();
  if (seen) store.remember("clock", seen);
}

// -> the question, or null where there is none; `then` goes on once it is answered.
export function clockQuestion(app, then = () => {}) {
  const { doubt } = phoneTime;
  if (!doubt) return null;
  const answer = (right) => () => keep(app, phoneTime.settle(right)).then(then);
  const { shown, corrected } = doubt;
  if (corrected === null) {
    return notice(
      "warn",
      say("clock_set", { time: whole(shown) }),
      button(say("clock_right"), answer(true), { class: "primary" }),
    );
  }
  return notice(
    "warn",
    say("clock_either"),
    make(
      "div",
      { class: "buttons two" },
      button(whole(shown), answer(true)),
      button(whole(corrected), answer(false)),
    ),
  );
}

// What was said of the time was wrong, as the server told since.
export function clockWrong(app) {
  const { wrong } = phoneTime;
  if (!wrong) return null;
  return notice(
    "warn",
    say("clock_wrong", { time: sayMoment(wrong.since), length: sayLength(Math.round(wrong.by / MINUTE)) }),
    make(
      "div",
      { class: "buttons" },
      link(say("place_visits"), "#/visits", { class: "button" }),
      button(say("clock_seen"), () => keep(app, phoneTime.forgive()), { class: "quiet" }),
    ),
  );
}

// Before a visit is begun, which would be dated by it.
export function clockScreen(app) {
  const place = make("div");
  const element = make(
    "section",
    { class: "clock" },
    make("h1", { tabindex: -1, text: say("clock_title") }),
    place,
  );
  let shown = null;
  function update() {
    if (!phoneTime.doubt) return app.reopen();
    const asked = isAsked(app);
    if (asked === shown) return;
    shown = asked;
    place.replaceChildren(asked ? para(say("clock_asking")) : clockQuestion(app));
  }
  return { element, shown: update, update };
}
