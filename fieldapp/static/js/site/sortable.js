// Tables that sort by a header: <table data-sortable>, a button in each <th> that sorts, and data-sort on
// cells whose text is not what they sort by. Names carry their pinyin in data-sort.
const language = document.documentElement.lang;

function key(row, column) {
  const cell = row.cells[column];
  const text = cell.dataset.sort ?? cell.textContent.trim();
  const value = Number(text);
  return text !== "" && Number.isFinite(value) ? value : text;
}

function compare(a, b) {
  if (typeof a === "number" && typeof b === "number") return a - b;
  return String(a).localeCompare(String(b), language);
}

function sort(table, header, descending = header.getAttribute("aria-sort") === "ascending") {
  for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
  header.setAttribute("aria-sort", descending ? "descending" : "ascending");
  const body = table.tBodies[0];
  const column = header.cellIndex;
  const rows = [...body.rows].map((row) => [key(row, column), row]);
  rows.sort(([a], [b]) => (descending ? compare(b, a) : compare(a, b)));
  body.append(...rows.map(([, row]) => row));
}

// How a table is sorted, to be given to `sortAs` of another one with the same columns.
export function orderOf(table) {
  const header = table.querySelector("th[aria-sort]");
  return (
    header && { column: header.cellIndex, descending: header.getAttribute("aria-sort") === "descending" }
  );
}

export const sortAs = (table, { column, descending }) =>
  sort(table, table.tHead.rows[0].cells[column], descending);

export function sortableTables(within = document) {
  for (const table of within.querySelectorAll("table[data-sortable]")) {
    for (const button of table.querySelectorAll("th button")) {
      button.addEventListener("click", () => sort(table, button.closest("th")));
    }
  }
}
