// The parts that the screens are made of. Elements are built, never written as HTML: what a name contains stays text.
import { byId, make } from "../../map/dom.js";
import { say } from "../../map/words.js";

export { byId, make };

let used = 0;
export const newName = (prefix) => `${prefix}-${++used}`;

export const button = (text, onclick, attributes = {}) =>
  make("button", { type: "button", text, onclick, ...attributes });

export const link = (text, href, attributes = {}) => make("a", { href, text, ...attributes });

export const para = (text, attributes = {}) => make("p", { text, ...attributes });

// A list of name and value; what has no value is left out.
export function facts(pairs) {
  const list = make("dl", { class: "facts" });
  for (const [name, value] of pairs) {
    if (value === null || value === undefined || value === "") continue;
    list.append(make("div", {}, make("dt", { text: name }), make("dd", {}, value)));
  }
  return list;
}

// A notice that stands in the page: `kind` is plain, good, warn or bad.
export const notice = (kind, ...children) =>
  make("div", { class: `notice notice-${kind}` }, ...children.map(asElement));

const asElement = (child) => (typeof child === "string" ? para(child) : child);

// A group of fields with its heading, and a place for what is wrong with it.
export function field(title, name, ...children) {
  const heading = make("h2", { id: newName("field"), text: title });
  const fault = make("p", { class: "fault", id: `fault-${name}`, hidden: true });
  const group = make(
    "section",
    { class: `field field-${name}`, "aria-labelledby": heading.id },
    heading,
    ...children,
    fault,
  );
  return { group, fault };
}

// A number that thumbs raise and lower; it can be typed as well.
export function stepper({ label, value, step = 1, least = 0, most = 99_999, decimals = 0, onchange }) {
  const id = newName("number");
  const input = make("input", {
    id,
    type: "text",
    inputmode: decimals ? "decimal" : "numeric",
    autocomplete: "off",
    value: String(value),
    maxlength: 9,
  });
  const read = () => Number(input.value.replace(",", ".").trim() || 0);
  const fitting = (number) => {
    const factor = 10 ** decimals;
    return Math.round(Math.min(most, Math.max(least, number)) * factor) / factor;
  };
  const settle = (number) => {
    input.value = String(fitting(number));
    onchange(fitting(number));
  };
  const move = (by) => settle((Number.isFinite(read()) ? read() : 0) + by);
  input.addEventListener("input", () => Number.isFinite(read()) && onchange(fitting(read())));
  input.addEventListener("blur", () => settle(Number.isFinite(read()) ? read() : 0));
  return make(
    "div",
    { class: "stepper" },
    make("label", { for: id, text: label }),
    button("−", () => move(-step), { "aria-label": say("less_of", { what: label }) }),
    input,
    button("+", () => move(step), { "aria-label": say("more_of", { what: label }) }),
  );
}

// One of a few: big enough for a thumb.
export function choice({ label, options, value, onchange }) {
  const name = newName("choice");
  const group = make("div", { class: "choice", role: "radiogroup", "aria-label": label });
  for (const [key, words] of options) {
    const input = make("input", { type: "radio", name, value: key, checked: key === value });
    input.addEventListener("change", () => onchange(key));
    group.append(make("label", {}, input, make("span", { text: words })));
  }
  return group;
}
