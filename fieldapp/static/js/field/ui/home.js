// Home: my townships, how each stands, what is still missing, and when the term ends.

import { statusClass } from "../../map/dom.js";
import { say, sayDay } from "../../map/words.js";
import { now } from "../time.js";
import { facts, link, make, notice, para } from "./dom.js";
import { noted } from "./state.js";
import { dayOf, daysBetween, sayMoment } from "./times.js";

const RUNGS = ["product", "signed", "visited", "verified"];
const SOON_DAYS = 30;

export function homeScreen(app) {
  const list = make("div", { class: "townships" });
  const noticed = make("div", { class: "noted", "aria-live": "polite" });
  const element = make(
    "section",
    { class: "home" },
    make("h1", { tabindex: -1, text: say("place_townships") }),
    noticed,
    link(say("new_visit"), "#/record", { class: "button primary new-visit" }),
    list,
    make(
      "div",
      { class: "buttons two" },
      link(say("open_map"), "#/map", { class: "button to-map" }),
      link(say("this_phone"), "#/phone", { class: "button" }),
    ),
  );
  let shown = null;
  function update() {
    showNoted(app, noticed);
    const key = JSON.stringify([app.townships, app.desk?.seen_at, dayOf(now())]);
    if (key === shown) return;
    shown = key;
    const serving = app.townships.filter((township) => township.status);
    const rest = app.townships.filter((township) => !township.status);
    list.replaceChildren(
      ...serving.map((township) => card(app, township)),
      ...(serving.length
        ? []
        : [para(say(app.townships.length ? "no_township_now" : "no_township"), { class: "empty" })]),
      ...(rest.length
        ? [make("h2", { text: say("other_terms") }), ...rest.map((each) => card(app, each))]
        : []),
      app.desk ? para(say("as_of", { time: sayMoment(app.desk.seen_at) }), { class: "hint" }) : "",
    );
    element.querySelector(".to-map").hidden = !app.townships.some((each) => each.boundary);
    element.querySelector(".new-visit").hidden = !app.townships.length;
  }
  update();
  return { element, update };
}

// What officers ask or reject, and photos that nobody may be able to see: to the visit itself where it is one, else
// to the list of these.
function showNoted(app, place) {
  const of = noted(app);
  const photos = [...app.unread.values()].reduce((sum, count) => sum + count, 0);
  const told = [
    ["questions", "home_questions", of.questions.length],
    ["rejected", "home_rejected", of.rejected.length],
    ["unread", "home_unread", photos],
  ].filter(([only]) => of[only].length);
  const key = JSON.stringify(told.map(([only, , count]) => [only, count, of[only].map((row) => row.id)]));
  if (place.dataset.shown === key) return;
  place.dataset.shown = key;
  place.hidden = !told.length;
  place.replaceChildren(
    ...told.map(([only, words, count]) => {
      const [first, ...others] = of[only];
      return notice(
        "warn",
        link(say(words, { count }), others.length ? `#/visits?only=${only}` : `#/visits/${first.id}`),
      );
    }),
  );
}

function card(app, township) {
  const today = dayOf(now());
  const { status, rungs } = township;
  const missing = rungs
    ? RUNGS.filter((rung) => !rungs[rung]).map((rung) =>
        say(`missing_${rung}`, { days: app.desk.coverage_window_days }),
      )
    : [];
  return make(
    "article",
    { class: `card ${status ? statusClass(status) : "status-none"}`, "data-township": township.code },
    make("h2", { text: township.full_name }),
    make("p", { class: "hint", text: township.county }),
    status ? make("p", { class: "status-word", text: say(`status_${status}`) }) : null,
    facts([
      [say("still_missing"), status ? missing.join(say("semicolon")) || say("nothing_missing") : null],
      [say("term"), sayTerm(township, today)],
      [
        say("last_visit"),
        status ? (township.last_visit_on ? sayDay(township.last_visit_on) : say("none")) : null,
      ],
      [say("next_visit"), sayNext(app, township, today)],
      [say("featured_product"), township.featured_product],
    ]),
  );
}

function sayTerm({ starts_on, ends_on }, today) {
  if (today < starts_on) return say("term_from", { day: sayDay(starts_on) });
  const left = daysBetween(today, ends_on);
  if (left < 0) return say("term_over", { day: sayDay(ends_on) });
  return say(left <= SOON_DAYS ? "term_soon" : "term_until", { day: sayDay(ends_on), days: left });
}

// By when the next visit is due, so that the township keeps counting as served.
function sayNext(app, { status, last_visit_on }, today) {
  if (!status || !last_visit_on) return null;
  const left = app.desk.coverage_window_days - 1 - daysBetween(last_visit_on, today);
  if (left < 0) return say("visit_overdue");
  const due = new Date(
    Date.parse(`${last_visit_on}T00:00:00Z`) + (app.desk.coverage_window_days - 1) * 86_400_000,
  );
  return say("visit_due", { day: sayDay(due.toISOString().slice(0, 10)), days: left });
}
