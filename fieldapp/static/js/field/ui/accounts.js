// Whose turn it is to log in: visits are only sent as their own person, and whoever is logged in can log out.
import { say } from "../../map/words.js";
import { ApiError } from "../failures.js";
import { button, make, notice } from "./dom.js";

export const LOGIN = "/login?next=/field/";

// Why somebody could not be logged out, as a sentence.
export const whyStillIn = ({ kind }) =>
  say(kind === "offline" ? "log_out_offline" : kind === "busy" ? "leaving_busy" : "log_out_failed");

// Ends the login on the server, whoever's it is. Throws ApiError; one that is over already is no error.
export async function endLogin({ api, sync }) {
  await sync.inPeace(async () => {
    try {
      await api.whoIsLoggedIn();
      await api.logOut();
    } catch (error) {
      if (error.kind !== "session") throw error;
    }
  });
  await sync.nudge();
}

// -> whether nobody is logged in any more; where somebody is, it was said why.
async function logOut(app) {
  try {
    await endLogin(app);
    return true;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    app.announce(whyStillIn(error));
    return false;
  }
}

async function changeAccount(app) {
  if (await logOut(app)) location.assign(LOGIN);
}

// What is kept waits for a network, or for a login.
const ONCE_LOGGED_IN = {
  saved_here: "saved_here_login",
  answer_kept: "answer_kept_login",
  conflict_settled: "conflict_settled_login",
};

// -> the sentence of `key`, one of these, with what it waits for.
export const sayKept = (app, key) =>
  say(app.standing().signedOut || app.notForThem ? ONCE_LOGGED_IN[key] : key);

// -> [{name, pending}] of everybody whose visits wait here for another login than the present one.
export function waitingForLogin(app) {
  const others = [...app.others];
  const owner = app.user;
  if (owner && app.waiting.pending && app.someoneElse) {
    others.unshift({ user: owner.id, name: owner.name, pending: app.waiting.pending });
  }
  return others.map(({ name, pending }) => ({ name: name ?? say("another_person"), pending }));
}

// -> the notice, or null where the right person is logged in and nobody else's visits wait.
export function whoseTurn(app) {
  const waiting = waitingForLogin(app);
  const { account } = app.activity;
  if (!waiting.length && !app.notForThem) return null;
  const told = [];
  if (app.notForThem) told.push(say("not_for_you", { name: account?.name ?? say("another_person") }));
  else if (account) told.push(say("logged_in_as", { name: account.name }));
  told.push(...waiting.map(({ name, pending }) => say("waits_for_login", { name, count: pending })));
  if (app.notForThem && !waiting.length) told.push(say("not_for_you_kept"));
  const buttons = make(
    "div",
    { class: "buttons two" },
    button(say("change_account"), () => changeAccount(app), { class: "primary" }),
    button(say("log_out"), () => logOut(app)),
  );
  return notice("warn", ...told, ...(account ? [buttons] : []));
}
