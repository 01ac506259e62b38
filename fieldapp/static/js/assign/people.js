// The reverse: start from a commissioner.
import { byId, make } from "../map/dom.js";
import { askFragment, Refusal } from "./asking.js";
import { takeArrows } from "./queue.js";

const WAIT_AFTER_TYPING = 200; // milliseconds

export function openPeople({ onOpen }) {
  const side = byId("assign-people-side");
  const box = byId("assign-people");
  const input = byId("assign-people-search");
  const tabs = { people: byId("assign-by-person"), townships: byId("assign-by-township") };
  let asked = 0;
  let typing = null;

  function turn(toPeople) {
    side.hidden = !toPeople;
    byId("assign-queue-side").hidden = toPeople;
    tabs.people.setAttribute("aria-pressed", String(toPeople));
    tabs.townships.setAttribute("aria-pressed", String(!toPeople));
    if (toPeople) look();
  }

  async function look() {
    asked += 1;
    const mine = asked;
    try {
      const query = new URLSearchParams({ q: input.value.trim() });
      const fragment = await askFragment(`/assign/commissioners?${query}`);
      if (mine !== asked) return; // more was typed meanwhile
      box.replaceChildren(...fragment.elements);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      box.replaceChildren(make("p", { class: "queue-done", text: error.message }));
    }
  }

  tabs.people.addEventListener("click", () => turn(true));
  tabs.townships.addEventListener("click", () => turn(false));
  input.addEventListener("input", () => {
    clearTimeout(typing);
    typing = setTimeout(look, WAIT_AFTER_TYPING);
  });
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== "ArrowDown") return;
    event.preventDefault();
    box.querySelector(".queue-item")?.focus();
  });
  box.addEventListener("click", (event) => {
    const item = event.target.closest("li[data-person]");
    if (item) onOpen(item.dataset.person);
  });
  takeArrows(box);

  return {
    open: () => turn(true),
    isOpen: () => !side.hidden,
    focus: () => (box.querySelector(".queue-item") ?? input).focus(),
  };
}
