// The state of a visit as words, with the reason and the cure where somebody must act.
import { say } from "../../map/words.js";
import { make } from "./dom.js";

const CODES = {
  "visit.changed": "attention_changed",
  "visit.deleted": "attention_deleted",
  "photo.missing": "attention_photo",
  "visit.township": "attention_township",
  "visit.term": "attention_term",
  "visit.future": "attention_future",
};

export function sayState(app, row) {
  const { state, code } = app.stateOf(row);
  const { activity } = app;
  if (state === "sending" && activity.photo?.size) {
    const percent = Math.round((100 * (activity.photo.sent ?? 0)) / activity.photo.size);
    return { state, text: say("state_sending_photo", { percent }), code };
  }
  if (state === "awaiting_photos") {
    return { state, text: say("state_awaiting_photos", { count: row.document.photos_awaited.length }), code };
  }
  const refused = app.refused.get(row.id);
  if (state === "needs_attention" && !row.conflict && refused) {
    return { state, text: say("state_photo_refused", { count: refused.length }), code };
  }
  if (state === "on_phone" && row.deleted) return { state, text: say("state_deleting"), code };
  return { state, text: say(`state_${state}`), code };
}

export const stateBadge = (app, row) => {
  const { state, text } = sayState(app, row);
  return make("span", { class: `state state-${state.replace("_", "-")}`, text });
};

// Why it needs attention, and what helps: the server's own sentence, then ours.
export function sayAttention(app, row) {
  const { state, code } = app.stateOf(row);
  if (state !== "needs_attention") return [];
  const refused = row.conflict ? null : app.refused.get(row.id);
  if (refused) return [say("photos_refused", { count: refused.length }), ...refused.map(sayRefusedPhoto)];
  const told = row.attention
    ? [row.attention.message, ...(row.attention.errors ?? []).map((each) => each.message)]
    : [];
  return [...new Set([...told, say(CODES[code] ?? "attention_other")])].filter(Boolean);
}

export const sayRefusedPhoto = ({ n, name, reason }) => say("photo_refused", { n, name, reason });

export const sayReview = (row) => (row.document?.review ? say(`review_${row.document.review}`) : null);

// Why an officer rejected the visit, as long as it stands rejected: a note, or null.
export function rejectionOf({ document }) {
  if (document?.review !== "rejected") return null;
  return (document.notes ?? []).filter((note) => note.kind === "rejection").at(-1) ?? null;
}

// -> {questions, rejected, unread}: the rows whose question awaits an answer, those that stand rejected, and those
// with a photo that this phone could not read.
export const noted = ({ rows, answers, unread }) => ({
  questions: rows.filter((row) => openQuestion(row, answers)),
  rejected: rows.filter((row) => row.document?.review === "rejected"),
  unread: rows.filter((row) => unread.has(row.id)),
});

// A question of an officer that nobody has answered yet.
export function openQuestion(row, answers = []) {
  const notes = row.document?.notes ?? [];
  const last = notes.filter((note) => note.kind === "question" || note.kind === "answer").at(-1);
  return last?.kind === "question" && !answers.some((each) => each.visit_id === row.id) ? last : null;
}

// By when the visit was, and those of one minute by when they were logged.
export const latestFirst = ({ body: one }, { body: other }) =>
  Date.parse(other.started_at) - Date.parse(one.started_at) ||
  (Date.parse(other.recorded_at) || 0) - (Date.parse(one.recorded_at) || 0);
