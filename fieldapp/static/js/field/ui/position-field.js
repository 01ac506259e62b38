// Position in the form: taken by itself, refined while one writes, taken again, or left out with a reason.
import { say } from "../../map/words.js";
import { LONGEST_REASON } from "./check.js";
import { button, choice, field, make, newName } from "./dom.js";
import { metresOutside } from "./places.js";
import { followPosition } from "./position.js";
import { sayTime } from "./times.js";

const sayMetres = (metres) =>
  metres < 1000
    ? say("metres", { n: Math.round(metres) })
    : say("kilometres", { n: (metres / 1000).toFixed(1) });

// `values` is the form's; `changed({quiet})` after each change of it, quiet where no person made it; `township()` the
// chosen one; `located(fix)` after each fix.
export function positionField({ values, changed, township, located }) {
  const told = make("p", { class: "position-now", role: "status" });
  const where = make("p", { class: "hint", hidden: true });
  const again = button(say("position_again"), () => retake(), { class: "quiet" });
  const without = button(say("position_without"), () => leaveOut(), { class: "quiet" });
  const reasonId = newName("reason");
  const reason = make("input", {
    id: reasonId,
    type: "text",
    maxlength: LONGEST_REASON,
    autocomplete: "off",
  });
  const usual = choice({
    label: say("reason_usual"),
    options: ["reason_signal", "reason_later", "reason_other"].map((key) => [key, say(key)]),
    value: null,
    onchange: (key) => setReason(key === "reason_other" ? "" : say(key), { focus: key === "reason_other" }),
  });
  const reasons = make(
    "div",
    { class: "reasons", hidden: true },
    usual,
    make("label", { for: reasonId, text: say("reason") }),
    reason,
  );
  const { group, fault } = field(
    say("position"),
    "position",
    told,
    where,
    make("div", { class: "buttons" }, again, without),
    reasons,
  );
  let following = null;
  let trouble = null;
  let searching = false;

  function setReason(text, { focus = false, quiet = false } = {}) {
    values.no_fix_reason = text || null;
    reason.value = text;
    if (focus) reason.focus();
    changed({ quiet });
  }

  function show() {
    const { fix } = values;
    const left = !fix && (trouble || !searching);
    group.classList.toggle("has-fix", Boolean(fix));
    if (fix) {
      const key = searching ? "position_refining" : "position_taken";
      told.textContent = say(key, { accuracy: Math.round(fix.accuracy_m), time: sayTime(fix.captured_at) });
    } else if (trouble) told.textContent = say(`position_${trouble}`);
    else told.textContent = say(searching ? "position_searching" : "position_left_out");
    const place = township();
    const outside = fix && place?.boundary ? metresOutside(place.boundary, fix) : 0;
    where.hidden = !(outside > 0);
    if (outside > 0) {
      const key = place.boundary_quality === "official" ? "position_outside" : "position_outside_about";
      where.textContent = say(key, { township: place.name, distance: sayMetres(outside) });
    }
    reasons.hidden = !left;
    without.hidden = Boolean(left);
    again.textContent = say(fix ? "position_again" : "position_try");
    again.hidden = searching && !fix && !trouble;
  }

  function follow() {
    searching = true;
    trouble = null;
    following = followPosition({
      best: values.fix,
      onFix(fix, final) {
        values.fix = fix;
        values.no_fix_reason = null;
        trouble = null;
        searching = !final;
        located(fix);
        changed({ quiet: true });
        show();
      },
      onTrouble(cause) {
        trouble = cause;
        searching = cause === "timeout" || cause === "unavailable";
        // The cause is reason enough, unless somebody has a better one.
        if (!values.no_fix_reason) setReason(say(`reason_${cause}`), { quiet: true });
        show();
      },
    });
    show();
  }

  function retake() {
    following?.stop();
    values.fix = null;
    setReason("");
    changed();
    follow();
  }

  function leaveOut() {
    following?.stop();
    searching = false;
    trouble = null;
    values.fix = null;
    setReason("");
    changed();
    show();
  }

  reason.addEventListener("input", () => {
    values.no_fix_reason = reason.value.trim() || null;
    changed();
  });
  reason.value = values.no_fix_reason ?? "";

  return {
    group,
    fault,
    show,
    start: follow,
    stop: () => following?.stop(),
    // Nothing has come yet and nobody has said why there will be nothing.
    get waiting() {
      return searching && !values.fix && !values.no_fix_reason;
    },
    leaveOut,
  };
}
