// Rows with a tick each: how many are ticked, and all of them at once. Without a script each is ticked alone.
export function ticking() {
  for (const form of document.querySelectorAll("[data-tick-all]")) {
    const ticks = [...form.querySelectorAll("tbody input[type=checkbox]")];
    const all = form.querySelector("[data-tick-each]");
    const count = form.querySelector("[data-ticked-count]");
    const show = () => {
      const ticked = ticks.filter((each) => each.checked).length;
      all.checked = ticked === ticks.length;
      all.indeterminate = ticked > 0 && !all.checked;
      count.textContent = `${ticked} / ${ticks.length}`;
    };
    all.closest("label").hidden = false;
    all.addEventListener("change", () => {
      for (const each of ticks) each.checked = all.checked;
      show();
    });
    form.addEventListener("change", show);
    addEventListener("pageshow", show); // a browser may keep the ticks of a page that is opened again
    show();
  }
}
