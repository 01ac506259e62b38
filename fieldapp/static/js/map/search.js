// Find a township by name, pinyin (whole or initials) or code: a combobox with a list.
import { byId, make, swatch } from "./dom.js";
import { compareText, say } from "./words.js";

const MOST = 8;
const plain = (text) =>
  text
    .normalize("NFKD")
    .replace(/[\u0300-\u036f]/g, "")
    .toLowerCase()
    .replace(/[\s'’·-]/g, "");

const prepared = (row) => ({
  ...row,
  plainName: plain(row.chinese ?? row.name),
  plainCounty: plain(row.county),
  pinyin: plain(row.pinyin),
  initials: plain(row.initials),
});

// Lower is better; null does not match.
function rank(entry, wanted) {
  if (entry.plainName === wanted || entry.code === wanted) return 0;
  if (entry.plainName.startsWith(wanted)) return 1;
  if (entry.code.startsWith(wanted)) return 2;
  if (entry.initials.startsWith(wanted)) return 3;
  if (entry.pinyin.startsWith(wanted)) return 4;
  if (entry.plainName.includes(wanted)) return 5;
  if (entry.pinyin.includes(wanted)) return 6;
  if (entry.plainCounty.includes(wanted)) return 7;
  return null;
}

export function openSearch({ onChoose }) {
  const input = byId("map-search");
  const list = byId("map-search-list");
  const status = byId("map-search-status");
  let given = [];
  let entries = null; // prepared when first searched
  let matches = [];
  let active = -1;

  function close() {
    list.hidden = true;
    active = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  function choose(entry) {
    input.value = entry.name;
    close();
    onChoose(entry.code);
  }

  function mark(index) {
    active = index;
    [...list.children].forEach((option, i) => {
      option.setAttribute("aria-selected", String(i === index));
      if (i === index) option.scrollIntoView({ block: "nearest" });
    });
    if (index >= 0) input.setAttribute("aria-activedescendant", `map-option-${index}`);
    else input.removeAttribute("aria-activedescendant");
  }

  function look() {
    const wanted = plain(input.value);
    if (!wanted) {
      status.textContent = "";
      close();
      return;
    }
    entries ??= given.map(prepared);
    matches = entries
      .map((entry) => ({ entry, rank: rank(entry, wanted) }))
      .filter((match) => match.rank !== null)
      .sort((one, other) => one.rank - other.rank || compareText(one.entry.pinyin, other.entry.pinyin))
      .map((match) => match.entry);
    status.textContent = matches.length
      ? say("matches", { count: matches.length })
      : say("no_match", { text: input.value.trim() });
    status.classList.toggle("is-shown", matches.length === 0);
    list.replaceChildren(
      ...matches.slice(0, MOST).map((entry, index) =>
        make(
          "li",
          {
            id: `map-option-${index}`,
            role: "option",
            "aria-selected": "false",
            onpointerdown: (event) => event.preventDefault(),
            onclick: () => choose(entry),
          },
          swatch(entry.status),
          make("span", { class: "option-name", text: entry.name }),
          make("span", { class: "option-county", text: entry.county }),
          make("span", { class: "option-code", text: entry.code }),
        ),
      ),
    );
    list.hidden = matches.length === 0;
    input.setAttribute("aria-expanded", String(matches.length > 0));
    mark(matches.length ? 0 : -1);
  }

  input.addEventListener("input", look);
  input.addEventListener("focus", () => input.select());
  input.addEventListener("blur", () => {
    close();
    status.classList.remove("is-shown");
  });
  input.addEventListener("keydown", (event) => {
    const shown = Math.min(matches.length, MOST);
    if ((event.key === "ArrowDown" || event.key === "ArrowUp") && shown) {
      event.preventDefault();
      if (list.hidden) look();
      else mark((active + (event.key === "ArrowDown" ? 1 : shown - 1)) % shown);
    } else if (event.key === "Enter" && !list.hidden && active >= 0) {
      event.preventDefault();
      choose(matches[active]);
    } else if (event.key === "Escape" && (!list.hidden || input.value)) {
      event.stopPropagation();
      if (list.hidden) input.value = "";
      close();
      status.textContent = "";
    }
  });

  return {
    // Rows of the table: each has code, name, pinyin, initials, county and status.
    set(rows) {
      given = rows;
      entries = null;
    },
  };
}
