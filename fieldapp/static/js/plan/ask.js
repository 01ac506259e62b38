// What if one more came: the form, a place chosen on the map, and the answer.
import { askFragment } from "../assign/asking.js";
import { byId } from "../map/dom.js";
import { say } from "../map/words.js";

export function openAsk({ map, address, tabs, onRefused }) {
  const form = () => document.querySelector("[data-ask]");
  const container = map.getContainer();
  let marker = null;
  let picking = false;

  function pick(on) {
    picking = on;
    container.classList.toggle("is-boxing", on);
    form()?.querySelector("[data-pick-place]").setAttribute("aria-pressed", String(on));
    if (on) form().querySelector("[data-place]").textContent = say("pick_place");
  }

  function place(at) {
    marker?.remove();
    marker = null;
    const { lon, lat } = form().elements;
    lon.value = at ? at.lng.toFixed(5) : "";
    lat.value = at ? at.lat.toFixed(5) : "";
    form().querySelector("[data-place]").textContent = at
      ? say("place_chosen", { lat: at.lat.toFixed(3), lon: at.lng.toFixed(3) })
      : "";
    if (at)
      marker = L.circleMarker(at, { radius: 8, className: "plan-place", interactive: false }).addTo(map);
  }

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-pick-place]")) pick(!picking);
    const asked = event.target.closest("[data-what-if]");
    if (asked) {
      tabs.show("plan-what-if");
      place(null);
      const { specialty, near } = form().elements;
      specialty.value = asked.dataset.specialty;
      near.value = asked.dataset.near;
      form().requestSubmit();
    }
  });
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-ask] [name=near]")) place(null);
  });
  document.addEventListener("submit", async (event) => {
    if (!event.target.matches("[data-ask]")) return;
    event.preventDefault();
    pick(false);
    try {
      const query = new URLSearchParams(new FormData(event.target));
      const { elements } = await askFragment(`${address}/what-if?${query}`);
      byId("plan-answer").replaceChildren(...elements);
    } catch (error) {
      onRefused(error);
    }
  });

  return {
    // Whether a click on the map chose a place.
    took(at) {
      if (!picking || !form()) return false;
      place(at);
      form().elements.near.value = "";
      pick(false);
      return true;
    },
    clear() {
      marker?.remove();
      marker = null;
      picking = false;
      container.classList.remove("is-boxing");
    },
  };
}
