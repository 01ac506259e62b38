// Two versions of one visit, side by side: take one, or choose field by field. Neither is lost before the choice.
import { say } from "../../map/words.js";
import { bodyOf } from "../content.js";
import { sayKept } from "./accounts.js";
import { button, make, newName, notice } from "./dom.js";
import { photoFigure } from "./photo.js";
import { sayResults } from "./results-field.js";
import { sayPeriod, sayPosition, townshipName } from "./telling.js";

// The members that are compared, those that only make sense together as one.
const PARTS = {
  township: { members: ["township_code"], tell: (body, app) => townshipName(app, body.township_code) },
  when: { members: ["started_at", "ended_at"], instants: true, tell: sayPeriod },
  mode: { members: ["mode"], tell: (body) => say(`mode_${body.mode}`) },
  content: { members: ["content"], tell: (body) => body.content || say("none") },
  service_days: { members: ["service_days"], tell: (body) => say("days", { days: body.service_days }) },
  results: { members: ["results"], tell: (body) => sayResults(body.results) || say("none") },
  position: { members: ["fix", "no_fix_reason"], tell: sayPosition },
  photos: { members: ["photos"], tell: (body) => say("photo_total", { count: body.photos.length }) },
};

const plain = (value, instants) => (instants && value ? Date.parse(value) : JSON.stringify(value));

const differs = (mine, theirs, { members, instants }) =>
  members.some((name) => plain(mine[name], instants) !== plain(theirs[name], instants));

export function conflictPart(app, row) {
  const settle = async (choice) => {
    await app.outbox.resolveConflict(row.id, choice);
    app.announce(sayKept(app, "conflict_settled"));
    await app.changed();
  };
  const theirs = row.conflict.visit;
  if (theirs.deleted || row.deleted) return deletion(app, row, settle);
  return comparison(app, row.body, bodyOf(theirs), settle);
}

// -> the version that there still is where one side deleted the visit, else null.
export function versionLeft({ deleted, conflict }) {
  return deleted && conflict && !conflict.visit.deleted ? bodyOf(conflict.visit) : null;
}

// One side deleted what the other one changed: what stands there now beside what this phone knew.
function deletion(app, row, settle) {
  const there = row.conflict.visit.deleted;
  const left = versionLeft(row);
  const names = Object.keys(PARTS).filter((name) => left && differs(row.body, left, PARTS[name]));
  return make(
    "section",
    { class: "conflict" },
    notice(
      "bad",
      say(there ? "conflict_deleted_there" : "conflict_deleted_here"),
      make(
        "div",
        { class: "buttons two" },
        button(say(there ? "conflict_keep" : "conflict_delete"), () => settle("mine")),
        button(say(there ? "conflict_let_go" : "conflict_theirs"), () => settle("theirs")),
      ),
    ),
    ...(names.length ? names : ["content"]).map((name) =>
      there
        ? sides(name, [
            shownSide(app, name, row.body, "side_mine"),
            make("div", { class: "side" }, make("span", { class: "hint", text: say("side_deleted_there") })),
          ])
        : sides(name, [
            shownSide(app, name, row.body, "side_deleted_here", "del"),
            shownSide(app, name, left, "side_theirs"),
          ]),
    ),
    left ? make("h2", { text: say("conflict_version_left") }) : null,
  );
}

const sides = (name, both) =>
  make("fieldset", { class: "compared" }, make("legend", { text: say(name) }), ...both);

function shownSide(app, name, body, key, tag = "span") {
  return make(
    "div",
    { class: "side" },
    make("span", { class: "hint", text: say(key) }),
    sideValue(app, name, body, tag),
  );
}

function sideValue(app, name, body, tag = "span") {
  const value = make(tag, { class: "side-value", text: PARTS[name].tell(body, app) });
  if (name === "photos") showPhotos(app, body.photos, value);
  return value;
}

function comparison(app, mine, theirs, settle) {
  const chosen = {};
  const names = Object.keys(PARTS).filter((name) => differs(mine, theirs, PARTS[name]));
  const rows = names.map((name) => {
    chosen[name] = "mine";
    return compared(app, name, mine, theirs, (side) => {
      chosen[name] = side;
    });
  });
  const merge = () => {
    const merged = { ...mine };
    for (const name of names) {
      if (chosen[name] === "mine") continue;
      for (const member of PARTS[name].members) merged[member] = theirs[member];
    }
    return settle(merged);
  };
  return make(
    "section",
    { class: "conflict" },
    notice("bad", say("conflict_title"), say("conflict_text")),
    make(
      "div",
      { class: "buttons two" },
      button(say("conflict_mine"), () => settle("mine")),
      button(say("conflict_theirs"), () => settle("theirs")),
    ),
    ...rows,
    button(say("conflict_merge"), merge, { class: "primary" }),
  );
}

function compared(app, name, mine, theirs, onchange) {
  const group = newName("side");
  const side = (key, body) => {
    const input = make("input", { type: "radio", name: group, value: key, checked: key === "mine" });
    input.addEventListener("change", () => onchange(key));
    return make(
      "label",
      { class: "side" },
      input,
      make("span", { class: "hint", text: say(`side_${key}`) }),
      sideValue(app, name, body),
    );
  };
  return sides(name, [side("mine", mine), side("theirs", theirs)]);
}

async function showPhotos(app, photos, place) {
  const figures = photos.map((sha256, index) => photoFigure(app, sha256, say("photo_n", { n: index + 1 })));
  place.append(make("span", { class: "photos" }, ...(await Promise.all(figures))));
}
