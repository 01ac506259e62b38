// The slip: printed by a button, its link copied, handed to another app, or marked as a whole when it is chosen.
import { copyText } from "../site/copying.js";

export function slip() {
  for (const button of document.querySelectorAll("[data-print]")) {
    button.addEventListener("click", () => print());
  }
  for (const entry of document.querySelectorAll("[data-select]")) {
    entry.addEventListener("focus", () => entry.select());
  }
  for (const ways of document.querySelectorAll("[data-link]")) passOn(ways);
}

function passOn(ways) {
  const { link, title, copied, failed } = ways.dataset;
  const said = ways.querySelector("[role=status]");
  ways.querySelector("[data-copy-link]").addEventListener("click", async () => {
    said.textContent = (await copyText(link)) ? copied : failed;
  });
  const share = ways.querySelector("[data-share-link]");
  share.hidden = !navigator.share;
  share.addEventListener("click", async () => {
    try {
      await navigator.share({ title, url: link });
    } catch (error) {
      if (error.name !== "AbortError") said.textContent = failed; // somebody thought better of it
    }
  });
}
