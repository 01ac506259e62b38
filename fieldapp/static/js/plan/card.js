// The card of the chosen township: why it is planned so, and who could lead it instead.
import { askFragment } from "../assign/asking.js";
import { byId } from "../map/dom.js";

const SHOWN_FIRST = 12;
const oneColumn = () => matchMedia("(max-width: 900px)").matches;

export function openCard({ address, onClose, onRefused }) {
  const card = byId("plan-card");
  let code = null;

  async function show(wanted, { focus = false } = {}) {
    code = wanted;
    try {
      const { elements } = await askFragment(`${address}/townships/${encodeURIComponent(wanted)}`);
      if (code !== wanted) return; // somebody chose another meanwhile
      card.replaceChildren(...elements);
      card.hidden = false;
      card.scrollTop = 0;
      if (!focus) return;
      byId("plan-card-title")?.focus({ preventScroll: true });
      if (oneColumn()) card.scrollIntoView({ block: "start" });
    } catch (error) {
      onRefused(error);
    }
  }

  function hide() {
    code = null;
    card.hidden = true;
    card.replaceChildren();
  }

  // The first few are shown until somebody asks for all of them or searches.
  function find(text) {
    const words = text.trim().toLowerCase();
    const all = card.querySelector("[data-more]") === null;
    for (const [position, item] of [...card.querySelectorAll(".plan-options li")].entries()) {
      const known = item.dataset.text?.toLowerCase() ?? "";
      const isMeant = known.includes(words) || known.replaceAll(" ", "").includes(words);
      item.hidden = words ? !isMeant : !all && position >= SHOWN_FIRST;
    }
  }

  card.addEventListener("input", (event) => {
    if (event.target.id === "plan-option-search") find(event.target.value);
  });
  card.addEventListener("click", (event) => {
    if (event.target.closest("[data-close]")) onClose();
    const more = event.target.closest("[data-more]");
    if (more) {
      more.remove();
      find(byId("plan-option-search").value);
    }
  });
  card.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      event.stopPropagation();
      onClose();
      return;
    }
    if (event.target.matches("input, select, textarea") || event.ctrlKey || event.metaKey || event.altKey)
      return;
    const form = card.querySelector(`form[data-key="${CSS.escape(event.key.toLowerCase())}"]`);
    if (form) {
      event.preventDefault();
      form.requestSubmit();
    }
  });

  return { show, hide, code: () => code };
}
