// How things stand between phone and server, in words; never a bare spinner.
import { say } from "../../map/words.js";
import { phoneTime } from "../time.js";
import { sayMoment } from "./times.js";

const LONG_MS = 3 * 86_400_000;

// -> {text, kind, login}. `seen` is when the server last answered for everything; `kind` is good, plain or warn; `owner`
// is the name of whose visits they are, where somebody is logged in who logs none.
export function saySync({
  activity,
  waiting,
  sending,
  seen,
  online,
  signedOut,
  attention,
  owner = null,
  now = phoneTime.now(),
}) {
  const count = waiting.pending;
  const told = (key, values = {}) => say(key, { count, ...values });
  let line = null;
  if (activity.running && activity.photo) {
    const { sent, size } = activity.photo;
    line = {
      text: told("sync_photo", { percent: Math.round((100 * (sent ?? 0)) / (size || 1)) }),
      kind: "plain",
    };
  } else if (activity.running && count) line = { text: told("sync_sending"), kind: "plain" };
  else if (signedOut)
    line = { text: told(count ? "sync_login" : "sync_login_none"), kind: "warn", login: true };
  else if (!online || activity.outcome === "offline") {
    const key = count ? "sync_offline" : seen ? "sync_offline_none" : "sync_offline_new";
    line = { text: told(key, { time: seen ? sayMoment(seen, now) : "" }), kind: count ? "warn" : "plain" };
  } else if (["server", "nonsense", "portal"].includes(activity.outcome)) {
    const time = activity.retry_at ? sayMoment(activity.retry_at, now) : "";
    const key = activity.outcome === "portal" ? "sync_portal" : "sync_trouble";
    line = { text: told(count ? key : `${key}_none`, { time }), kind: "warn" };
  } else if (activity.outcome === "refused" && owner !== null) {
    line = { text: told(count ? "sync_owner" : "sync_owner_none", { name: owner }), kind: "warn" };
  } else if (activity.outcome === "refused") {
    line = { text: told(count ? "sync_refused" : "sync_refused_none"), kind: "warn" };
  } else if (activity.outcome === "storage") line = { text: say("sync_storage"), kind: "warn" };
  else if (count) line = { text: told("sync_waiting"), kind: "plain" };
  else if (sending) line = { text: say("sync_photos_waiting", { count: sending }), kind: "plain" };
  else if (seen) line = { text: say("sync_done", { time: sayMoment(seen, now) }), kind: "good" };
  else line = { text: say(activity.running ? "sync_first" : "sync_none"), kind: "plain" };
  if (attention && line.kind === "good")
    line = {
      text: say("sync_attention_else", { count: attention, time: sayMoment(seen, now) }),
      kind: "warn",
    };
  else if (attention)
    line = { ...line, text: say("sync_attention", { state: line.text, count: attention }), kind: "warn" };
  return line;
}

// The reminder of the phone itself: something has been waiting for days.
export const sayOverdue = ({ waiting, now = phoneTime.now() }) =>
  waiting.oldest_at !== null && now - waiting.oldest_at > LONG_MS
    ? say("sync_overdue", {
        days: Math.floor((now - waiting.oldest_at) / 86_400_000),
        count: waiting.pending,
      })
    : null;
