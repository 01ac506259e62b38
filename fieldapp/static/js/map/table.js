// The rows that the map shows, as a table: sorted, printed, copied, exported.
import { byId, make, swatch } from "./dom.js";
import { copyRows, saveCsv } from "./export.js";
import { STATUSES } from "./view.js";
import { compareText, say, sayDay } from "./words.js";

const STATUS_RANK = Object.fromEntries(STATUSES.map((status, index) => [status, index]));

// text: what is read and exported; order: what is sorted by.
const COLUMNS = [
  { key: "township", text: (row) => row.name, order: (row) => row.pinyin },
  { key: "county", text: (row) => row.county, order: (row) => row.countyPinyin },
  { key: "status", text: (row) => say(`status_${row.status}`), order: (row) => STATUS_RANK[row.status] },
  { key: "commissioner", text: (row) => row.commissioner ?? "" },
  { key: "institution", text: (row) => row.institution ?? "" },
  { key: "featured_product", text: (row) => row.featured_product ?? "" },
  { key: "term_ends", text: (row) => row.ends_on ?? "" },
  { key: "last_visit", text: (row) => row.last_visit_on ?? "" },
  { key: "lapses", text: (row) => row.lapses_on ?? "" },
  { key: "code", text: (row) => row.code },
];

export function openTable({ view, onOpen }) {
  const sheet = byId("map-sheet");
  const handle = byId("map-sheet-handle");
  const table = byId("map-table");
  const heads = new Map();
  let rows = [];
  let day = "";
  let sort = { key: "status", down: false };
  let stale = true;

  const head = make("tr");
  for (const column of COLUMNS) {
    const button = make("button", {
      type: "button",
      text: say(column.key),
      title: say("sort_by", { column: say(column.key) }),
      onclick: () => sortBy(column.key),
    });
    const cell = make(
      "th",
      { scope: "col", class: `column-${column.key}`, "data-label": say(column.key) },
      button,
    );
    heads.set(column.key, cell);
    head.append(cell);
  }
  table.tHead.replaceChildren(head);

  function sortBy(key) {
    sort = { key, down: sort.key === key && !sort.down };
    stale = true;
    draw();
  }

  function sorted() {
    const column = COLUMNS.find((each) => each.key === sort.key);
    const order = column.order ?? column.text;
    const sign = sort.down ? -1 : 1;
    return [...rows].sort((one, other) => {
      const a = order(one);
      const b = order(other);
      // What is empty stays at the end, whichever way the rest is sorted.
      if (a === "" || b === "") return (a === "") - (b === "") || compareText(one.pinyin, other.pinyin);
      const difference = typeof a === "number" ? a - b : compareText(a, b);
      return (
        difference * sign ||
        compareText(one.countyPinyin, other.countyPinyin) ||
        compareText(one.pinyin, other.pinyin)
      );
    });
  }

  function cell(column, row) {
    if (column.key === "township") {
      const link = make("a", {
        href: view.link({ township: row.code }),
        "data-township": row.code,
        text: row.name,
        title: row.name,
      });
      return make("th", { scope: "row" }, link);
    }
    if (column.key === "status") {
      return make("td", { class: "column-status" }, swatch(row.status), column.text(row));
    }
    const text = column.text(row);
    return make("td", { class: `column-${column.key}`, text: text || "–", title: text || null });
  }

  function draw() {
    if (!stale) return;
    stale = false;
    const chosen = view.get().township;
    table.tBodies[0].replaceChildren(
      ...sorted().map((row) =>
        make(
          "tr",
          { "data-row": row.code, class: row.code === chosen ? "is-chosen" : null },
          ...COLUMNS.map((column) => cell(column, row)),
        ),
      ),
    );
    for (const [key, th] of heads) {
      if (key === sort.key) th.setAttribute("aria-sort", sort.down ? "descending" : "ascending");
      else th.removeAttribute("aria-sort");
    }
    byId("map-table-empty").hidden = rows.length > 0;
  }

  const isOpen = () => sheet.classList.contains("is-open");

  function open(opened) {
    sheet.classList.toggle("is-open", opened);
    handle.setAttribute("aria-expanded", String(opened));
    if (opened) draw();
  }

  handle.addEventListener("click", () => open(!isOpen()));
  table.tBodies[0].addEventListener("click", (event) => {
    const row = event.target.closest("tr");
    if (row && !event.target.closest("a") && !getSelection().toString()) onOpen(row.dataset.row);
  });
  // Paper shows the table also where the screen keeps it folded.
  addEventListener("beforeprint", draw);

  const sheetText = () => [
    COLUMNS.map((column) => say(column.key)),
    ...sorted().map((row) => COLUMNS.map((column) => column.text(row))),
  ];
  const said = (text) => {
    byId("map-table-said").textContent = text;
  };
  byId("map-export").addEventListener("click", () => saveCsv(sheetText(), `${say("file_name")}-${day}.csv`));
  byId("map-copy").addEventListener("click", async () => {
    const copied = await copyRows(sheetText());
    said(copied ? say("copied", { count: rows.length }) : say("copy_failed"));
  });
  byId("map-print").addEventListener("click", () => print());

  return {
    isOpen,
    close: () => {
      open(false);
      handle.focus();
    },
    show(given, coverage) {
      rows = given;
      day = coverage.as_of;
      stale = true;
      byId("map-shown").textContent = say("shown", { shown: rows.length, roster: coverage.roster });
      byId("map-print-title").textContent = say("printed", { day: sayDay(day) });
      byId("map-table-caption").textContent = say("printed", { day: sayDay(day) });
      said("");
      if (isOpen()) draw();
    },
    mark(code) {
      for (const row of table.tBodies[0].rows) row.classList.toggle("is-chosen", row.dataset.row === code);
    },
  };
}
