// What must be told on every screen, as long as it holds.
import { say } from "../../map/words.js";
import { whoseTurn } from "./accounts.js";
import { clockQuestion, clockWrong, isAsked } from "./clock.js";
import { button, link, notice } from "./dom.js";
import { surroundings } from "./storage.js";

export function showNotices(app) {
  const notices = [];
  if (app.outdated) {
    notices.push(
      notice(
        "warn",
        say("outdated"),
        button(say("reload"), () => location.reload()),
      ),
    );
  } else if (app.closed) {
    notices.push(notice("bad", say("storage_closed"), link(say("storage_help"), "#/phone")));
  }
  if (!globalThis.isSecureContext) notices.push(notice("bad", say("insecure")));
  if (app.activate) {
    notices.push(
      notice(
        "plain",
        say("version_ready"),
        button(say("version_use"), () => app.activate()),
      ),
    );
  }
  // A visit that is written asks by itself, before it is dated.
  const question = isAsked(app) || location.hash.startsWith("#/record") ? null : clockQuestion(app);
  notices.push(...[question, clockWrong(app)].filter(Boolean));
  const turn = whoseTurn(app);
  if (turn) notices.push(turn);
  // Refused as a whole: the server says why, such as an account that is not complete yet.
  if (app.activity.outcome === "refused" && !app.notForThem) {
    notices.push(notice("warn", app.activity.message, link(say("account_page"), "/me")));
  }
  const overdue = app.frame.overdue() ?? app.desk?.reminder ?? null;
  if (overdue) {
    // Only what still waits here can be saved to a file; a reminder may be of something else.
    const file = app.waiting.pending ? [link(say("hand_over_link"), "#/phone")] : [];
    notices.push(notice("warn", overdue, ...file));
  }
  if (surroundings().wechat && location.hash !== "#/phone") {
    notices.push(notice("warn", say("wechat_short"), link(say("wechat_how"), "#/phone")));
  }
  const key = notices.map((each) => each.textContent).join("\n");
  const place = app.frame.notices;
  if (place.dataset.shown === key) return;
  place.dataset.shown = key;
  place.replaceChildren(...notices);
}
