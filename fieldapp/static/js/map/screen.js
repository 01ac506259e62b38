// The frame around the map: zoom, full screen, sheets on a phone, and paper.
import { byId, still } from "./dom.js";
import { say } from "./words.js";

export function openScreen(map, { home, whole }) {
  const page = byId("map-page");
  const side = byId("map-side");
  const sideButton = byId("map-side-button");
  const full = byId("map-full-screen");

  L.control
    .zoom({ position: "topright", zoomInTitle: say("zoom_in"), zoomOutTitle: say("zoom_out") })
    .addTo(map);
  byId("map-home").addEventListener("click", home);

  full.hidden = !document.fullscreenEnabled;
  full.addEventListener("click", () => {
    if (document.fullscreenElement) document.exitFullscreen();
    else page.requestFullscreen();
  });
  document.addEventListener("fullscreenchange", () => {
    const on = Boolean(document.fullscreenElement);
    full.setAttribute("aria-pressed", String(on));
    full.title = say(on ? "leave_full_screen" : "full_screen");
    full.setAttribute("aria-label", full.title);
  });

  function openSide(opened) {
    side.classList.toggle("is-open", opened);
    sideButton.setAttribute("aria-expanded", String(opened));
  }
  sideButton.addEventListener("click", () => openSide(!side.classList.contains("is-open")));
  byId("map-side-close").addEventListener("click", () => {
    openSide(false);
    sideButton.focus();
  });

  new ResizeObserver(() => map.invalidateSize({ animate: !still(), debounceMoveend: true })).observe(
    map.getContainer(),
  );

  // Paper has its own size: the view is fitted to it and put back afterwards.
  let before = null;
  function toPaper() {
    if (before) return;
    const { bsTheme } = document.documentElement.dataset;
    before = { centre: map.getCenter(), zoom: map.getZoom(), bounds: map.getBounds(), bsTheme };
    document.documentElement.dataset.bsTheme = "light"; // dark ink is for dark screens
    page.classList.add("is-paper");
    map.invalidateSize({ animate: false });
    const all = whole();
    const shown = all?.isValid() && before.bounds.contains(all) ? all : before.bounds;
    map.fitBounds(shown, { animate: false, padding: [8, 8] });
  }
  function fromPaper() {
    if (!before) return;
    page.classList.remove("is-paper");
    if (before.bsTheme) document.documentElement.dataset.bsTheme = before.bsTheme;
    map.invalidateSize({ animate: false });
    map.setView(before.centre, before.zoom, { animate: false });
    before = null;
  }
  addEventListener("beforeprint", toPaper);
  addEventListener("afterprint", fromPaper);

  return {
    closeSide() {
      if (!side.classList.contains("is-open")) return false;
      openSide(false);
      sideButton.focus();
      return true;
    },
  };
}
