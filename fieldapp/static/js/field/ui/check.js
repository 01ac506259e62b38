// What is wrong with a visit before it is kept, in plain words beside its field. The server judges again.
import { say } from "../../map/words.js";
import { servedOn } from "./places.js";
import { dayOf } from "./times.js";

export const LONGEST_CONTENT = 4000;
export const LONGEST_REASON = 200;
const MOST_DAYS = 30;
const A_MINUTE = 60_000;

// -> {township, times, days, content, position}: a sentence for each field that cannot stay as it is.
export function faultsOf(values, townships, now = Date.now()) {
  const faults = {};
  const township = townships.find((each) => each.code === values.township_code);
  const starts = Date.parse(values.started_at);
  const ends = Date.parse(values.ended_at);
  if (!township) faults.township = say("fault_township");
  if (Number.isNaN(starts) || Number.isNaN(ends)) faults.times = say("fault_times");
  else if (ends < starts) faults.times = say("fault_order");
  else if (ends > now + A_MINUTE) faults.times = say("fault_future");
  else if (township && !servedOn(township, dayOf(starts))) {
    faults.times = say("fault_term", { township: township.name, day: dayOf(starts) });
  }
  const days = values.service_days;
  if (!(days > 0) || days > MOST_DAYS || days * 2 !== Math.round(days * 2)) {
    faults.days = say("fault_days", { most: MOST_DAYS });
  }
  if (!values.content?.trim()) faults.content = say("fault_content");
  if (values.mode === "on_site" && !values.fix && !values.no_fix_reason?.trim()) {
    faults.position = say("fault_position");
  }
  return faults;
}
