// A box drawn on the map: whatever township has its seat in it is chosen.
import { byId, make } from "../map/dom.js";

export function openBox(map, { onBox }) {
  const button = byId("assign-box");
  const container = map.getContainer();
  const frame = make("div", { class: "assign-box", hidden: true });
  container.append(frame);
  let from = null;

  const at = (event) => map.mouseEventToContainerPoint(event);

  function arm(on) {
    button.setAttribute("aria-pressed", String(on));
    container.classList.toggle("is-boxing", on);
    if (on) map.dragging.disable();
    else map.dragging.enable();
  }

  button.addEventListener("click", () => arm(button.getAttribute("aria-pressed") !== "true"));
  container.addEventListener(
    "pointerdown",
    (event) => {
      if (!container.classList.contains("is-boxing") || event.button !== 0) return;
      event.preventDefault();
      event.stopPropagation();
      from = at(event);
      container.setPointerCapture(event.pointerId);
    },
    true,
  );
  container.addEventListener("pointermove", (event) => {
    if (!from) return;
    const box = L.bounds(from, at(event));
    const size = box.getSize();
    frame.hidden = false;
    frame.style.left = `${box.min.x}px`;
    frame.style.top = `${box.min.y}px`;
    frame.style.width = `${size.x}px`;
    frame.style.height = `${size.y}px`;
  });
  container.addEventListener("pointerup", (event) => {
    if (!from) return;
    const to = at(event);
    const corners = [map.containerPointToLatLng(from), map.containerPointToLatLng(to)];
    from = null;
    frame.hidden = true;
    arm(false);
    onBox(L.latLngBounds(corners));
  });
  return { disarm: () => arm(false) };
}
