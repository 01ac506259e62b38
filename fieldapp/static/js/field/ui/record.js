// The form of a visit: a new one, or one that is changed. Every keystroke is kept on the phone.
import { say } from "../../map/words.js";
import { newId } from "../outbox.js";
import { StorageFull } from "../store.js";
import { plainText } from "../text.js";
import { now } from "../time.js";
import { faultsOf, LONGEST_CONTENT } from "./check.js";
import { clockQuestion } from "./clock.js";
import { button, choice, field, make, newName, notice, para, stepper } from "./dom.js";
import { photoField } from "./photo-field.js";
import { servedOn, townshipAt } from "./places.js";
import { positionField } from "./position-field.js";
import { resultsField } from "./results-field.js";
import { dayOf, isoOf, sayMoment, startOfMinute } from "./times.js";
import { endOfDraft, periodOf, timesField } from "./times-field.js";

const FRESH_MS = 10 * 60_000;
const BLANK = {
  mode: "on_site",
  content: "",
  service_days: 0.5,
  results: {},
  fix: null,
  no_fix_reason: null,
  photos: [],
};

// -> the form for #/record or #/visits/ID/edit. `existing` is the visit's row where one is changed.
export async function recordScreen(app, { existing = null } = {}) {
  const drafts = await app.outbox.drafts();
  const fresh = [];
  for (const each of drafts) if (!(await app.store.visits.get(each.id))) fresh.push(each);
  const draft = existing ? await app.outbox.findDraft(existing.id) : (fresh[0] ?? null);
  const id = existing?.id ?? draft?.id ?? newId();
  const values = { ...BLANK, ...firstValues(app, existing), ...draft?.values };
  values.photos = [...(values.photos ?? [])];
  values.results = { ...values.results };
  if (draft && !existing) values.ended_at ??= endOfDraft(draft);
  return form(app, { id, values, existing, draft });
}

function firstValues(app, existing) {
  if (existing) return structuredClone(existing.body);
  const today = dayOf(now());
  const serving = app.townships.filter((township) => servedOn(township, today));
  const last = serving.find((township) => township.code === app.lastTownship);
  return {
    township_code: (last ?? serving[0] ?? app.townships[0])?.code ?? "",
    started_at: isoOf(startOfMinute(now())),
    ended_at: null, // when it is saved, unless somebody says when
  };
}

