// Brings map, table, card and edits of a plan together; every change comes from the server as parts of the page.
import { askFragment, counted, Refusal } from "../assign/asking.js";
import { openToast } from "../assign/toast.js";
import { LoadError, openData } from "../map/data.js";
import { byId, make, still } from "../map/dom.js";
import { drawLabels } from "../map/labels.js";
import { fullName, mapName } from "../map/names.js";
import { openNotices } from "../map/notices.js";
import { labelsOf, readGeometry } from "../map/rows.js";
import { drawTownships } from "../map/townships.js";
import { say, setWords } from "../map/words.js";
import { openAsk } from "./ask.js";
import { openCard } from "./card.js";
import { openTable } from "./table.js";
import { openTabs } from "./tabs.js";

const OUTCOMES = ["uncovered", "ended", "moved", "new", "kept"];
const LOOK_AGAIN = 1000; // milliseconds, while the plan is being solved
const NEAR = 9;

export function drawPlan(map, settingsId) {
  const settings = JSON.parse(byId(settingsId).textContent);
  setWords(settings.words, settings.language);
  const page = byId("map-page");
  const { address } = page.dataset;
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
  const notices = openNotices();
  const toast = openToast();
  const tabs = openTabs(() => byId("plan-rest"));
  const table = openTable({ onOpen: (code) => open(code, { near: true }), onStep: step, onFilter: showAll });
  const card = openCard({ address, onClose: close, onRefused: tell });
  const ask = openAsk({ map, address, tabs, onRefused: tell });

  let geometry = null;
  let picture = null;
  let labels = null;
  let rows = new Map();
  let drawn = false;

  let marked = null; // the townships of a shortage, while they are pointed out

  const shows = (row) => (marked ? marked.has(row.code) : table.shows(row.code));

  // What the table says of each township, with the name as the map writes it.
  function readRows() {
    const read = table.rows().map(({ dataset }) => {
      const place = geometry.places.get(dataset.code)?.properties;
      const county = geometry.counties.get(dataset.county);
      return [
        dataset.code,
        {
          code: dataset.code,
          name: dataset.name,
          label: place ? mapName(place.name, place.pinyin) : dataset.name,
          county: county ? fullName(county.name, county.pinyin) : dataset.county,
          status: dataset.change,
          before: dataset.before,
          planned: dataset.planned,
        },
      ];
    });
    return new Map(read);
  }

  function tooltip(code) {
    const row = rows.get(code);
    if (!row) return make("span", { text: say("status_outside") });
    const pair = { before: row.before || say("nobody"), after: row.planned || say("nobody") };
    return make(
      "span",
      {},
      make("strong", { text: row.name }),
      make("span", { text: `${row.county} · ${say(`status_${row.status}`)}` }),
      make("span", { text: row.status === "kept" ? row.planned : say("today_to_plan", pair) }),
    );
  }

  function showAll() {
    if (!picture) return;
    picture.colour([...rows.values()], shows);
    showChosen();
    if (!drawn && rows.size) container.dataset.drawn = "true";
    drawn = true;
  }

  function showChosen() {
    const code = card.code();
    picture?.choose(rows.has(code) ? code : null);
    table.mark(code);
    if (labels) labels.set(labelsOf(rows, geometry, { picture, shows, chosen: code }));
  }

  function open(code, { near = false } = {}) {
    if (!rows.has(code) && geometry) return;
    card.show(code, { focus: true });
    showChosen();
    if (near && picture?.has(code))
      map.setView(picture.anchor(code), Math.max(map.getZoom(), NEAR), { animate: drawn && !still() });
  }

  function close() {
    const code = card.code();
    card.hide();
    showChosen();
    if (code) table.focus(code);
  }

  function fit({ countyLines, townships } = picture) {
    const planned = new Set(table.rows().map((row) => row.dataset.county));
    const whole = L.latLngBounds([]);
    for (const layer of countyLines.getLayers())
      if (!planned.size || planned.has(layer.feature.properties.code)) whole.extend(layer.getBounds());
    if (!whole.isValid()) whole.extend(townships.getBounds());
    if (whole.isValid()) map.fitBounds(whole, { padding: [12, 12], animate: drawn && !still() });
  }

  async function load() {
    notices.loading(null);
    try {
      const shapes = await data.geometry();
      geometry = readGeometry(shapes);
      picture = drawTownships(map, shapes, { onOpen: clicked, tooltip, fit, statuses: OUTCOMES });
      labels = drawLabels(map, map.getRenderer(picture.countyLines));
      rows = readRows();
      showAll();
      if (page.dataset.township) open(page.dataset.township, { near: true });
      delete page.dataset.township;
      if (geometry.places.size) notices.clear();
      else notices.empty(settings.importAddress);
    } catch (error) {
      if (!(error instanceof LoadError)) throw error;
      notices.failed(error.status, load);
    }
  }

  function clicked(code) {
    if (!ask.took(picture.anchor(code))) open(code);
  }

  // The parts that change, put in the place of the old ones.
  function bring(elements) {
    table.remember();
    for (const part of elements.filter((each) => each instanceof Element)) byId(part.id)?.replaceWith(part);
    ask.clear();
    tabs.again();
    if (geometry) rows = readRows();
    table.again(byId("plan-rest"));
    marked = null;
    picture?.pick(new Set());
    if (!drawn) showAll();
    if (card.code()) card.show(card.code());
    watch();
  }

  // What takes longer than the rest of the page, brought once the rest is there.
  async function bringLater() {
    const part = document.querySelector("[data-later]");
    if (!part) return;
    try {
      const { elements } = await askFragment(part.dataset.later);
      const brought = elements.find((each) => each.id === part.id);
      if (!part.isConnected || !brought) return; // the page has changed meanwhile
      brought.hidden = part.hidden;
      part.replaceWith(brought);
      const count = byId(brought.getAttribute("aria-labelledby"))?.querySelector("[data-count]");
      if (count) count.textContent = brought.dataset.number;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      part.querySelector("[role=status]").textContent = error.message;
    }
  }

  let watching = 0;
  function watch() {
    clearTimeout(watching);
    bringLater();
    if (document.querySelector("[data-running]")) watching = setTimeout(look, LOOK_AGAIN);
  }

  async function look() {
    try {
      bring((await askFragment(address)).elements);
    } catch (error) {
      tell(error);
      watching = setTimeout(look, LOOK_AGAIN * 5);
    }
  }

  // A form of the page: sent once, answered by the parts as they are now, or by why not.
  let sending = false;
  async function send(action, form) {
    if (sending) return;
    sending = true;
    try {
      const { elements } = await askFragment(action, {
        method: "POST",
        body: form,
        headers: { "X-CSRFToken": page.dataset.csrf },
      });
      const solves = form.has("step");
      bring(elements);
      if (solves && !document.querySelector("[data-running]")) toast.tell(said());
      if (form.get("township")) table.focus(form.get("township"));
    } catch (error) {
      tell(error);
    } finally {
      sending = false;
    }
  }

  const said = () => `${say("solved_again")} ${document.querySelector(".plan-sentence")?.textContent ?? ""}`;

  // A step that was asked for by a key in the table.
  function step(name, { code, commissioner }) {
    const solve = byId("plan-solve")?.closest("form");
    if (!solve || (["pin", "forbid"].includes(name) && !commissioner)) return;
    const form = new FormData(solve);
    form.set("step", name);
    if (name !== "solve") {
      form.set("township", code);
      form.set("commissioner", commissioner);
    }
    send(solve.getAttribute("action"), form);
  }

  function tell(error) {
    if (!(error instanceof Refusal)) throw error;
    toast.fail(
      error.message,
      error.faults.filter((fault) => fault !== error.message),
    );
  }

  document.addEventListener("submit", (event) => {
    if (!event.target.matches("form[data-send]")) return;
    event.preventDefault();
    send(event.target.getAttribute("action"), new FormData(event.target));
  });
  document.addEventListener("click", (event) => {
    const mark = event.target.closest("[data-mark]");
    if (mark) highlight(mark);
    const opened = event.target.closest("[data-open]");
    if (opened) {
      event.preventDefault();
      open(opened.dataset.open, { near: true });
    }
    if (event.target.closest("[data-print]")) print();
    for (const menu of document.querySelectorAll(".plan-more[open]"))
      if (!menu.contains(event.target)) menu.open = false;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const menu = document.querySelector(".plan-more[open]");
    if (menu) {
      menu.open = false;
      menu.querySelector("summary").focus();
    } else if (card.code()) close();
  });

  // The townships of a shortage, until the button is pressed again: those left open are outlined.
  function highlight(button) {
    const on = button.getAttribute("aria-pressed") !== "true";
    for (const other of document.querySelectorAll("[data-mark]")) other.setAttribute("aria-pressed", "false");
    button.setAttribute("aria-pressed", String(on));
    marked = on ? new Set(button.dataset.mark.split(" ")) : null;
    picture?.pick(new Set(on ? button.dataset.loud.split(" ") : []));
    showAll();
    const codes = [...(marked ?? [])].filter((code) => picture?.has(code));
    if (!codes.length) return;
    const bounds = L.latLngBounds([]);
    for (const code of codes) bounds.extend(picture.boundsOf(code));
    map.fitBounds(bounds, { padding: [24, 24], maxZoom: NEAR, animate: !still() });
    toast.tell(say("highlighted", { count: codes.length }));
  }

  map.on("click", (event) => ask.took(event.latlng));
  byId("map-home").addEventListener("click", () => fit());
  new ResizeObserver(() => map.invalidateSize({ animate: false, debounceMoveend: true })).observe(container);
  addEventListener("online", () => drawn || load());

  table.filter();
  watch();
  counted(load).then(() => {
    const wanted = new URLSearchParams(location.search).get("township");
    if (wanted) open(wanted, { near: true });
  });
}
