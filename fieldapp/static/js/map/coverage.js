// Brings the parts together: loads, draws, and answers every change of the view.

import { LoadError, openData } from "./data.js";
import { openDates } from "./dates.js";
import { byId, narrow, still } from "./dom.js";
import { openFilters } from "./filters.js";
import { drawLabels } from "./labels.js";
import { fullName } from "./names.js";
import { openNotices } from "./notices.js";
import { openPanel } from "./panel.js";
import { joinedRows, labelsOf, readGeometry, tooltipOf } from "./rows.js";
import { openScreen } from "./screen.js";
import { openSearch } from "./search.js";
import { openTable } from "./table.js";
import { drawTownships } from "./townships.js";
import { openView } from "./view.js";
import { isDay, say, setWords } from "./words.js";

const NEAR = 9.5; // the zoom at which a township and its neighbours fill the window
const REFRESH_EVERY = 4000; // milliseconds: what somebody else assigns is seen within five seconds

export function drawCoverage(map, settingsId) {
  const settings = JSON.parse(byId(settingsId).textContent);
  setWords(settings.words, settings.language);
  const container = map.getContainer();
  map.eachLayer((layer) => {
    if (layer instanceof L.TileLayer) container.classList.add("has-basemap");
  });
  container.setAttribute("role", "region");
  container.setAttribute("aria-label", say("map_label"));

  const fixedDay = settings.embedded ? settings.today : null;
  const data = openData(settings);
  const view = openView(settings.today, fixedDay, isDay);
  const notices = openNotices();
  const filters = openFilters(view);
  const dates = openDates(view, settings.now ?? settings.today, fixedDay);
  const search = openSearch({ onChoose: (code) => open(code, { near: true }) });
  const panel = openPanel({ view, onClose: close });
  const table = openTable({ view, onOpen: (code) => open(code) });
  const screen = openScreen(map, {
    home: () => fit(null),
    whole: () => picture?.countyLines.getBounds(),
  });

  let geometry = null; // places and counties by code
  let picture = null;
  let labels = null;
  let coverage = null;
  let countyNames = new Map(); // of the day shown, by code
  let rows = new Map(); // of the day shown, by code
  let request = 0;

  function open(code, { near = false } = {}) {
    const known = rows.get(code);
    if (!known) return;
    const filtered = !view.shows(known);
    view.set({ township: code, ...(filtered ? { county: null, statuses: new Set() } : {}) });
    byId("map-panel-title").focus({ preventScroll: true });
    if (near) lookAt(code);
  }

  // How much of the map the panel lies over.
  function margins() {
    const { offsetWidth, offsetHeight } = byId("map-panel"); // nothing while it is hidden
    return narrow() ? { right: 0, bottom: offsetHeight } : { right: offsetWidth, bottom: 0 };
  }

  // Bring one township near, into the middle of what is not covered.
  function lookAt(code) {
    if (!picture.has(code)) return;
    const { right, bottom } = margins();
    const zoom = Math.max(map.getZoom(), NEAR);
    const centre = map.project(picture.anchor(code), zoom).add([right / 2, bottom / 2]);
    map.setView(map.unproject(centre, zoom), zoom, { animate: drawn && !still() });
  }

  function close() {
    const code = view.get().township;
    view.set({ township: null });
    if (code && picture?.has(code)) picture.focusOn(code);
  }

  const tooltip = (code) => tooltipOf(rows.get(code));

  function fit(countyCode, { countyLines, townships } = picture) {
    const layer = countyLines.getLayers().find((each) => each.feature.properties.code === countyCode);
    const bounds = (layer ?? countyLines).getBounds();
    const all = bounds.isValid() ? bounds : townships.getBounds();
    if (!all.isValid()) return;
    const { right, bottom } = margins();
    map.fitBounds(all, {
      paddingTopLeft: [16, narrow() ? 96 : 16],
      paddingBottomRight: [16 + right, 16 + bottom],
      animate: drawn && !still(),
    });
  }

  function join(latest) {
    rows = joinedRows(latest, geometry);
    countyNames = new Map(
      latest.counties.map(({ code, name }) => [code, fullName(name, geometry.counties.get(code)?.pinyin)]),
    );
    search.set([...rows.values()]);
  }

  function showLabels() {
    const { township } = view.get();
    labels.set(labelsOf(rows, geometry, { picture, shows: view.shows, chosen: township }));
  }

  function showAll() {
    const shown = [...rows.values()].filter(view.shows);
    picture.colour([...rows.values()], view.shows);
    if (!drawn) markDrawn();
    filters.show(coverage, countyNames);
    table.show(shown, coverage);
    byId("map-side-shown").textContent = say("shown", { shown: shown.length, roster: coverage.roster });
    showChosen();
    showLabels();
  }

  function showChosen() {
    const { township } = view.get();
    const row = rows.get(township);
    picture.choose(row ? township : null);
    table.mark(township);
    if (row) panel.show(row, rows, coverage);
    else panel.close();
  }

  // What an address may ask for in vain is said, not passed over.
  function tellUnknown() {
    const { county, township, day, unknown } = view.get();
    if (!geometry.places.size) notices.empty(settings.importAddress);
    else if (!coverage.roster)
      notices.emptyDay(
        day,
        fixedDay || day === settings.today ? null : () => view.set({ day: settings.today }),
      );
    else if (township && !geometry.places.has(township))
      notices.tell(say("unknown_township", { code: township }));
    else if (township && !rows.has(township)) notices.tell(say("not_on_roster", { day }));
    else if (county && !geometry.counties.has(county)) notices.tell(say("unknown_county", { code: county }));
    else if (unknown) notices.tell(say("unknown_status", { status: unknown }));
    else notices.clear();
  }

  let failed = false;
  let drawn = false;
  function markDrawn() {
    performance.mark("fieldapp:drawn");
    container.dataset.drawn = "true";
  }

  async function load({ fresh = false, quiet = false } = {}) {
    request += 1;
    const mine = request;
    const { day } = view.get();
    if (!quiet) notices.loading(drawn ? day : null);
    byId("map-page").setAttribute("aria-busy", "true");
    try {
      const [, latest] = await Promise.all([
        geometry ?? data.geometry().then(begin),
        data.coverage(day, { fresh }),
      ]);
      if (mine !== request) return; // another day was asked for meanwhile
      const same = latest === coverage || (quiet && JSON.stringify(latest) === JSON.stringify(coverage));
      if (!same) {
        coverage = latest;
        join(coverage);
        dates.show();
        showAll();
      }
      if (!same || !quiet || failed) tellUnknown();
      failed = false;
      if (!drawn && view.get().township) lookAt(view.get().township);
      drawn = true;
    } catch (error) {
      if (!(error instanceof LoadError)) throw error;
      if (mine !== request) return;
      failed = true;
      tellFailed(error.status, day);
    } finally {
      if (mine === request) byId("map-page").removeAttribute("aria-busy");
    }
  }

  // Control, note and address never name another day than the one whose figures are shown.
  function tellFailed(status, wanted) {
    const again = () => (wanted === view.get().day ? load({ fresh: true }) : view.set({ day: wanted }));
    if (coverage && coverage.as_of !== wanted) {
      view.keepDay(coverage.as_of);
      dates.show();
      showAll();
    }
    notices.failed(status, again, coverage?.as_of);
  }

  // The ground and the lines are drawn while the coverage is still on its way.
  function begin(shapes) {
    if (geometry) return;
    geometry = readGeometry(shapes);
    const { county } = view.get();
    picture = drawTownships(map, shapes, { onOpen: open, tooltip, fit: (layers) => fit(county, layers) });
    labels = drawLabels(map, map.getRenderer(picture.countyLines));
  }

  view.onChange((now, before) => {
    if (!coverage) return;
    if (now.day !== before.day) {
      dates.show();
      load();
    } else {
      showAll();
      tellUnknown();
    }
    if (now.county !== before.county && !(now.township && now.township !== before.township)) fit(now.county);
    if (now.township && now.township !== before.township && picture.has(now.township)) {
      const { right, bottom } = margins();
      map.panInside(picture.anchor(now.township), {
        paddingTopLeft: [60, 80],
        paddingBottomRight: [60 + right, 40 + bottom],
        animate: !still(),
      });
    }
  });

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-township]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    open(link.dataset.township);
  });
  byId("map-page").addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    if (view.get().township) close();
    else if (!screen.closeSide() && table.isOpen()) table.close();
  });

  if (!settings.embedded) {
    addEventListener("online", () => load({ fresh: true }));
    addEventListener("offline", () => tellFailed(0, view.get().day));
    const refresh = () => drawn && !document.hidden && navigator.onLine && load({ fresh: true, quiet: true });
    document.addEventListener("visibilitychange", refresh);
    setInterval(refresh, REFRESH_EVERY);
  }
  load();
}