function form(app, { id, values, existing, draft }) {
  let saving = false;
  let waiting = false; // for a photo
  let begun = Boolean(draft);
  let keeping = false;
  let unkept = false;
  const top = make("div", { class: "form-top" });
  const place = townshipField();
  const position = positionField({ values, changed, township, located });
  const photos = photoField({ app, id, values, changed });
  const content = contentField();
  const times = timesField({ values, existing, set });
  const days = field(
    say("service_days"),
    "days",
    stepper({
      label: say("service_days_label"),
      value: values.service_days,
      step: 0.5,
      decimals: 1,
      most: 31,
      onchange: (number) => set("service_days", number),
    }),
  );
  const mode = field(
    say("mode"),
    "mode",
    choice({
      label: say("mode"),
      options: ["on_site", "remote"].map((key) => [key, say(`mode_${key}`)]),
      value: values.mode,
      onchange: (key) => set("mode", key),
    }),
  );
  const results = resultsField({ values, changed });
  const problem = make("div", { class: "save-problem", role: "alert" });
  const save = button(say(existing ? "save_change" : "save"), () => trySave(), { class: "primary save" });
  const fields = { township: place, position, photos, content, times, days };

  const element = make(
    "form",
    { class: "record", novalidate: true, autocomplete: "off" },
    top,
    place.group,
    position.group,
    photos.group,
    content.group,
    days.group,
    results.group,
    mode.group,
    times.group,
    make("div", { class: "save-bar" }, problem, times.length, save),
  );
  element.addEventListener("submit", (event) => {
    event.preventDefault();
    trySave();
  });

  async function keepDraft() {
    keeping = true;
    try {
      while (unkept && !saving) {
        unkept = false;
        await app.outbox.saveDraft(id, values);
      }
    } finally {
      keeping = false;
    }
  }

  function set(name, value) {
    values[name] = value;
    if (name === "mode") times.show();
    changed();
  }

  // Kept at once; while one draft is on its way to the storage, only the latest after it counts. What the phone
  // finds out by itself makes no draft of a form in which nothing was entered.
  function changed({ quiet = false } = {}) {
    if (saving || (quiet && !begun)) return;
    begun = true;
    unkept = true;
    if (!keeping) app.keep(keepDraft());
    for (const each of Object.values(fields)) if (!each.fault.hidden) return judge();
  }

  function township() {
    return app.townships.find((each) => each.code === values.township_code);
  }

  function located(fix) {
    if (values.township_chosen || existing) return;
    const found = townshipAt(app.townships, fix);
    if (found) values.township_code = found.code;
    place.show(found ? "township_by_position" : null);
  }

  function townshipField() {
    const select = make("select", { id: newName("township"), "aria-label": say("township") });
    const known = app.townships.map((each) =>
      make("option", {
        value: each.code,
        text: say("township_of", { township: each.name, county: each.county }),
      }),
    );
    if (!township()) select.append(make("option", { value: "", text: say("township_choose") }));
    select.append(...known);
    select.addEventListener("change", () => {
      values.township_chosen = true;
      set("township_code", select.value);
      show(null);
      position.show();
    });
    const hint = para("", { class: "hint", hidden: true });
    const parts = field(say("township"), "township", select, hint);
    function show(key) {
      select.value = values.township_code;
      hint.hidden = !key;
      hint.textContent = key ? say(key) : "";
    }
    show(!existing && !draft && app.lastTownship === values.township_code ? "township_last" : null);
    return { ...parts, show };
  }

  function contentField() {
    const area = make("textarea", {
      id: newName("content"),
      rows: 4,
      maxlength: LONGEST_CONTENT,
      "aria-label": say("content"),
      placeholder: say("content_example"),
    });
    area.value = values.content;
    area.addEventListener("input", () => set("content", area.value));
    return {
      ...field(say("content"), "content", area, para(say("content_dictate"), { class: "hint" })),
      area,
    };
  }

  // What the form says now, with the end that nobody has chosen.
  function complete() {
    return {
      ...values,
      ...periodOf(values),
      content: plainText(values.content),
      no_fix_reason: values.fix ? null : plainText(values.no_fix_reason) || null,
    };
  }

  function judge() {
    const faults = faultsOf(complete(), app.townships);
    for (const [name, each] of Object.entries(fields)) {
      if (name === "photos") continue;
      each.fault.textContent = faults[name] ?? "";
      each.fault.hidden = !faults[name];
      const input = each.group.querySelector("select, textarea, input");
      if (faults[name]) input?.setAttribute("aria-describedby", each.fault.id);
      input?.toggleAttribute("aria-invalid", Boolean(faults[name]));
    }
    return Object.keys(fields).filter((name) => faults[name]);
  }

  async function trySave() {
    if (saving || waiting) return;
    problem.replaceChildren();
    if (photos.busy) {
      waiting = true;
      problem.append(para(say("photo_busy")));
      await photos.settled();
      waiting = false;
      problem.replaceChildren();
    }
    if (values.mode === "on_site" && position.waiting) {
      problem.append(
        para(say("save_waiting")),
        make(
          "div",
          { class: "buttons two" },
          button(say("save_wait"), () => problem.replaceChildren()),
          button(say("save_without"), () => {
            position.leaveOut();
            set("no_fix_reason", say("reason_hurry"));
            trySave();
          }),
        ),
      );
      return;
    }
    const question = clockQuestion(app, trySave);
    if (question) {
      problem.append(question);
      return;
    }
    const wrong = judge();
    if (wrong.length) {
      problem.append(para(say("save_faults", { count: wrong.length })));
      const first = fields[wrong[0]].group;
      first.scrollIntoView({ block: "center" });
      first.querySelector("select, textarea, input:not([type=file])")?.focus({ preventScroll: true });
      return;
    }
    saving = true;
    save.disabled = true;
    try {
      await app.saved(id, complete(), Boolean(existing));
    } catch (error) {
      saving = false;
      save.disabled = false;
      if (!(error instanceof StorageFull)) throw error;
      problem.append(para(say("storage_full")));
    }
  }

  async function discard() {
    saving = true; // nothing of it is kept any more
    await app.outbox.discardDraft(id);
    app.go(existing ? `#/visits/${id}` : "#/");
    app.announce(say("draft_discarded"));
  }

  async function copyLast() {
    const last = await app.outbox.copyOfLastVisit();
    if (!last) return;
    Object.assign(values, last, { township_code: values.township_code || last.township_code });
    await app.outbox.saveDraft(id, values);
    app.announce(say("copied_last"));
    app.reopen();
  }

  top.append(make("h1", { tabindex: -1, text: say(existing ? "change_visit" : "new_visit") }));
  if (draft) {
    top.append(
      notice(
        "plain",
        say("draft_restored", { time: sayMoment(draft.saved_at) }),
        button(say("draft_discard"), discard, { class: "quiet" }),
      ),
    );
  } else if (!existing && app.rows.length) {
    top.append(make("div", { class: "buttons" }, button(say("copy_last"), copyLast, { class: "quiet" })));
  }

  return {
    element,
    async shown() {
      await photos.show();
      results.show();
      position.show();
      times.start();
      // A position that was taken in the field is not replaced by that of the desk where the log is finished.
      const taken = values.fix && now() - Date.parse(values.fix.captured_at) > FRESH_MS;
      if (!existing && !values.no_fix_reason && !taken) position.start();
    },
    leave() {
      position.stop();
      times.stop();
    },
  };
}
