// A map of my townships that needs no network: their boundaries, and where I am.

import { statusClass } from "../../map/dom.js";
import { say, sayDay } from "../../map/words.js";
import { button, link, make, para } from "./dom.js";
import { contains, metresBetween, metresOutside } from "./places.js";
import { followPosition } from "./position.js";
import { dayOf } from "./times.js";

// Leaflet is on the phone, but only read when a map is asked for.
function loadLeaflet() {
  const { leafletScript, leafletStyle } = document.body.dataset;
  return new Promise((resolve, reject) => {
    if (globalThis.L) return resolve();
    document.head.append(make("link", { rel: "stylesheet", href: leafletStyle }));
    document.head.append(make("script", { src: leafletScript, onload: resolve, onerror: reject }));
  });
}

export function mapScreen(app) {
  const picture = make("div", { class: "map", role: "application", "aria-label": say("map_mine") });
  const here = make("p", { class: "map-here", role: "status", text: say("position_searching") });
  const list = make("ul", { class: "map-list" });
  const element = make(
    "section",
    { class: "map-screen" },
    make("h1", { tabindex: -1, text: say("map_mine") }),
    picture,
    here,
    make("div", { class: "buttons" }, button(say("map_to_me"), toMe), button(say("map_to_all"), toAll)),
    list,
    app.townships.some((each) => each.boundary_quality !== "official")
      ? para(say("map_approximate"), { class: "hint" })
      : null,
    link(say("back_home"), "#/"),
  );
  let map = null;
  let marker = null;
  let circle = null;
  let fix = null;
  let bounds = null;
  let following = null;

  function draw() {
    map = L.map(picture, { attributionControl: false, zoomControl: false, zoomSnap: 0.25, maxZoom: 18 });
    L.control.zoom({ zoomInTitle: say("zoom_in"), zoomOutTitle: say("zoom_out") }).addTo(map);
    L.control.scale({ imperial: false }).addTo(map);
    const shapes = L.featureGroup();
    for (const township of app.townships) {
      const approximate = township.boundary_quality !== "official";
      const className = `map-township ${township.status ? statusClass(township.status) : "status-none"}`;
      if (township.boundary) {
        const style = { className, weight: 3, dashArray: approximate ? "6 6" : null };
        L.geoJSON(township.boundary, { style, interactive: false }).addTo(shapes);
      }
      if (township.seat) {
        const at = [township.seat.lat, township.seat.lon];
        const label = make("span", { text: township.name });
        L.circleMarker(at, { className: "map-seat", radius: 5, interactive: false })
          .bindTooltip(label, { permanent: true, direction: "top", className: "map-label" })
          .addTo(shapes);
      }
    }
    // The view first: Leaflet places what is added by it.
    bounds = shapes.getBounds();
    toAll();
    shapes.addTo(map);
    for (const { body } of app.rows) {
      if (!body.fix) continue;
      L.circleMarker([body.fix.lat, body.fix.lon], { className: "map-visit", radius: 4 })
        .bindTooltip(make("span", { text: sayDay(dayOf(body.started_at)) }))
        .addTo(map);
    }
  }

  function toAll() {
    if (bounds?.isValid()) map.fitBounds(bounds.pad(0.1));
    else map?.setView([45.75, 126.65], 9);
  }

  function toMe() {
    if (fix) map.setView([fix.lat, fix.lon], 14);
    else app.announce(here.textContent);
  }

  function onFix(found) {
    fix = found;
    const at = [fix.lat, fix.lon];
    if (marker) {
      marker.setLatLng(at);
      circle.setLatLng(at).setRadius(fix.accuracy_m);
    } else {
      circle = L.circle(at, { radius: fix.accuracy_m, className: "map-accuracy", interactive: false }).addTo(
        map,
      );
      marker = L.circleMarker(at, { radius: 8, className: "map-me", interactive: false }).addTo(map);
    }
    const inside = app.townships.find((each) => contains(each.boundary, fix));
    here.textContent = say(inside ? "map_inside" : "map_here", {
      township: inside?.name ?? "",
      accuracy: Math.round(fix.accuracy_m),
    });
    showList();
  }

  function showList() {
    list.replaceChildren(
      ...app.townships.map((township) => {
        const outside = fix && township.boundary ? metresOutside(township.boundary, fix) : null;
        const away = outside ?? (fix && township.seat ? metresBetween(fix, township.seat) : null);
        const told = away === null ? "" : away === 0 ? say("map_in_it") : sayAway(away);
        return make(
          "li",
          {},
          make("span", { text: township.name }),
          " ",
          make("span", { class: "hint", text: told }),
        );
      }),
    );
  }

  return {
    element,
    async shown() {
      showList();
      try {
        await loadLeaflet();
      } catch {
        here.textContent = say("map_missing");
        return;
      }
      draw();
      following = followPosition({
        onFix,
        onTrouble: (cause) => {
          here.textContent = say(`position_${cause}`);
        },
        once: true,
      });
    },
    leave() {
      following?.stop();
      map?.remove();
    },
  };
}

const sayAway = (metres) => say("map_away", { km: (metres / 1000).toFixed(1) });
