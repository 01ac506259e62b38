// A text that is longer than its place has a button under it that shows all of it, and less again.
export function clamp() {
  for (const place of document.querySelectorAll("[data-clamp]")) {
    const way = place.nextElementSibling;
    const isCut = place.scrollHeight > place.clientHeight + 1;
    place.classList.toggle("clamp-cut", isCut);
    way.hidden = !isCut;
    const more = way.textContent;
    way.addEventListener("click", () => {
      const isOpen = place.classList.toggle("clamp-open");
      way.setAttribute("aria-expanded", isOpen);
      way.textContent = isOpen ? way.dataset.less : more;
      if (!isOpen) way.scrollIntoView({ block: "nearest" });
    });
  }
}
