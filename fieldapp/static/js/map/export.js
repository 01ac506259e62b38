// Rows leave the page as CSV for spreadsheets or as text for the clipboard.
import { copyText } from "../site/copying.js";

// A cell that a spreadsheet would take for a formula is written as text.
const harmless = (text) => (/^[=+\-@\t\r]/.test(text) ? `'${text}` : text);

const quoted = (text) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

export function saveCsv(rows, name) {
  const lines = rows.map((row) => row.map((cell) => quoted(harmless(cell))).join(","));
  // Excel reads UTF-8 only where the file begins with this mark.
  const file = new Blob(["\ufeff", lines.join("\r\n"), "\r\n"], { type: "text/csv;charset=utf-8" });
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

export function copyRows(rows) {
  const text = rows
    .map((row) => row.map((cell) => harmless(cell).replace(/[\t\r\n]+/g, " ")).join("\t"))
    .join("\n");
  return copyText(text);
}
