// The picture: county ground, townships by status, lines, seats, and what is emphasised on top.
import { paint, statusClass, still } from "./dom.js";
import { townshipLines } from "./lines.js";
import { STATUSES } from "./view.js";
import { say } from "./words.js";

const ARROWS = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };
// Simplified or clipped one by one, neighbours would part.
const EXACT = { smoothFactor: 0, noClip: true };

export function drawTownships(map, geometry, { onOpen, tooltip, fit, statuses = STATUSES }) {
  const shapes = new Map();
  const lifeless = { interactive: false, ...EXACT };

  const ground = L.geoJSON(geometry.counties, {
    style: { className: "county-ground", ...lifeless },
    ...lifeless,
  });
  const countyLines = outlinesOf(ground, { className: "county-line", fill: false, ...lifeless });
  const townships = L.geoJSON(geometry.townships, {
    style: () => ({ className: "township", fillOpacity: 1, weight: 0, stroke: false, ...EXACT }),
    ...EXACT,
    filter: (feature) => feature.geometry !== null,
    onEachFeature(feature, shape) {
      shapes.set(feature.properties.code, { shape, feature });
      shape.on("click", (event) => {
        L.DomEvent.stop(event);
        onOpen(feature.properties.code);
      });
    },
  });
  townships.bindTooltip((shape) => tooltip(shape.feature.properties.code), {
    sticky: true,
    direction: "top",
    opacity: 1,
  });
  fit({ countyLines, townships }); // before anything is drawn, or all of it would be drawn twice
  ground.addTo(map);
  townships.addTo(map);
  const line = (className) => L.polyline([], { className, ...lifeless }).addTo(map);
  const outline = (className) => L.polygon([], { className, fill: false, ...lifeless }).addTo(map);
  const approximate = line("township-line is-approximate");
  const official = line("township-line");
  countyLines.addTo(map);
  const seats = line("township-seats");
  const alarmCasing = outline("alarm-casing");
  const alarm = outline("alarm-line");
  const chosenCasing = outline("chosen-casing");
  const chosen = outline("chosen-line");
  const focused = outline("focus-line");

  for (const [code, { shape }] of shapes) {
    const element = shape.getElement();
    element.setAttribute("role", "button");
    element.setAttribute("tabindex", "-1");
    element.dataset.code = code;
  }
  takeKeys();

  let present = new Map();
  let lastShown = "";
  let stop = null; // the one township that Tab reaches

  function takeKeys() {
    const pane = map.getPanes().overlayPane;
    const codeOf = (event) => event.target.dataset?.code;
    pane.addEventListener("focusin", (event) => {
      const code = codeOf(event);
      if (!code) return;
      setStop(code);
      if (event.target.matches(":focus-visible")) focused.setLatLngs(shapes.get(code).shape.getLatLngs());
    });
    pane.addEventListener("focusout", () => focused.setLatLngs([]));
    pane.addEventListener("keydown", (event) => {
      const code = codeOf(event);
      const opens = event.key === "Enter" || event.key === " ";
      if (!code || !(opens || event.key in ARROWS)) return;
      event.preventDefault();
      event.stopPropagation();
      if (opens) onOpen(code);
      else focusOn(towards(code, ARROWS[event.key]));
    });
  }

  function setStop(code) {
    if (stop) shapes.get(stop)?.shape.getElement().setAttribute("tabindex", "-1");
    stop = code;
    shapes.get(code)?.shape.getElement().setAttribute("tabindex", "0");
  }

  const anchor = (code) => {
    const { feature, shape } = shapes.get(code);
    const seat = feature.properties.seat;
    return seat ? L.latLng(seat[1], seat[0]) : shape.getBounds().getCenter();
  };

  // The nearest township that lies more in this direction than beside it.
  function towards(code, [dx, dy]) {
    const from = map.latLngToLayerPoint(anchor(code));
    let best = code;
    let least = Number.POSITIVE_INFINITY;
    for (const [other, row] of present) {
      if (other === code || row.dimmed || !shapes.has(other)) continue;
      const to = map.latLngToLayerPoint(anchor(other)).subtract(from);
      const along = to.x * dx + to.y * dy;
      const aside = Math.abs(to.x * dy) + Math.abs(to.y * dx);
      if (along > 0 && aside <= along * 1.2 && along + aside * 2 < least) {
        least = along + aside * 2;
        best = other;
      }
    }
    return best;
  }

  function focusOn(code) {
    if (!shapes.has(code)) return;
    map.panInside(anchor(code), { padding: [60, 60], animate: !still() });
    shapes.get(code).shape.getElement().focus({ preventScroll: true });
  }

  function redrawLines() {
    const shown = [...present.keys()].filter((code) => shapes.has(code));
    if (shown.join() === lastShown) return;
    lastShown = shown.join();
    const lines = townshipLines(shown.map((code) => shapes.get(code).feature));
    official.setLatLngs(lines.official);
    approximate.setLatLngs(lines.approximate);
    const dots = shown.map((code) => shapes.get(code).feature.properties.seat).filter(Boolean);
    seats.setLatLngs(
      dots.map(([lon, lat]) => [
        [lat, lon],
        [lat, lon],
      ]),
    );
  }

  return {
    countyLines,
    townships,
    anchor,
    focusOn,
    has: (code) => shapes.has(code),
    boundsOf: (code) => shapes.get(code).shape.getBounds(),
    // Colour by the rows of a coverage document; `shows` tells which of them pass the filter.
    colour(rows, shows) {
      present = new Map(rows.map((row) => [row.code, { ...row, dimmed: !shows(row) }]));
      for (const [code, { shape, feature }] of shapes) {
        const row = present.get(code);
        const element = shape.getElement();
        element.classList.toggle("is-absent", !row);
        element.classList.toggle("is-dimmed", Boolean(row?.dimmed));
        for (const status of statuses) element.classList.toggle(statusClass(status), row?.status === status);
        if (!row) continue;
        if (shape.options.fillColor !== paint(row.status)) shape.setStyle({ fillColor: paint(row.status) });
        const label = say("township_label", {
          township: row.name,
          county: row.county ?? feature.properties.county,
          status: say(`status_${row.status}`),
        });
        const approximateToo = feature.properties.boundary_quality !== "official";
        element.setAttribute("aria-label", approximateToo ? say("approximate_label", { label }) : label);
      }
      redrawLines();
      const loud = [...present.values()].filter(
        (row) => row.status === "uncovered" && !row.dimmed && shapes.has(row.code),
      );
      const rings = loud.map((row) => shapes.get(row.code).shape.getLatLngs()).flatMap(nested);
      alarmCasing.setLatLngs(rings);
      alarm.setLatLngs(rings);
      const reachable = [...present.values()].find((row) => !row.dimmed && shapes.has(row.code));
      if (reachable && (!present.has(stop) || present.get(stop).dimmed)) setStop(reachable.code);
    },
    // Outline several at once: those that a step is meant for.
    pick(codes) {
      for (const [code, { shape }] of shapes)
        shape.getElement().classList.toggle("is-picked", codes.has(code));
    },
    choose(code) {
      const rings = code && shapes.has(code) && present.has(code) ? shapes.get(code).shape.getLatLngs() : [];
      chosenCasing.setLatLngs(rings);
      chosen.setLatLngs(rings);
      if (rings.length) setStop(code);
    },
  };
}

// The outlines of a layer's polygons once more; they share its positions instead of reading them again.
function outlinesOf(layer, options) {
  const outlines = layer.getLayers().map((each) => {
    const outline = L.polygon([], options);
    outline.feature = each.feature;
    return outline.setLatLngs(each.getLatLngs());
  });
  return L.featureGroup(outlines);
}

// Leaflet nests the rings of a polygon once and of a multipolygon twice.
const nested = (rings) => (Array.isArray(rings[0]?.[0]) ? rings : [rings]);
