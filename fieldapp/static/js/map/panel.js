// What is known of the chosen township: who, what, until when, and what is still missing.
import { byId, make, statusClass, swatch } from "./dom.js";
import { say, sayDay } from "./words.js";

const RUNGS = ["assigned", "product", "signed", "visited", "verified"];

const fact = (label, value, extra) =>
  make("div", {}, make("dt", { text: label }), make("dd", {}, value || say("none"), extra ?? null));

function term(row) {
  if (!row.starts_on || !row.ends_on) return say("none");
  return say("term_days", { starts: sayDay(row.starts_on), ends: sayDay(row.ends_on) });
}

function ladder(row, days) {
  return make(
    "ol",
    { class: "ladder" },
    ...RUNGS.map((rung) => {
      const met = row.rungs[rung];
      return make(
        "li",
        { class: met ? "is-met" : "is-unmet" },
        make("span", { class: "rung-mark", "aria-hidden": "true", text: met ? "✓" : "✕" }),
        make("span", { text: say(`rung_${rung}`, { days }) }),
        make("span", { class: "rung-state", text: say(met ? "met" : "unmet") }),
      );
    }),
  );
}

function missing(row, days) {
  const unmet = RUNGS.filter((rung) => !row.rungs[rung]);
  if (!unmet.length) return make("p", { class: "nothing-missing", text: say("nothing_missing") });
  return make(
    "ul",
    { class: "missing" },
    ...unmet.map((rung) => make("li", { text: say(`missing_${rung}`, { days }) })),
  );
}

function boundaryNote(place) {
  if (!place.bounded) return say("boundary_missing");
  if (place.boundary_quality === "official") return say("boundary_official");
  return say("boundary_approximate", { km: (place.boundary_tolerance_m ?? 5000) / 1000 });
}

export function openPanel({ view, onClose }) {
  const panel = byId("map-panel");
  const body = byId("map-panel-body");
  byId("map-panel-close").addEventListener("click", onClose);

  function neighbours(place, rows) {
    const present = place.neighbours.map((code) => rows.get(code)).filter(Boolean);
    if (!present.length) return make("p", { class: "panel-note", text: say("no_neighbours") });
    return make(
      "ul",
      { class: "neighbours" },
      ...present.map((row) =>
        make(
          "li",
          {},
          make(
            "a",
            { href: view.link({ township: row.code }), "data-township": row.code },
            swatch(row.status),
            make("span", { text: row.name }),
            make("span", { class: "visually-hidden", text: say(`status_${row.status}`) }),
          ),
        ),
      ),
    );
  }

  return {
    close() {
      panel.hidden = true;
    },
    // `rows`: every row of the day by code, joined with its place.
    show(row, rows, coverage, { focus = false } = {}) {
      const days = coverage.policy.window_days;
      byId("map-panel-title").textContent = row.name;
      byId("map-panel-county").textContent = row.county;
      byId("map-panel-status").replaceChildren(
        make(
          "span",
          { class: `status-chip ${statusClass(row.status)}` },
          swatch(row.status),
          make("span", { text: say(`status_${row.status}`) }),
        ),
      );
      body.replaceChildren(
        make(
          "dl",
          { class: "facts" },
          fact(say("commissioner"), row.commissioner),
          fact(say("institution"), row.institution),
          fact(say("featured_product"), row.featured_product),
          fact(say("last_visit"), row.last_visit_on ? sayDay(row.last_visit_on) : say("no_visit", { days })),
          fact(say("term"), term(row)),
          row.rungs.assigned
            ? fact(say("lapses"), row.lapses_on ? sayDay(row.lapses_on) : say("lapses_none"))
            : null,
          fact(say("code"), row.code),
        ),
        make("h3", { text: say("missing") }),
        missing(row, days),
        ladder(row, days),
        make("h3", { text: say("neighbours") }),
        neighbours(row.place, rows),
        make("p", { class: "panel-note", text: boundaryNote(row.place) }),
      );
      const wasHidden = panel.hidden;
      panel.hidden = false;
      if (wasHidden) body.scrollTop = 0;
      if (focus) byId("map-panel-title").focus({ preventScroll: true });
    },
  };
}
