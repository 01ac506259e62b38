// The states that are not the map itself: loading, error, offline, empty.
import { byId, make } from "./dom.js";
import { say, sayDay } from "./words.js";

const LOADING_AFTER = 300; // milliseconds; a quick answer flashes nothing

export function openNotices() {
  const box = byId("map-notice");
  let waiting = null;

  function clear() {
    clearTimeout(waiting);
    box.hidden = true;
    box.replaceChildren();
  }

  function put(kind, title, text, action) {
    clear();
    box.className = `map-notice is-${kind}`;
    box.replaceChildren(make("strong", { text: title }), text ? make("p", { text }) : "", action ?? "");
    box.hidden = false;
  }

  const button = (words, onclick) =>
    make("button", { type: "button", class: "map-button is-primary", text: words, onclick });

  return {
    clear,
    loading(day) {
      clear();
      waiting = setTimeout(
        () => put("loading", day ? say("loading_day", { day: sayDay(day) }) : say("loading")),
        LOADING_AFTER,
      );
    },
    // `day`: the one that is still shown, if any is.
    failed(status, retry, day) {
      const offline = status === 0;
      const text = offline ? say("offline_text") : say("error_text", { status });
      put(
        offline ? "offline" : "error",
        say(offline ? "offline_title" : "error_title"),
        [day && say("still_shown", { day: sayDay(day) }), text].filter(Boolean).join(" "),
        button(say("retry"), retry),
      );
    },
    empty(importAddress) {
      const link = importAddress
        ? make("a", { class: "map-button is-primary", href: importAddress, text: say("empty_link") })
        : null;
      put("empty", say("empty_title"), say("empty_text"), link);
    },
    emptyDay(day, toToday) {
      put(
        "empty",
        say("empty_day_title"),
        say("empty_day_text", { day: sayDay(day) }),
        toToday && button(say("to_today"), toToday),
      );
    },
    tell(text) {
      put("told", text, "", button(say("close"), clear));
    },
  };
}
