// The counted results with their steppers; folded, with what was counted in its heading.
import { say } from "../../map/words.js";
import { RESULTS } from "../content.js";
import { make, stepper } from "./dom.js";

const MONEY = "income_uplift_wan_yuan";

// What was counted, as words: "technical problems solved 1, farmers trained 20".
export const sayResults = (results) =>
  RESULTS.filter((name) => results?.[name] > 0)
    .map((name) => say("result_count", { result: say(`result_${name}`), count: results[name] }))
    .join(say("comma"));

export function resultsField({ values, changed }) {
  const counted = make("span", { class: "hint" });
  const group = make(
    "details",
    { class: "field field-results" },
    make("summary", {}, make("h2", { text: say("results") }), counted),
    ...RESULTS.map((name) =>
      stepper({
        label: say(`result_${name}`),
        value: values.results[name] ?? 0,
        step: 1,
        decimals: name === MONEY ? 2 : 0,
        onchange(number) {
          values.results[name] = number;
          changed();
          show();
        },
      }),
    ),
  );
  function show() {
    counted.textContent = sayResults(values.results) || say("results_none");
  }
  return { group, show };
}
