// The table of differences: what it says of each township, its filters, and the keys that work in it.
import { byId } from "../map/dom.js";
import { say } from "../map/words.js";
import { orderOf, sortAs, sortableTables } from "../site/sortable.js";

export function openTable({ onOpen, onStep, onFilter }) {
  const changes = new Set();
  const wanted = { county: "", text: "" };
  let order = null;

  const body = () => byId("plan-table")?.tBodies[0];
  const rows = () => [...(body()?.rows ?? [])];
  const links = () => rows().flatMap((row) => (row.hidden ? [] : [row.querySelector(".plan-open")]));

  const shows = (row) =>
    (!changes.size || changes.has(row.dataset.change)) &&
    (!wanted.county || row.dataset.county === wanted.county) &&
    (!wanted.text ||
      row.textContent.toLowerCase().includes(wanted.text) ||
      spelled(row).includes(wanted.text));

  // Names are found by their pinyin too, with or without the spaces between syllables.
  const spelled = (row) =>
    [...row.querySelectorAll("[data-sort]")].map((cell) => cell.dataset.sort.replaceAll(" ", "")).join(" ");

  function filter() {
    const all = rows();
    if (!all.length) return;
    let shown = 0;
    for (const row of all) {
      row.hidden = !shows(row);
      shown += row.hidden ? 0 : 1;
    }
    for (const button of document.querySelectorAll("[data-change-filter]"))
      button.setAttribute("aria-pressed", String(changes.has(button.dataset.changeFilter)));
    byId("plan-shown").textContent = say("plan_shown", { shown, count: all.length });
    byId("plan-none").hidden = shown > 0;
    stop(links()[0]);
    onFilter();
  }

  // Tab reaches one link of the table; arrows move from there.
  function stop(link) {
    for (const each of body()?.querySelectorAll(".plan-open") ?? []) each.tabIndex = each === link ? 0 : -1;
  }

  function move(link, by) {
    const all = links();
    const to = all[all.indexOf(link) + by];
    if (!to) return;
    stop(to);
    to.focus();
    to.scrollIntoView({ block: "nearest" });
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-change-filter]");
    if (button) {
      const change = button.dataset.changeFilter;
      if (!changes.delete(change)) changes.add(change);
      filter();
    }
    const row = event.target.closest("#plan-table tbody tr");
    if (!row || getSelection().toString()) return;
    if (event.target.closest("a") && (event.ctrlKey || event.metaKey || event.shiftKey)) return;
    event.preventDefault();
    stop(row.querySelector(".plan-open"));
    onOpen(row.dataset.code);
  });
  document.addEventListener("input", (event) => {
    if (event.target.id === "plan-search") wanted.text = event.target.value.trim().toLowerCase();
    else if (event.target.id === "plan-county") wanted.county = event.target.value;
    else return;
    filter();
  });
  document.addEventListener("keydown", (event) => {
    const link = event.target.closest?.("#plan-table .plan-open");
    if (!link || event.ctrlKey || event.metaKey || event.altKey) return;
    const row = link.closest("tr");
    const steps = { p: "pin", x: "forbid", r: "free" };
    if (event.key === "ArrowDown") move(link, 1);
    else if (event.key === "ArrowUp") move(link, -1);
    else if (event.key.toLowerCase() in steps) onStep(steps[event.key.toLowerCase()], row.dataset);
    else if (event.key.toLowerCase() === "s") onStep("solve", row.dataset);
    else return;
    event.preventDefault();
  });

  return {
    rows,
    shows: (code) => {
      const row = body()?.querySelector(`[data-code="${CSS.escape(code)}"]`);
      return Boolean(row) && !row.hidden;
    },
    remember() {
      const table = byId("plan-table");
      order = table && orderOf(table);
    },
    // After the parts were brought anew: sorted and filtered as before.
    again(rest) {
      sortableTables(rest);
      if (order && byId("plan-table")) sortAs(byId("plan-table"), order);
      if (byId("plan-search")) byId("plan-search").value = wanted.text;
      if (byId("plan-county")) byId("plan-county").value = wanted.county;
      filter();
    },
    filter,
    mark(code) {
      for (const row of rows()) row.classList.toggle("is-chosen", row.dataset.code === code);
    },
    focus(code) {
      const link = body()?.querySelector(`[data-code="${CSS.escape(code)}"] .plan-open`);
      if (!link) return;
      stop(link);
      link.focus({ preventScroll: true });
      link.scrollIntoView({ block: "nearest" });
    },
  };
}
