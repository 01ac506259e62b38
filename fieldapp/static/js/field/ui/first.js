// The screens before anything is there: nobody has logged in on this phone yet, or the browser keeps nothing.
import { say } from "../../map/words.js";
import { link, make, para } from "./dom.js";

export function firstScreen(app) {
  const text = para("");
  const act = make("div", { class: "buttons" });
  const element = make(
    "section",
    { class: "first" },
    make("h1", { tabindex: -1, text: say("first_title") }),
    text,
    act,
  );
  const help = make("p", {}, link(say("install"), "#/phone"));
  element.append(help);
  function update() {
    const { activity, signedOut } = app.standing();
    if (signedOut) {
      text.textContent = say("first_login");
      act.replaceChildren(link(say("log_in"), "/login?next=/field/", { class: "button primary" }));
      return;
    }
    act.replaceChildren();
    // Who is logged in, and the way out, stands above.
    if (app.notForThem) text.textContent = say("first_login");
    else if (activity.outcome && activity.outcome !== "done") text.textContent = say("first_offline");
    else text.textContent = say("first_loading");
  }
  update();
  return { element, update };
}

export const closedScreen = () => ({
  element: make(
    "section",
    { class: "first" },
    make("h1", { tabindex: -1, text: say("closed_title") }),
    para(say("storage_closed_more")),
    make("div", { class: "buttons" }, link(say("storage_help"), "#/phone", { class: "button primary" })),
  ),
});
