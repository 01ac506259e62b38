// Before a phone goes to somebody else: what was sent is removed from it, with or without logging out.
import { say } from "../../map/words.js";
import { ApiError } from "../failures.js";
import { removeSent, whatWouldGo } from "../removing.js";
import { endLogin, whyStillIn } from "./accounts.js";
import { button, link, make, notice, para } from "./dom.js";
import { sayState } from "./state.js";
import { sayPeriod, townshipName } from "./telling.js";
import { sayMoment } from "./times.js";

// `purpose` is remove, log_out, or left: logged out on a page of the site a moment ago.
export function leavingScreen(app, purpose) {
  const told = make("div", { class: "leaving" });
  const problem = make("div", { role: "alert" });
  const act = make("div", { class: "buttons actions" });
  const element = make(
    "section",
    {},
    make("h1", { tabindex: -1, text: say(`leaving_${purpose}`) }),
    told,
    problem,
    act,
  );
  let busy = false;

  async function update() {
    if (busy) return;
    const found = await whatWouldGo({ store: app.store, user: app.user.id });
    if (purpose === "left" && !found.sent.length && !found.staying.length && !found.drafts.length) {
      location.replace("/login?next=/field/");
      return;
    }
    const left = [...found.staying.map(visitLine), ...found.drafts.map(draftLine)];
    told.replaceChildren(
      para(say(found.sent.length ? "leaving_sent" : "leaving_nothing_sent", { count: found.sent.length })),
      left.length ? notice("warn", say("leaving_stays"), make("ul", {}, ...left)) : "",
    );
    act.replaceChildren(...choices(found.sent.length));
  }

  const visitLine = (row) =>
    make(
      "li",
      {},
      link(townshipName(app, row.body.township_code), `#/visits/${row.id}`),
      make("br"),
      [sayPeriod(row.body), sayState(app, row).text].join(say("semicolon")),
    );

  const draftLine = (draft) =>
    make("li", {}, link(say("draft_of", { time: sayMoment(draft.saved_at) }), "#/record"));

  function choices(sent) {
    const without = { class: "bad" };
    if (purpose === "remove") {
      return [
        sent ? button(say("remove_yes"), () => leave({ removing: true }), without) : "",
        link(say("back_phone"), "#/phone", { class: "button" }),
      ];
    }
    if (purpose === "left") {
      return [
        sent ? button(say("remove_yes"), () => leave({ removing: true }), without) : "",
        link(say("log_in"), "/login?next=/field/", { class: "button" }),
      ];
    }
    return [
      sent ? button(say("log_out_remove"), () => leave({ out: true, removing: true }), without) : "",
      button(say(sent ? "log_out_keep" : "log_out"), () => leave({ out: true })),
      link(say("log_out_not"), "#/phone", { class: "button" }),
    ];
  }

  async function leave({ out = false, removing = false }) {
    if (busy) return;
    busy = true;
    for (const each of act.querySelectorAll("button")) each.disabled = true;
    problem.replaceChildren();
    try {
      if (out) await endLogin(app);
      if (removing) await remove();
      app.go(out || purpose === "left" ? "#/" : "#/phone");
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      problem.replaceChildren(notice("bad", whyStillIn(error)));
    } finally {
      busy = false;
      for (const each of act.querySelectorAll("button")) each.disabled = false;
    }
  }

  async function remove() {
    const leaving = purpose !== "remove";
    const { store, sync, user } = app;
    const { removed } = await sync.inPeace(() => removeSent({ store, user: user.id, leaving }));
    await app.reload();
    app.announce(say("removed", { count: removed }));
  }

  return { element, shown: update, update };
}
