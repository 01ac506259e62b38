// My visits, the latest first, each with its state.
import { say } from "../../map/words.js";
import { removedBefore } from "../removing.js";
import { button, link, make, para } from "./dom.js";
import { noted, openQuestion, rejectionOf, sayAttention, sayReview, sayState, stateBadge } from "./state.js";
import { sayPeriod, sayRemoved, townshipName } from "./telling.js";
import { sayMoment } from "./times.js";

const AT_ONCE = 30;

// What a list of some of them is called.
const ONLY = { questions: "only_questions", rejected: "only_rejected", unread: "only_unread" };

// `only` leaves those that home tells of: "questions", "rejected" or "unread"; all where it is null.
export function visitsScreen(app, only = null) {
  const some = only in ONLY ? only : null;
  let shownCount = AT_ONCE;
  let shown = null;
  const list = make("ul", { class: "visits" });
  const drafted = make("div");
  const more = button(say("more"), () => {
    shownCount += AT_ONCE;
    update();
  });
  const element = make(
    "section",
    {},
    make("h1", { tabindex: -1, text: say(some ? ONLY[some] : "place_visits") }),
    some ? make("p", {}, link(say("visits_all"), "#/visits")) : drafted,
    list,
    make("div", { class: "buttons" }, more),
  );

  async function update() {
    const every = some ? noted(app)[some] : app.rows;
    const rows = every.slice(0, shownCount);
    const drafts = await app.outbox.drafts();
    const { answers, unread } = app;
    const states = rows.map((row) => [sayState(app, row), unread.get(row.id)]);
    const key = JSON.stringify([shownCount, every.length, rows, drafts, answers, states]);
    if (key === shown) return;
    shown = key;
    const focused = document.activeElement?.closest("[data-visit]")?.dataset.visit;
    drafted.replaceChildren(...drafts.map((draft) => draftLine(draft)));
    list.replaceChildren(...rows.map((row) => line(app, row)));
    if (!rows.length && some) list.replaceChildren(make("li", { class: "empty", text: say("only_none") }));
    else if (!rows.length && !drafts.length) {
      const removed = await removedBefore({ store: app.store, user: app.user.id });
      list.replaceChildren(
        make(
          "li",
          { class: "empty" },
          ...(removed
            ? [para(sayRemoved(removed)), link(say("fetch_again"), "#/phone")]
            : [para(say("no_visits"))]),
          link(say("new_visit"), "#/record", { class: "button primary" }),
        ),
      );
    }
    more.hidden = every.length <= shownCount;
    if (focused) list.querySelector(`[data-visit="${focused}"] a`)?.focus({ preventScroll: true });
  }

  function draftLine(draft) {
    const existing = app.rows.some((row) => row.id === draft.id);
    return make(
      "p",
      { class: "notice notice-plain" },
      say("draft_of", { time: sayMoment(draft.saved_at) }),
      " ",
      link(say("draft_go_on"), existing ? `#/visits/${draft.id}/edit` : "#/record"),
    );
  }
  return { element, shown: update, update };
}

function line(app, row) {
  const { body } = row;
  const question = openQuestion(row, app.answers);
  const rejection = rejectionOf(row);
  const reasons = sayAttention(app, row);
  const review = sayReview(row);
  const unread = app.unread.get(row.id);
  return make(
    "li",
    { class: "card", "data-visit": row.id },
    make(
      "a",
      { href: `#/visits/${row.id}`, class: "card-link" },
      make("span", { class: "card-title", text: townshipName(app, body.township_code) }),
      make("span", { class: "hint", text: sayPeriod(body) }),
      make("span", { class: "excerpt", text: body.content }),
    ),
    make(
      "p",
      { class: "badges" },
      stateBadge(app, row),
      review
        ? make("span", { class: `state review-${row.document.review.replace("_", "-")}`, text: review })
        : null,
      body.photos.length
        ? make("span", { class: "hint", text: say("photo_total", { count: body.photos.length }) })
        : null,
    ),
    question ? make("p", { class: "asked", text: say("question_waits", { text: question.text }) }) : null,
    rejection ? make("p", { class: "asked", text: say("rejected_because", { text: rejection.text }) }) : null,
    unread ? make("p", { class: "fault", text: say("photos_unread", { count: unread }) }) : null,
    reasons.length ? make("p", { class: "fault", text: reasons[0] }) : null,
  );
}
