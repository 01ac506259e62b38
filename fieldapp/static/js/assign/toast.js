// What was done, with undo for ten seconds; and the dialog that says what somebody else did.
import { byId, make } from "../map/dom.js";
import { say } from "../map/words.js";

const SECONDS = 10;

export function openToast() {
  const box = byId("assign-toast");
  let timer = null;

  function hide() {
    clearInterval(timer);
    box.hidden = true;
    box.replaceChildren();
  }

  const closing = () =>
    make("button", { type: "button", class: "map-button is-quiet", text: say("close"), onclick: hide });

  return {
    hide,
    fail(words, faults = []) {
      hide();
      box.className = "assign-toast is-bad";
      box.replaceChildren(
        make(
          "div",
          {},
          make("p", { text: words }),
          faults.length ? make("ul", {}, ...faults.map((text) => make("li", { text }))) : null,
        ),
        closing(),
      );
      box.hidden = false;
    },
    tell(words) {
      hide();
      box.className = "assign-toast";
      box.replaceChildren(make("p", { text: words }), closing());
      box.hidden = false;
      timer = setInterval(hide, SECONDS * 1000);
    },
    done(words, onUndo) {
      hide();
      let left = SECONDS;
      const undo = onUndo
        ? make("button", {
            type: "button",
            class: "map-button is-undo",
            text: say("undo_left", { seconds: left }),
            "aria-label": say("undo"),
            onclick: () => {
              hide();
              onUndo();
            },
          })
        : null;
      box.className = "assign-toast is-good";
      box.replaceChildren(make("p", { text: words }), undo ?? "", closing());
      box.hidden = false;
      timer = setInterval(() => {
        left -= 1;
        if (left <= 0) hide();
        else if (undo) undo.textContent = say("undo_left", { seconds: left });
      }, 1000);
    },
  };
}

export function openConflict({ onLook }) {
  const dialog = byId("assign-conflict");
  byId("assign-conflict-back").addEventListener("click", () => dialog.close());
  byId("assign-conflict-look").addEventListener("click", () => {
    dialog.close();
    onLook();
  });
  return (words) => {
    byId("assign-conflict-text").textContent = words;
    dialog.showModal();
  };
}
