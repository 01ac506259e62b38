// Brings queue, map and desk together: what is chosen in one is chosen in all, and stays up to date.
import { LoadError, openData } from "../map/data.js";
import { byId, make, narrow, still, swatch } from "../map/dom.js";
import { drawLabels } from "../map/labels.js";
import { openNotices } from "../map/notices.js";
import { joinedRows, labelsOf, readGeometry, tooltipOf } from "../map/rows.js";
import { openSearch } from "../map/search.js";
import { drawTownships } from "../map/townships.js";
import { openView, STATUSES } from "../map/view.js";
import { isDay, say, setWords } from "../map/words.js";
import { askFragment, counted, Refusal, send } from "./asking.js";
import { openBox } from "./box.js";
import { openDesk } from "./desk.js";
import { openPeople } from "./people.js";
import { openQueue } from "./queue.js";
import { openConflict, openToast } from "./toast.js";

const NEAR = 9; // the zoom at which a township and its neighbours fill the window
const REFRESH_EVERY = 4000; // milliseconds: what somebody else does is seen within five seconds

export function drawAssigning(map, settingsId) {
  const settings = JSON.parse(byId(settingsId).textContent);
  setWords(settings.words, settings.language);
  const container = map.getContainer();
  container.setAttribute("role", "region");
  container.setAttribute("aria-label", say("map_label"));
  map.eachLayer((layer) => {
    if (layer instanceof L.TileLayer) container.classList.add("has-basemap");
  });
  L.control
    .zoom({ position: "topright", zoomInTitle: say("zoom_in"), zoomOutTitle: say("zoom_out") })
    .addTo(map);

  const data = openData(settings);
  const view = openView(settings.today, settings.today, isDay); // assigning is done today
  const notices = openNotices();
  const toast = openToast();
  const search = openSearch({ onChoose: (code) => open(code, { near: true }) });
  const people = openPeople({ onOpen: (id) => openPerson(id) });
  const desk = openDesk({
    rows: () => rows,
    onClose: close,
    onNeighbour: (code) => open(code, { near: true }),
    onSend: sent,
  });
  const showConflict = openConflict({ onLook: () => desk.refresh() });
  const queue = openQueue({
    view,
    onOpen: (code) => open(code, { near: true }),
    onSeveral: { propose: openSeveral, changed: (codes) => picture?.pick(codes) },
  });
  openBox(map, {
    onBox: (bounds) =>
      queue.pick(
        [...rows.keys()].filter((code) => picture.has(code) && bounds.contains(picture.anchor(code))),
      ),
  });

  let geometry = null;
  let picture = null;
  let labels = null;
  let coverage = null;
  let rows = new Map();
  let drawn = false;
  let failed = false;

  const deskOf = (code) => `/assign/townships/${encodeURIComponent(code)}`;
  const shows = (row) => !view.get().county || row.county_code === view.get().county;

  function open(code, { near = false } = {}) {
    if (queue.picking() && rows.has(code)) return queue.pick([code]);
    desk.show(deskOf(code), { focus: true });
    if (view.get().township !== code) view.set({ township: code });
    else showChosen();
    if (near && picture?.has(code)) lookAt(code);
    return undefined;
  }

  function openPerson(id) {
    view.set({ township: null });
    desk.show(`/assign/commissioners/${encodeURIComponent(id)}`, { focus: true });
  }

  function openSeveral(codes) {
    view.set({ township: null });
    const query = new URLSearchParams();
    for (const code of codes) query.append("township", code);
    desk.show(`/assign/several?${query}`, { focus: true });
  }

  function close() {
    view.set({ township: null });
    desk.close();
    if (people.isOpen()) people.focus();
    else queue.focus();
  }

  function lookAt(code) {
    const zoom = Math.max(map.getZoom(), NEAR);
    map.setView(picture.anchor(code), zoom, { animate: drawn && !still() });
  }

  // A form of the desk: sent once, answered by what was done or by why not; what was typed stays.
  async function sent(form) {
    if (form.dataset.sending) return;
    form.dataset.sending = "1";
    const button = form.querySelector("[type=submit]");
    button?.setAttribute("aria-busy", "true");
    try {
      const done = await send(form.getAttribute("action"), new FormData(form));
      const many = desk.isSeveral();
      toast.done(done.message, done.undo.length ? () => undo(done) : null);
      if (many) {
        queue.stop();
        desk.close();
        queue.focus();
      } else {
        delete form.dataset.touched;
        await desk.refresh();
        byId("desk-title")?.focus({ preventScroll: true });
      }
      await refresh();
    } catch (error) {
      tell(error);
    } finally {
      delete form.dataset.sending;
      button?.removeAttribute("aria-busy");
    }
  }

  async function undo(done) {
    try {
      let said = "";
      for (const { id, revision } of done.undo) {
        const form = new FormData();
        form.set("revision", revision);
        said = (await send(`/assign/assignments/${id}/undo`, form)).message;
      }
      toast.tell(said);
    } catch (error) {
      tell(error);
    }
    await Promise.all([desk.refresh(), refresh()]);
  }

  function tell(error) {
    if (!(error instanceof Refusal)) throw error;
    if (error.status === 409) showConflict(error.message);
    else toast.fail(error.message, error.faults);
  }

  function showChosen() {
    const { township } = view.get();
    picture?.choose(rows.has(township) ? township : null);
    queue.mark();
    if (labels) labels.set(labelsOf(rows, geometry, { picture, shows, chosen: township }));
  }

  function showAll() {
    picture.colour([...rows.values()], shows);
    search.set([...rows.values()]);
    const counts = { ...coverage.status };
    byId("assign-legend").replaceChildren(
      ...STATUSES.filter((status) => counts[status]).map((status) =>
        make(
          "li",
          {},
          swatch(status),
          make("span", { text: `${say(`status_${status}`)} ${counts[status]}` }),
        ),
      ),
    );
    showChosen();
    if (!drawn) container.dataset.drawn = "true";
    drawn = true;
  }

  function fit(countyCode, { countyLines, townships } = picture) {
    const layer = countyLines.getLayers().find((each) => each.feature.properties.code === countyCode);
    const bounds = (layer ?? countyLines).getBounds();
    const all = bounds.isValid() ? bounds : townships.getBounds();
    if (all.isValid()) map.fitBounds(all, { padding: [12, 12], animate: drawn && !still() });
  }

  function begin(shapes) {
    if (geometry) return;
    geometry = readGeometry(shapes);
    picture = drawTownships(map, shapes, {
      onOpen: (code) => open(code),
      tooltip: (code) => tooltipOf(rows.get(code)),
      fit: (layers) => fit(view.get().county, layers),
    });
    labels = drawLabels(map, map.getRenderer(picture.countyLines));
  }

  async function load({ fresh = false } = {}) {
    if (!drawn) notices.loading(null);
    try {
      const [, latest] = await Promise.all([
        geometry ?? data.geometry().then(begin),
        data.coverage(settings.today, { fresh }),
      ]);
      if (!coverage || JSON.stringify(latest) !== JSON.stringify(coverage)) {
        coverage = latest;
        rows = joinedRows(coverage, geometry);
        showAll();
      }
      if (!geometry.places.size) notices.empty(settings.importAddress);
      else if (failed || !byId("map-notice").hidden) notices.clear();
      else notices.clear();
      failed = false;
    } catch (error) {
      if (!(error instanceof LoadError)) throw error;
      failed = true;
      notices.failed(error.status, () => load({ fresh: true }));
    }
  }

  // The queue and the map as they are now; the desk too, where somebody changed what lies on it.
  const refresh = () => counted(brought);
  async function brought() {
    const loaded = load({ fresh: true });
    try {
      const changed = queue.replace(await askFragment("/assign/queue"));
      const code = desk.township();
      const stamp = code && queue.stampOf(code);
      if (changed && stamp !== null && stamp !== desk.stamp()) {
        await desk.refresh();
        toast.tell(say("changed_here"));
      }
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      if (error.status === 401) toast.fail(error.message);
    }
    await loaded;
  }

  view.onChange((now, before) => {
    queue.filter();
    if (now.county !== before.county && picture) {
      picture.colour([...rows.values()], shows);
      fit(now.county);
    }
    showChosen();
    if (!now.township && before.township && desk.isAbout(deskOf(before.township))) desk.close();
    if (now.township && !desk.isAbout(deskOf(now.township))) desk.show(deskOf(now.township));
  });

  byId("map-home").addEventListener("click", () => fit(null));
  new ResizeObserver(() => map.invalidateSize({ animate: false, debounceMoveend: true })).observe(container);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !byId("assign-conflict").open && !event.defaultPrevented) {
      if (event.target.matches("#map-search")) return;
      if (desk.isOpen()) close();
    }
    if (event.key === "/" && !event.target.matches("input, select, textarea")) {
      event.preventDefault();
      byId(people.isOpen() ? "assign-people-search" : "map-search").focus();
    }
  });
  addEventListener("online", () => refresh());
  addEventListener("offline", () => notices.failed(0, () => load({ fresh: true })));
  const poll = () => drawn && !document.hidden && navigator.onLine && refresh();
  document.addEventListener("visibilitychange", poll);
  setInterval(poll, REFRESH_EVERY);

  queue.filter();
  load().then(() => {
    const { township } = view.get();
    const person = new URLSearchParams(location.search).get("commissioner");
    if (township) open(township, { near: true });
    else if (person) {
      people.open();
      openPerson(person);
    } else if (!narrow() && document.activeElement === document.body) queue.focus();
  });
}
