// Any day, past or future: a date field, the day before and after, today, and presets.
import { byId } from "./dom.js";
import { addDays, isDay, say } from "./words.js";

export function openDates(view, today, fixedDay) {
  const input = byId("map-date");
  const note = byId("map-date-note");

  function show() {
    const { day } = view.get();
    if (input) input.value = day;
    const kind = day > today ? "forecast" : day < today ? "history" : null;
    note.textContent = kind ? say(kind) : "";
    note.hidden = !kind;
    note.className = `date-note is-${kind ?? "today"}`;
    for (const button of document.querySelectorAll("[data-days]")) {
      if (button.dataset.days === "today") button.setAttribute("aria-pressed", String(day === today));
      else if (button.dataset.from === "today")
        button.setAttribute("aria-pressed", String(day === addDays(today, Number(button.dataset.days))));
    }
  }

  if (!fixedDay) {
    input.addEventListener("change", () => {
      if (isDay(input.value)) view.set({ day: input.value });
      else {
        note.textContent = say("bad_day");
        note.hidden = false;
      }
    });
    for (const button of document.querySelectorAll("[data-days]")) {
      button.addEventListener("click", () => {
        const from = button.dataset.from === "today" ? today : view.get().day;
        const day = button.dataset.days === "today" ? today : addDays(from, Number(button.dataset.days));
        if (isDay(day)) view.set({ day });
      });
    }
  }
  return { show };
}
