// The open work: filters, choosing one by mouse or keyboard, choosing several.
import { byId, make } from "../map/dom.js";
import { compareText, say } from "../map/words.js";

export function openQueue({ view, onOpen, onSeveral }) {
  const box = byId("assign-queue");
  const work = byId("assign-work");
  const county = byId("assign-county");
  const several = byId("assign-several");
  const propose = byId("assign-propose-several");
  const picked = new Set();
  let etag = null;
  let kind = "";

  const items = () => [...box.querySelectorAll("li[data-code]")];
  const shown = () => items().filter((item) => !item.hidden);
  const buttonOf = (item) => item.querySelector(".queue-item");

  function options(select, entries, chosen, all) {
    const counts = new Map();
    for (const [value, text] of entries)
      counts.set(value, { text, count: (counts.get(value)?.count ?? 0) + 1 });
    const sorted =
      select === county ? [...counts].sort((a, b) => compareText(a[1].text, b[1].text)) : [...counts];
    select.replaceChildren(
      make("option", { value: "", text: say("county_count", { county: all, count: entries.length }) }),
      ...sorted.map(([value, { text, count }]) =>
        make("option", { value, text: say("county_count", { county: text, count }) }),
      ),
    );
    select.value = counts.has(chosen) ? chosen : "";
  }

  function filter() {
    const all = items();
    options(
      work,
      all.map((item) => [item.dataset.work, item.dataset.workWords]),
      kind,
      say("all_work"),
    );
    options(
      county,
      all.map((item) => [item.dataset.county, item.dataset.countyName]),
      view.get().county,
      say("all_counties"),
    );
    for (const item of all) {
      item.hidden =
        Boolean(work.value && item.dataset.work !== work.value) ||
        Boolean(county.value && item.dataset.county !== county.value);
    }
    const left = shown();
    const none = box.querySelector(".queue-none");
    if (none) none.hidden = left.length > 0 || all.length === 0;
    byId("assign-shown").textContent = say("queue_shown", { shown: left.length, count: all.length });
    setStop(left.find((item) => item.dataset.code === view.get().township) ?? left[0]);
    mark();
    showPicked();
  }

  function setStop(item) {
    for (const each of items()) buttonOf(each).setAttribute("tabindex", each === item ? "0" : "-1");
  }

  function mark() {
    const { township } = view.get();
    for (const item of items()) {
      const chosen = item.dataset.code === township;
      if (chosen) buttonOf(item).setAttribute("aria-current", "true");
      else buttonOf(item).removeAttribute("aria-current");
    }
  }

  const picking = () => several.getAttribute("aria-pressed") === "true";

  function showPicked() {
    for (const item of items()) {
      const pick = item.querySelector(".queue-pick");
      pick.hidden = !picking();
      pick.checked = picked.has(item.dataset.code);
    }
    byId("assign-several-tools").hidden = !picking();
    propose.disabled = picked.size === 0;
    byId("assign-several").textContent = picking()
      ? say("chosen_count", { count: picked.size })
      : say("choose_several");
    onSeveral.changed(picking() ? picked : new Set());
  }

  function pick(codes, on = true) {
    for (const code of codes) {
      if (on) picked.add(code);
      else picked.delete(code);
    }
    showPicked();
  }

  several.addEventListener("click", () => {
    several.setAttribute("aria-pressed", String(!picking()));
    if (!picking()) picked.clear();
    showPicked();
  });
  byId("assign-all").addEventListener("click", () => pick(shown().map((item) => item.dataset.code)));
  propose.addEventListener("click", () => onSeveral.propose([...picked]));
  work.addEventListener("change", () => {
    kind = work.value;
    filter();
  });
  county.addEventListener("change", () => view.set({ county: county.value || null }));

  box.addEventListener("click", (event) => {
    const item = event.target.closest("li[data-code]");
    if (!item) return;
    if (event.target.matches(".queue-pick")) pick([item.dataset.code], event.target.checked);
    else if (event.target.closest(".queue-item")) onOpen(item.dataset.code);
  });
  takeArrows(box);

  return {
    filter,
    mark,
    pick,
    picking,
    stampOf: (code) => items().find((item) => item.dataset.code === code)?.dataset.stamp ?? null,
    focus() {
      const left = shown();
      const item = left.find((each) => each.dataset.code === view.get().township) ?? left[0];
      if (item) buttonOf(item).focus();
      else work.focus();
    },
    stop() {
      several.setAttribute("aria-pressed", "false");
      picked.clear();
      showPicked();
    },
    // Put a newer queue in place; who stands in it keeps the place.
    replace(fragment) {
      if (fragment.etag && fragment.etag === etag) return false;
      const first = etag === null;
      etag = fragment.etag;
      const focused = document.activeElement?.closest?.("li[data-code]")?.dataset.code;
      const top = box.scrollTop;
      box.replaceChildren(...fragment.elements);
      filter();
      box.scrollTop = top;
      if (focused) {
        const again = items().find((item) => item.dataset.code === focused && !item.hidden) ?? shown()[0];
        if (again) buttonOf(again).focus({ preventScroll: true });
      }
      return !first;
    },
  };
}

// Up and down move through a list of buttons, of which Tab reaches one.
export function takeArrows(box) {
  box.addEventListener("keydown", (event) => {
    if (!["ArrowDown", "ArrowUp", "Home", "End"].includes(event.key)) return;
    if (!event.target.matches(".queue-item")) return;
    event.preventDefault();
    const all = [...box.querySelectorAll("li:not([hidden]) .queue-item")];
    const at = all.indexOf(event.target);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
    const next = all[Math.max(0, Math.min(all.length - 1, to))];
    for (const each of all) each.setAttribute("tabindex", each === next ? "0" : "-1");
    next.focus();
    next.scrollIntoView({ block: "nearest" });
  });
}
