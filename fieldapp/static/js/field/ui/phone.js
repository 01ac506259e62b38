// This phone: what it keeps and whether it will, installing, handing over, language and look.
import { say } from "../../map/words.js";
import { exportFile, FileRefused, importFile } from "../handover.js";
import { fetchAgain, removedBefore } from "../removing.js";
import { button, choice, facts, link, make, newName, notice, para } from "./dom.js";
import { chooseLanguage, chooseTheme, currentLanguage, currentTheme, LANGUAGES } from "./language.js";
import { askToPersist, storageState, surroundings } from "./storage.js";
import { sayBytes, sayRemoved } from "./telling.js";
import { sayMoment } from "./times.js";

export function phoneScreen(app) {
  const keeping = make("section", { "aria-live": "polite" });
  const element = make(
    "section",
    { class: "phone" },
    make("h1", { tabindex: -1, text: say("this_phone") }),
    installing(app),
    keeping,
    app.user && !app.closed ? handingOver(app) : null,
    app.user && !app.closed ? sharing(app) : null,
    looks(),
    account(app),
    link(say("back_home"), "#/"),
  );
  let counted = null;
  async function showKeeping() {
    counted = countsOf(app);
    keeping.replaceChildren(make("h2", { text: say("keeping") }), ...(await kept(app, showKeeping)));
  }
  const update = () => (counted === countsOf(app) ? null : showKeeping());
  return { element, shown: showKeeping, update };
}

// What changes while the screen is open.
const countsOf = ({ rows, waiting, seen, persistent, kept: there }) =>
  JSON.stringify([rows.length, waiting.pending, seen && sayMoment(seen), persistent, there]);

function installing(app) {
  const { installed, wechat, ios, android } = surroundings();
  const part = make("section", {}, make("h2", { text: say("install") }));
  if (wechat) {
    part.append(notice("warn", say("wechat_long")), steps(ios ? "install_wechat_ios" : "install_wechat", 3));
    part.append(para(location.origin + location.pathname, { class: "address" }));
  } else if (installed) part.append(para(say("installed")));
  else {
    part.append(para(say("install_why")));
    if (app.install) {
      part.append(
        make("div", { class: "buttons" }, button(say("install_now"), app.install, { class: "primary" })),
      );
    }
    if (ios) part.append(steps("install_ios", 3));
    else if (android) part.append(steps("install_android", 3));
    else part.append(para(say("install_desktop"), {}));
  }
  return part;
}

const steps = (key, count) =>
  make(
    "ol",
    {},
    ...Array.from({ length: count }, (_, index) => make("li", { text: say(`${key}_${index + 1}`) })),
  );

async function kept(app, again) {
  if (app.closed) return [notice("bad", say("storage_closed_more"))];
  const { persistent, used, quota } = await storageState();
  const ask = async () => {
    app.persistent = await askToPersist();
    await again();
    app.announce(say(app.persistent ? "persist_yes" : "persist_no"));
  };
  const promise = persistent === null ? "persist_unknown" : persistent ? "persist_yes" : "persist_no";
  return [
    notice(persistent ? "good" : "warn", say(promise)),
    ...(app.kept === false ? [notice("warn", say("app_not_kept"))] : []),
    ...(persistent === false ? [make("div", { class: "buttons" }, button(say("persist_ask"), ask))] : []),
    facts([
      [say("kept_visits"), String(app.rows.length)],
      [say("kept_waiting"), String(app.waiting.pending)],
      [
        say("kept_room"),
        used !== null && quota !== null
          ? say("room", { used: sayBytes(used), quota: sayBytes(quota) })
          : null,
      ],
      [say("last_sync"), app.seen ? sayMoment(app.seen) : say("never")],
    ]),
  ];
}

function handingOver(app) {
  const told = make("p", { role: "status", class: "hint" });
  const save = async () => {
    const file = await exportFile({ store: app.store, user: app.user.id });
    if (!file.visits) {
      told.textContent = say("hand_nothing");
      return;
    }
    const anchor = make("a", { href: URL.createObjectURL(file.blob), download: file.name });
    anchor.click();
    setTimeout(() => URL.revokeObjectURL(anchor.href), 60_000);
    told.textContent = say("hand_saved", { count: file.visits, name: file.name });
  };
  const input = make("input", {
    id: newName("file"),
    type: "file",
    accept: ".json,application/json",
    class: "visually-hidden",
  });
  input.addEventListener("change", async () => {
    const [file] = input.files;
    if (!file) return;
    try {
      const { added, same, clashing } = await importFile({ store: app.store, user: app.user.id }, file);
      told.textContent = say("hand_opened", { added, same, clashing: clashing.length });
      await app.changed();
    } catch (error) {
      if (!(error instanceof FileRefused)) throw error;
      told.textContent = say(`hand_${error.reason}`, { name: file.name });
    } finally {
      input.value = "";
    }
  });
  return make(
    "section",
    {},
    make("h2", { text: say("hand_over") }),
    para(say("hand_why")),
    make(
      "div",
      { class: "buttons two" },
      button(say("hand_save"), save),
      input,
      make("label", { for: input.id, class: "button", text: say("hand_open") }),
    ),
    told,
  );
}

// What was sent can be removed, and fetched again.
function sharing(app) {
  const told = make("div", { class: "sharing-told" });
  const here = () => ({ store: app.store, user: app.user.id });
  async function show() {
    const before = await removedBefore(here());
    told.replaceChildren();
    if (!before) return;
    const again = async () => {
      await fetchAgain(here());
      await show();
      await app.changed();
    };
    told.append(
      para(sayRemoved(before)),
      make("div", { class: "buttons" }, button(say("fetch_again"), again, { class: "quiet" })),
    );
  }
  show();
  return make(
    "section",
    {},
    make("h2", { text: say("sharing") }),
    para(say("sharing_why")),
    make(
      "div",
      { class: "buttons two" },
      link(say("remove_sent"), "#/remove", { class: "button" }),
      link(say("log_out"), "#/logout", { class: "button" }),
    ),
    told,
  );
}

function looks() {
  return make(
    "section",
    {},
    make("h2", { text: say("looks") }),
    choice({
      label: say("language"),
      options: Object.entries(LANGUAGES),
      value: currentLanguage(),
      onchange: chooseLanguage,
    }),
    choice({
      label: say("theme"),
      options: ["auto", "light", "dark"].map((key) => [key, say(`theme_${key}`)]),
      value: currentTheme(),
      onchange: chooseTheme,
    }),
  );
}

function account(app) {
  const name = app.desk?.commissioner?.name ?? app.user?.name;
  return make(
    "section",
    {},
    make("h2", { text: say("account") }),
    para(name ? say("account_of", { name }) : say("account_none")),
    make(
      "p",
      {},
      link(say(app.user ? "account_page" : "log_in"), app.user ? "/me" : "/login?next=/field/"),
      " · ",
      link(say("to_site"), "/"),
    ),
    para(say("version", { version: app.version }), { class: "hint" }),
  );
}
