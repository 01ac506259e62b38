// The frame of every screen: the state of sending in words, the three places, and what everybody must be told.
import { say } from "../../map/words.js";
import { button, link, make } from "./dom.js";
import { sayOverdue, saySync } from "./words-of-sync.js";

const PLACES = [
  ["#/", "place_townships"],
  ["#/record", "place_record"],
  ["#/visits", "place_visits"],
];

export function makeFrame(app) {
  const state = make("p", { class: "sync-state", role: "status" });
  const act = make("span", { class: "sync-act" });
  const notices = make("div", { class: "notices" });
  const main = make("main", { id: "main", tabindex: -1 });
  const spoken = make("p", { class: "toast", role: "status", hidden: true });
  const nav = make("nav", { class: "places", "aria-label": say("places") });
  const skip = make("a", { class: "skip-link", href: "#main", text: say("skip") });
  skip.addEventListener("click", (event) => {
    event.preventDefault();
    main.focus();
  });
  for (const [href, key] of PLACES) nav.append(link(say(key), href));
  const bar = make("header", { class: "bar" }, state, act);
  document.body.replaceChildren(skip, bar, notices, main, spoken, nav);
  let hush = null;

  return {
    main,
    notices,
    showPlace(hash) {
      for (const each of nav.children) {
        const href = each.getAttribute("href");
        const here = href === "#/" ? hash === "#/" : hash.startsWith(href);
        if (here) each.setAttribute("aria-current", "page");
        else each.removeAttribute("aria-current");
      }
    },
    showSync() {
      const line = saySync(app.standing());
      if (state.textContent !== line.text) state.textContent = line.text;
      bar.dataset.kind = line.kind;
      const nothing = app.closed || app.standing().activity.running;
      const wish = line.login ? "login" : nothing ? "none" : "send";
      if (act.dataset.shown === wish) return;
      act.dataset.shown = wish;
      if (wish === "login")
        act.replaceChildren(link(say("log_in"), "/login?next=/field/", { class: "button" }));
      else if (wish === "send") act.replaceChildren(button(say("send_now"), () => app.sendNow()));
      else act.replaceChildren();
    },
    overdue: () => sayOverdue(app),
    // Said once, aloud too, and gone after a while.
    announce(text) {
      clearTimeout(hush);
      spoken.hidden = false;
      spoken.textContent = text;
      hush = setTimeout(() => {
        spoken.hidden = true;
        spoken.textContent = "";
      }, 6000);
    },
  };
}
