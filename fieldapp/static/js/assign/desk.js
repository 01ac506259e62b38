// The right side: a township with its candidates, a commissioner with townships, or many proposals at once.
import { byId, make, statusClass, swatch } from "../map/dom.js";
import { say } from "../map/words.js";
import { askFragment, Refusal } from "./asking.js";

const WAIT_AFTER_TYPING = 250; // milliseconds

export function openDesk({ rows, onClose, onNeighbour, onSend }) {
  const panel = byId("assign-panel");
  const empty = [...panel.childNodes];
  let address = null; // of what is shown
  let wanted = null; // what was asked for last, and may still be on its way
  let asked = 0;
  let typing = null;

  const desk = () => panel.querySelector(".desk");

  // What was typed and chosen, to be asked for again with a newer panel.
  function kept() {
    const query = new URLSearchParams();
    const filters = panel.querySelector(".candidate-filters");
    for (const [name, value] of filters ? new FormData(filters) : []) if (value) query.set(name, value);
    const proposal = panel.querySelector(".proposal[data-keep]");
    const touched = proposal?.dataset.touched;
    for (const [name, value] of proposal && touched ? new FormData(proposal) : []) {
      const fixed = proposal.querySelector(`input[type=hidden][name="${name}"]`);
      if (value && !fixed) query.set(name, value);
    }
    if (desk()?.dataset.more) query.set("more", "1");
    return query;
  }

  function finish() {
    const status = panel.querySelector("[data-status]");
    const known = status?.dataset.status;
    if (known) {
      status.replaceChildren(
        make(
          "span",
          { class: `status-chip ${statusClass(known)}` },
          swatch(known),
          make("span", { text: say(`status_${known}`) }),
        ),
      );
    }
    const box = panel.querySelector("[data-neighbours]");
    if (box) {
      const row = rows().get(desk().dataset.township);
      const around = (row?.place.neighbours ?? []).map((code) => rows().get(code)).filter(Boolean);
      box.replaceChildren(
        around.length
          ? make(
              "ul",
              { class: "neighbours" },
              ...around.map((each) =>
                make(
                  "li",
                  {},
                  make(
                    "a",
                    { href: `?township=${each.code}`, "data-go": each.code },
                    swatch(each.status),
                    make("span", { text: each.name }),
                    make("span", { class: "visually-hidden", text: say(`status_${each.status}`) }),
                  ),
                ),
              ),
            )
          : make("p", { class: "soft small", text: say("no_neighbours") }),
      );
    }
  }

  async function show(to, { focus = null, keep = false } = {}) {
    wanted = to;
    asked += 1;
    const mine = asked;
    const query = keep ? kept() : new URLSearchParams();
    const touched = panel.querySelector(".proposal")?.dataset.touched;
    const open = keep
      ? [...panel.querySelectorAll("details[open] > summary")].map((one) => one.textContent)
      : [];
    const top = keep ? (panel.querySelector(".desk-body")?.scrollTop ?? 0) : 0;
    panel.setAttribute("aria-busy", "true");
    panel.classList.add("is-shown");
    try {
      const asking = query.size ? `${to}${to.includes("?") ? "&" : "?"}${query}` : to;
      const fragment = await askFragment(asking);
      if (mine !== asked) return; // something else was asked for meanwhile
      const within = keep && panel.contains(document.activeElement) ? nameOf(document.activeElement) : null;
      panel.replaceChildren(...fragment.elements);
      address = to;
      finish();
      if (query.has("more")) desk().dataset.more = "1";
      const proposal = panel.querySelector(".proposal");
      if (touched && keep && proposal) proposal.dataset.touched = "1";
      for (const one of panel.querySelectorAll("details > summary"))
        if (open.includes(one.textContent)) one.parentElement.open = true;
      const body = panel.querySelector(".desk-body");
      if (body) body.scrollTop = top;
      if (within) panel.querySelector(within)?.focus({ preventScroll: true });
      if (focus) focusFirst();
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      if (mine !== asked) return;
      panel.replaceChildren(
        make(
          "div",
          { class: "assign-empty is-error" },
          make("h2", { text: error.message }),
          make("button", {
            type: "button",
            class: "map-button is-primary",
            text: say("retry"),
            onclick: () => show(to, { focus }),
          }),
        ),
      );
    } finally {
      if (mine === asked) panel.removeAttribute("aria-busy");
    }
  }

  const nameOf = (element) =>
    element.name && !element.matches("[type=radio], [type=checkbox]") ? `[name="${element.name}"]` : null;

  function focusFirst() {
    const first = [
      ".candidates input[type=radio]:checked",
      ".step-row button, .step-row summary",
      "#desk-title",
    ]
      .map((selector) => panel.querySelector(selector))
      .find((element) => element?.checkVisibility());
    first?.focus({ preventScroll: true });
  }

  function close() {
    asked += 1;
    address = null;
    wanted = null;
    panel.classList.remove("is-shown");
    panel.replaceChildren(...empty);
  }

  panel.addEventListener("click", async (event) => {
    const target = event.target;
    if (target.closest("[data-close]")) onClose();
    else if (target.closest("[data-more]")) {
      desk().dataset.more = "1";
      show(address, { keep: true });
    } else if (target.closest("[data-remove]")) {
      target.closest("tr").remove();
      again();
    } else if (target.closest("[data-go]")) {
      event.preventDefault();
      onNeighbour(target.closest("[data-go]").dataset.go);
    } else if (target.closest("[data-compare]")) compare();
  });

  async function compare() {
    const two = [...panel.querySelectorAll(".candidate-compare:checked")].map((box) => box.value);
    const dates = new FormData(panel.querySelector(".proposal"));
    const query = new URLSearchParams({ township: desk().dataset.township });
    for (const one of two) query.append("commissioner", one);
    for (const name of ["starts_on", "ends_on"]) query.set(name, dates.get(name));
    const fragment = await askFragment(`/assign/compare?${query}`);
    const box = panel.querySelector("[data-comparison]");
    box.replaceChildren(...fragment.elements);
    box.scrollIntoView({ block: "nearest" });
  }

  // The preview of many proposals, asked for again with what is chosen now.
  function again() {
    const form = panel.querySelector("[data-several-form]");
    if (!form.querySelector("[name=township]")) return onClose();
    return show(`/assign/several?${new URLSearchParams(new FormData(form))}`);
  }

  panel.addEventListener("change", (event) => {
    const target = event.target;
    if (target.matches(".candidate-compare")) {
      const two = panel.querySelectorAll(".candidate-compare:checked");
      for (const box of panel.querySelectorAll(".candidate-compare:not(:checked)"))
        box.disabled = two.length >= 2;
      panel.querySelector("[data-compare]").disabled = two.length !== 2;
      return;
    }
    const several = target.closest("[data-several-form]");
    if (several) {
      if (several.checkValidity()) again();
      return;
    }
    const proposal = target.closest(".proposal");
    if (proposal) {
      proposal.dataset.touched = "1";
      // Who is free depends on the days.
      if (target.type === "date" && target.value && proposal.checkValidity()) show(address, { keep: true });
    } else if (target.closest(".candidate-filters") && target.type !== "search") {
      show(address, { keep: true });
    }
  });
  panel.addEventListener("input", (event) => {
    if (event.target.closest(".proposal")) event.target.closest(".proposal").dataset.touched = "1";
    if (!event.target.matches(".candidate-filters [type=search]")) return;
    clearTimeout(typing);
    typing = setTimeout(() => show(address, { keep: true }), WAIT_AFTER_TYPING);
  });
  panel.addEventListener("submit", (event) => {
    event.preventDefault();
    const form = event.target;
    if (form.matches(".candidate-filters")) show(address, { keep: true });
    else if (form.matches("[data-send]")) onSend(form);
  });

  return {
    show,
    close,
    refresh: () => address && show(address, { keep: true }),
    township: () => desk()?.dataset.township ?? null,
    stamp: () => desk()?.dataset.stamp ?? null,
    isAbout: (to) => wanted === to,
    isOpen: () => wanted !== null,
    isSeveral: () => Boolean(desk()?.matches("[data-several]")),
  };
}
