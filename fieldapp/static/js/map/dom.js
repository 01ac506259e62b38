// Elements are built, never written as HTML: whatever a name contains stays text.

export const byId = (id) => document.getElementById(id);

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "text") element.textContent = value;
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

export function make(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

export function makeSvg(tag, attributes = {}, ...children) {
  return fill(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
}

// A sample of a status as it looks on the map, pattern and all.
export function swatch(status) {
  return makeSvg(
    "svg",
    { class: `swatch ${statusClass(status)}`, viewBox: "0 0 24 16", "aria-hidden": "true" },
    makeSvg("rect", { x: 1, y: 1, width: 22, height: 14, rx: 2, fill: paint(status) }),
  );
}

export const statusClass = (status) => `status-${status.replace("_", "-")}`;

export const paint = (status) => `url(#pattern-${status.replace("_", "-")})`;

export const narrow = () => matchMedia("(max-width: 760px)").matches;

export const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
