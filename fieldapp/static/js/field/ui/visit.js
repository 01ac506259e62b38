// One visit, whole: what was logged, how it stands, what officers say of it, and what can be done.
import { say } from "../../map/words.js";
import { plainText } from "../text.js";
import { sayKept } from "./accounts.js";
import { conflictPart, versionLeft } from "./conflict.js";
import { button, facts, link, make, newName, notice, para } from "./dom.js";
import { photoFigure } from "./photo.js";
import { sayResults } from "./results-field.js";
import { openQuestion, sayAttention, sayRefusedPhoto, sayReview, stateBadge } from "./state.js";
import { fullTownshipName, sayPeriod, sayPosition } from "./telling.js";
import { minutesBetween, sayLength, sayMoment } from "./times.js";

const LONGEST_ANSWER = 2000;

function sayConfirmation(document) {
  const { state, rating } = document?.confirmation ?? {};
  if (!state) return null;
  const told = say(`confirmation_${state}`);
  return rating ? say("confirmation_rated", { state: told, rating }) : told;
}

// What has to be asked before it is deleted.
function deletionOf({ document }) {
  if (!document) return "delete_sure";
  return document.review === "approved" ? "delete_sure_approved" : "delete_sure_sent";
}

// The grade, and what makes it one, each in a sentence of its own.
function gradeOf(document) {
  if (!document?.grade) return null;
  const reasons = (document.grade_reasons ?? []).map((text) => make("li", { text }));
  return make(
    "div",
    {},
    para(say("grade_is", { grade: document.grade })),
    make("ul", { class: "reasons-of" }, ...reasons),
  );
}

