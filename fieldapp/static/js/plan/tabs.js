// The parts of a plan as tabs: arrow keys move, and what was open stays open when the parts are brought anew.
export function openTabs(rest) {
  const tabs = () => [...rest().querySelectorAll("[role=tab]")];
  const partOf = (tab) => document.getElementById(tab.getAttribute("aria-controls"));
  let chosen = location.hash.slice(1);

  function show(part, { focus = false } = {}) {
    const all = tabs();
    if (!all.length) return;
    const open = all.find((tab) => tab.getAttribute("aria-controls") === part) ?? all[0];
    chosen = open.getAttribute("aria-controls");
    for (const tab of all) {
      const isOpen = tab === open;
      tab.setAttribute("aria-selected", String(isOpen));
      tab.tabIndex = isOpen ? 0 : -1;
      partOf(tab).hidden = !isOpen;
    }
    // Only the bar of tabs scrolls, never the page.
    const bar = open.parentElement;
    if (
      open.offsetLeft < bar.scrollLeft ||
      open.offsetLeft + open.offsetWidth > bar.scrollLeft + bar.clientWidth
    )
      bar.scrollLeft = open.offsetLeft - 16;
    if (focus) open.focus();
  }

  document.addEventListener("click", (event) => {
    const tab = event.target.closest("[role=tab]");
    const link = event.target.closest("[data-tab]");
    if (tab) show(tab.getAttribute("aria-controls"));
    if (link) {
      event.preventDefault();
      show(link.dataset.tab, { focus: true });
    }
  });
  document.addEventListener("keydown", (event) => {
    if (!event.target.matches("[role=tab]")) return;
    const all = tabs();
    const at = all.indexOf(event.target);
    const to = {
      ArrowRight: at + 1,
      ArrowLeft: at - 1,
      Home: 0,
      End: all.length - 1,
    }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    show(all.at(to % all.length).getAttribute("aria-controls"), { focus: true });
  });
  show(chosen);
  return { show, again: () => show(chosen) };
}
