// One visit on the map: the township's boundary, its seat, and where the visitor's phone was.
const CLOSE = 500; // metres around the position that are shown on request, at least

export function visitMap() {
  const place = document.querySelector("[data-visit-map]");
  const settings = document.querySelector("[data-visit-map-settings]");
  if (!place || !settings) return;
  draw(place, JSON.parse(settings.textContent));
}

function draw(place, { boundary, approximate, seat, fix, words }) {
  const map = L.map(place, { zoomControl: false, attributionControl: false, zoomSnap: 0.25 });
  const show = (bounds) => map.fitBounds(bounds, { padding: [12, 12], animate: false, maxZoom: 17 });
  const at = fix && L.latLng(fix.lat, fix.lon);
  const whole = L.latLngBounds([]);
  if (boundary) whole.extend(L.geoJSON(boundary).getBounds());
  // A position that is good for nothing must not make the township a dot.
  if (at) whole.extend(at.toBounds(2 * Math.min(fix.accuracy_m, 20_000)));
  if (!whole.isValid() && seat) whole.extend(L.latLng(seat).toBounds(10_000));
  if (!whole.isValid()) return;
  onPaper(place, map);
  show(whole); // before anything is drawn: circles in metres need the view
  L.control.zoom({ zoomInTitle: words.zoom_in, zoomOutTitle: words.zoom_out }).addTo(map);
  L.control.scale({ imperial: false }).addTo(map);
  const still = { interactive: false };
  if (boundary) {
    const className = `visit-boundary${approximate ? " is-approximate" : ""}`;
    L.geoJSON(boundary, { style: { className, ...still }, ...still }).addTo(map);
  }
  if (seat) L.circleMarker(seat, { radius: 3, className: "visit-seat", ...still }).addTo(map);
  if (!at) return;
  L.circle(at, { radius: fix.accuracy_m, className: "visit-accuracy", ...still }).addTo(map);
  L.circleMarker(at, { radius: 6, className: "visit-fix", ...still }).addTo(map);
  const near = at.toBounds(2 * Math.max(fix.accuracy_m * 1.5, CLOSE));
  map.addControl(new (views(words, { whole: () => show(whole), near: () => show(near) }))());
}

// A sheet is narrower than most screens: what is in view is drawn anew for it, and afterwards as it was.
function onPaper(place, map) {
  let before = null;
  addEventListener("beforeprint", () => {
    before = { centre: map.getCenter(), zoom: map.getZoom() };
    const inView = map.getBounds();
    place.classList.add("visit-map-on-paper");
    map.invalidateSize({ animate: false }).fitBounds(inView, { animate: false });
  });
  addEventListener("afterprint", () => {
    place.classList.remove("visit-map-on-paper");
    map.invalidateSize({ animate: false }).setView(before.centre, before.zoom, { animate: false });
  });
}

function views(words, ways) {
  return L.Control.extend({
    options: { position: "topright" },
    onAdd() {
      const bar = L.DomUtil.create("div", "leaflet-bar visit-views");
      for (const [name, go] of Object.entries(ways)) {
        const button = L.DomUtil.create("button", "", bar);
        button.type = "button";
        button.textContent = words[name];
        button.addEventListener("click", go);
      }
      L.DomEvent.disableClickPropagation(bar);
      return bar;
    },
  });
}
