// What is wrong with a visit before it is kept, in plain words beside its field. The server judges again.
import { say } from "../../map/words.js";
import { plainText } from "../text.js";
import { phoneTime } from "../time.js";
import { servedOn } from "./places.js";
import { dayOf, daysBetween } from "./times.js";

export const LONGEST_CONTENT = 10_000;
export const LONGEST_REASON = 200;
const LONGEST_DAYS = 31;
const A_MINUTE = 60_000;
const A_DAY = 86_400_000;

// -> {township, times, days, content, position}: a sentence for each field that cannot stay as it is.
export function faultsOf(values, townships, now = phoneTime.now()) {
  const faults = {};
  const township = townships.find((each) => each.code === values.township_code);
  const starts = Date.parse(values.started_at);
  const ends = Date.parse(values.ended_at);
  if (!township) faults.township = say("fault_township");
  if (Number.isNaN(starts) || Number.isNaN(ends)) faults.times = say("fault_times");
  else if (ends < starts) faults.times = say("fault_order");
  else if (ends - starts > LONGEST_DAYS * A_DAY) faults.times = say("fault_long", { days: LONGEST_DAYS });
  else if (ends > now + A_MINUTE) faults.times = say("fault_future");
  else if (township && !servedOn(township, dayOf(starts))) {
    faults.times = say("fault_term", { township: township.name, day: dayOf(starts) });
  }
  const days = values.service_days;
  const touched = daysBetween(dayOf(starts || now), dayOf(ends || now)) + 1;
  if (!(days > 0) || days * 2 !== Math.round(days * 2)) faults.days = say("fault_days");
  else if (touched > 0 && days > touched) faults.days = say("fault_too_many_days", { days, touched });
  if (!plainText(values.content)) faults.content = say("fault_content");
  if (values.mode === "on_site" && !values.fix && !plainText(values.no_fix_reason)) {
    faults.position = say("fault_position");
  }
  return faults;
}