export function visitScreen(app, id) {
  const element = make("section", { class: "visit" });
  let shown = null;
  let typed = "";
  let asksToDelete = false; // the screen is drawn anew whenever something changes, also while one reads the question

  async function update() {
    const row = app.rows.find((each) => each.id === id);
    if (!row) return app.go("#/visits");
    const answers = await app.store.answers.where({ visit_id: id }).toArray();
    const key = JSON.stringify([row, answers, app.stateOf(row), app.refused.get(id), navigator.onLine]);
    if (key === shown) return;
    shown = key;
    element.replaceChildren(
      make("h1", { tabindex: -1, text: fullTownshipName(app, row.body.township_code) }),
      make("p", { class: "badges" }, stateBadge(app, row)),
      ...(row.conflict ? [conflictPart(app, row)] : await reasonsOf(row)),
      talk(row, answers),
      await content(row),
      actions(row),
    );
  }

  // One that the server would not have: which it is, why, and the choice to go without it.
  async function refusedPhoto(photo) {
    const { sha256, n } = photo;
    const leaveOut = () => app.outbox.leaveOutPhoto(id, sha256).then(() => app.changed());
    return make(
      "div",
      { class: "refused-photo" },
      await photoFigure(app, sha256, say("photo_n", { n })),
      make("div", {}, para(sayRefusedPhoto(photo)), button(say("photo_leave_out", { n }), leaveOut)),
    );
  }

  async function reasonsOf(row) {
    const reasons = sayAttention(app, row);
    if (!reasons.length) return [];
    const refused = app.refused.get(id) ?? [];
    const retry = () => app.outbox.retryVisit(id).then(() => app.changed());
    const discard = () => app.outbox.discardChange(id).then(() => app.changed());
    return [
      notice(
        "bad",
        ...(refused.length ? [reasons[0], ...(await Promise.all(refused.map(refusedPhoto)))] : reasons),
        make(
          "div",
          { class: "buttons" },
          link(say("change"), `#/visits/${id}/edit`, { class: "button" }),
          button(say("send_again"), retry),
          row.document && row.pending ? button(say("discard_change"), discard) : null,
        ),
      ),
    ];
  }

  async function content(row) {
    const { document } = row;
    const body = versionLeft(row) ?? row.body;
    const photos = await Promise.all(
      body.photos.map(async (sha256, index) =>
        make("li", {}, await photoFigure(app, sha256, say("photo_n", { n: index + 1 }))),
      ),
    );
    return make(
      "div",
      {},
      make("p", { class: "content", text: body.content }),
      photos.length ? make("ul", { class: "photos" }, ...photos) : null,
      facts([
        [say("when"), sayPeriod(body)],
        [say("length"), sayLength(minutesBetween(body.started_at, body.ended_at))],
        [say("mode"), say(`mode_${body.mode}`)],
        [say("service_days"), say("days", { days: body.service_days })],
        [say("results"), sayResults(body.results) || say("none")],
        [say("position"), sayPosition(body)],
        [say("review"), sayReview(row)],
        [say("grade"), gradeOf(document)],
        [say("confirmation"), sayConfirmation(document)],
        [say("arrived"), document?.received_at && sayMoment(document.received_at)],
      ]),
    );
  }

  // What officers wrote and what was answered; an answer that is still on the phone says so.
  function talk(row, answers) {
    const notes = row.document?.notes ?? [];
    if (!notes.length && !answers.length) return "";
    const part = make("section", { class: "talk" }, make("h2", { text: say("talk") }));
    for (const note of notes) {
      part.append(
        make(
          "blockquote",
          { class: `note note-${note.kind}` },
          make("p", { text: note.text }),
          make("footer", {
            text: say(`note_${note.kind}`, { name: note.by_name ?? "", time: sayMoment(note.at) }),
          }),
        ),
      );
    }
    for (const answer of answers.filter((each) => !notes.some((note) => note.id === each.id))) {
      part.append(
        make(
          "blockquote",
          { class: "note note-answer" },
          make("p", { text: answer.text }),
          make("footer", { text: answer.attention?.message ?? say("answer_here") }),
        ),
      );
    }
    if (openQuestion(row, answers)) part.append(answerBox());
    return part;
  }

  function answerBox() {
    const area = make("textarea", { id: newName("answer"), rows: 3, maxlength: LONGEST_ANSWER });
    area.value = typed;
    area.addEventListener("input", () => {
      typed = area.value;
    });
    const fault = make("p", { class: "fault", hidden: true, text: say("answer_empty") });
    const send = async () => {
      fault.hidden = Boolean(area.value.trim());
      const text = plainText(area.value);
      if (!text) return area.focus();
      await app.outbox.answerQuestion(id, text);
      typed = "";
      app.announce(sayKept(app, "answer_kept"));
      await app.changed();
    };
    return make(
      "div",
      { class: "answer" },
      make("label", { for: area.id, text: say("answer") }),
      area,
      fault,
      button(say("answer_send"), send, { class: "primary" }),
    );
  }

  // Why the recipient cannot be asked now, or null: the link for them comes from the server, of what it has.
  function whyNotAsked(row) {
    if (row.deleted) return null;
    if (!row.document || row.pending) return say("confirmation_unsent");
    return navigator.onLine ? null : say("confirmation_offline");
  }

  function actions(row) {
    const part = make("div", { class: "buttons actions" });
    const sure = make("div", { class: "sure", hidden: !asksToDelete });
    const remove = async () => {
      await app.outbox.deleteVisit(id);
      app.go("#/visits");
      await app.changed();
      app.announce(say("deleted"));
    };
    const ask = () => {
      asksToDelete = true;
      sure.hidden = false;
      sure.querySelector("button").focus();
    };
    sure.append(
      para(say(deletionOf(row))),
      make(
        "div",
        { class: "buttons" },
        button(say("delete_yes"), remove, { class: "bad" }),
        button(say("delete_no"), () => {
          asksToDelete = false;
          sure.hidden = true;
        }),
      ),
    );
    if (!row.conflict && !row.deleted) {
      part.append(
        link(say("change"), `#/visits/${id}/edit`, { class: "button" }),
        button(say("delete"), ask),
      );
    }
    const without = whyNotAsked(row);
    const hint = make("p", { class: "hint", id: newName("why"), text: without ?? "" });
    if (without) {
      part.append(button(say("confirmation_ask"), () => {}, { disabled: true, "aria-describedby": hint.id }));
    } else if (!row.deleted) part.append(link(say("confirmation_ask"), `/visits/${id}`, { class: "button" }));
    return make("div", {}, part, without ? hint : null, sure);
  }
  return { element, shown: update, update };
}
