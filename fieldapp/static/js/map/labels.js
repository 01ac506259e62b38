// Names on the map that never lie over each other: the important ones are placed first, and a name that
// finds no room is left out at this zoom.
import { makeSvg } from "./dom.js";

const COUNTY_UNTIL = 9.9;
const TOWNSHIP_FROM = 8.6;
const SMALL_BELOW = 7.6;
const STYLES = {
  county: { size: 14, weight: 600, spacing: 2 },
  small: { size: 11, weight: 600, spacing: 0 },
  township: { size: 12, weight: 400, spacing: 0 },
};
const GAP = 3;
const WIDEST = 170; // pixels; a longer name would lie across its neighbours

export function drawLabels(map, renderer) {
  const group = makeSvg("g", { class: "map-labels", "aria-hidden": "true" });
  const widths = new Map();
  let pen = null;
  let family = "";
  let counties = [];
  let waiting = 0;
  let townships = [];
  renderer._rootGroup.append(group);

  function width(name, kind) {
    const { size, weight, spacing } = styleOf(kind);
    const key = `${size} ${weight} ${name}`;
    if (!widths.has(key)) {
      if (!pen) {
        pen = document.createElement("canvas").getContext("2d");
        family = getComputedStyle(map.getContainer()).fontFamily;
      }
      pen.font = `${weight} ${size}px ${family}`;
      widths.set(key, pen.measureText(name).width + spacing * name.length);
    }
    return widths.get(key);
  }

  // The name, or as much of its beginning as fits.
  function shortened(name, kind) {
    if (width(name, kind) <= WIDEST) return name;
    const letters = [...name];
    while (letters.length > 1 && width(`${letters.join("")}…`, kind) > WIDEST) letters.pop();
    return `${letters.join("").trimEnd()}…`;
  }

  // On a small map the county names are set smaller, or they would hide it.
  const styleOf = (kind) => (kind === "county" && map.getZoom() < SMALL_BELOW ? STYLES.small : STYLES[kind]);

  // Where a name may stand around its point, best first: (dx, dy) of its middle.
  function places(kind, w, h) {
    if (kind === "county")
      return [
        [0, 0],
        [0, -h],
        [0, h],
        [0, -2 * h],
        [0, 2 * h],
      ];
    return [
      [0, h * 0.8],
      [0, -h * 0.8],
      [w / 2 + 6, 0],
      [-w / 2 - 6, 0],
    ];
  }

  function candidates() {
    const zoom = map.getZoom();
    const found = [];
    if (zoom < COUNTY_UNTIL) found.push(...counties.map((label) => ({ ...label, kind: "county", rank: 0 })));
    for (const label of townships) {
      const loud = label.status === "uncovered" && !label.dimmed;
      if (label.chosen) found.push({ ...label, kind: "township", rank: -1 });
      else if (!label.dimmed && (zoom >= TOWNSHIP_FROM || (loud && zoom >= TOWNSHIP_FROM - 0.9)))
        found.push({ ...label, kind: "township", rank: loud ? 1 : 2 });
    }
    return found.sort((one, other) => one.rank - other.rank);
  }

  function place() {
    const visible = map.getPixelBounds().pad(0.1);
    const taken = [];
    const texts = [];
    for (const label of candidates()) {
      const at = map.latLngToLayerPoint(label.at);
      if (!visible.contains(map.project(label.at))) continue;
      const name = shortened(label.name, label.kind);
      const w = width(name, label.kind);
      const h = styleOf(label.kind).size * 1.25;
      for (const [dx, dy] of places(label.kind, w, h)) {
        const box = [at.x + dx - w / 2 - GAP, at.y + dy - h / 2, at.x + dx + w / 2 + GAP, at.y + dy + h / 2];
        if (
          taken.some(
            (other) => box[0] < other[2] && other[0] < box[2] && box[1] < other[3] && other[1] < box[3],
          )
        )
          continue;
        taken.push(box);
        const loud = label.kind === "township" && label.status === "uncovered" ? " is-loud" : "";
        const chosen = label.chosen ? " is-chosen" : "";
        texts.push(
          makeSvg("text", {
            class: `label-${label.kind}${styleOf(label.kind) === STYLES.small ? " is-small" : ""}${loud}${chosen}`,
            x: Math.round(at.x + dx),
            y: Math.round(at.y + dy),
            text: name,
          }),
        );
        break;
      }
    }
    group.replaceChildren(...texts);
  }

  map.on("zoomstart", () => group.replaceChildren());
  map.on("moveend", place);

  return {
    set(given) {
      counties = given.counties;
      townships = given.townships;
      // The picture comes first; names follow in the same frame or the next.
      cancelAnimationFrame(waiting);
      waiting = requestAnimationFrame(place);
    },
  };
}
