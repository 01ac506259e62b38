// The slip: printed by a button, its link marked as a whole when it is chosen.
export function slip() {
  for (const button of document.querySelectorAll("[data-print]")) {
    button.addEventListener("click", () => print());
  }
  for (const entry of document.querySelectorAll("[data-select]")) {
    entry.addEventListener("focus", () => entry.select());
  }
}
