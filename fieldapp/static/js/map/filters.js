// The legend with live counts, whose entries are the filter; the county list; the headline above them.
import { byId, make, statusClass, swatch } from "./dom.js";
import { STATUSES } from "./view.js";
import { say, sayDay } from "./words.js";

export function openFilters(view) {
  const legend = byId("map-legend");
  const county = byId("map-county");
  const reset = byId("map-reset");
  const buttons = new Map();

  for (const status of STATUSES) {
    const count = make("span", { class: "legend-count" });
    const button = make(
      "button",
      { type: "button", class: "legend-entry", "aria-pressed": "false", onclick: () => toggle(status) },
      swatch(status),
      make("span", { class: "legend-word", text: say(`status_${status}`) }),
      count,
    );
    buttons.set(status, { button, count });
    legend.append(make("li", {}, button));
  }

  function toggle(status) {
    const statuses = new Set(view.get().statuses);
    if (!statuses.delete(status)) statuses.add(status);
    view.set({ statuses });
  }

  county.addEventListener("change", () => view.set({ county: county.value || null }));
  reset.addEventListener("click", () => view.set({ county: null, statuses: new Set() }));

  function showCounties(coverage, names) {
    const options = coverage.counties.map((each) =>
      make("option", {
        value: each.code,
        text: say("county_count", { county: names.get(each.code), count: each.roster }),
      }),
    );
    const all = say("county_count", { county: say("all_counties"), count: coverage.roster });
    county.replaceChildren(make("option", { value: "", text: all }), ...options);
    county.value = view.get().county ?? "";
  }

  return {
    show(coverage, names) {
      const { county: code, statuses } = view.get();
      showCounties(coverage, names);
      const part = coverage.counties.find((each) => each.code === code) ?? coverage;
      for (const [status, { button, count }] of buttons) {
        count.textContent = part.status[status];
        button.setAttribute("aria-pressed", String(statuses.has(status)));
        button.classList.toggle("is-none", part.status[status] === 0);
      }
      legend.classList.toggle("is-filtered", statuses.size > 0);
      reset.hidden = !code && statuses.size === 0;
      showHeadline(coverage, part, names.get(part.code));
    },
  };
}

function showHeadline(coverage, part, place) {
  const { assigned, product, full } = part.counts;
  const gap = part.roster - full;
  byId("map-day").textContent = sayDay(coverage.as_of);
  byId("map-place").textContent = place ?? "";
  byId("map-full").textContent = full;
  byId("map-roster").textContent = part.roster;
  // Where no township is on the roster, nothing is missing and nothing is full.
  if (part.roster === 0) byId("map-gap").textContent = "";
  else byId("map-gap").textContent = gap === 0 ? say("full_coverage") : say("gap", { gap });
  byId("map-gap").classList.toggle("is-full", gap === 0 && part.roster > 0);
  byId("map-sentence").textContent = say("sentence", { roster: part.roster, assigned, product });
  for (const copy of document.querySelectorAll("[data-copy]")) {
    copy.textContent = byId(copy.dataset.copy).textContent;
  }
  const differs = coverage.target && coverage.target !== coverage.roster;
  byId("map-target").hidden = !differs;
  byId("map-target").textContent = differs
    ? say("target_differs", { target: coverage.target, roster: coverage.roster })
    : "";
  byId("map-bar").replaceChildren(
    ...STATUSES.toReversed()
      .filter((status) => part.status[status] > 0)
      .map((status) => {
        const piece = make("span", { class: statusClass(status) });
        piece.style.flexGrow = part.status[status];
        return piece;
      }),
  );
}
