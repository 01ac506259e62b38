// The phone's position, followed only while somebody needs it: watching costs battery.
import { phoneTime } from "../time.js";

const GOOD_M = 10; // finer is not worth the battery
const LONGEST_MS = 180_000;
const OLD_MS = 600_000;

const REASONS = { 1: "denied", 2: "unavailable", 3: "timeout" };

// When a position was taken: by its satellites' time or by the phone's clock, whichever is nearer to now. Some phones
// count the time from another epoch.
export function takenAt(timestamp, time = phoneTime) {
  const now = time.now();
  const away = (moment) => Math.abs(moment - now);
  const corrected = time.correct(timestamp);
  const at = away(corrected) <= away(timestamp) ? corrected : timestamp;
  return away(at) < OLD_MS ? at : now;
}

function fixOf(position) {
  const { longitude, latitude, accuracy } = position.coords;
  return {
    lon: Math.round(longitude * 1e6) / 1e6,
    lat: Math.round(latitude * 1e6) / 1e6,
    accuracy_m: Math.round(accuracy * 10) / 10,
    captured_at: new Date(takenAt(position.timestamp)).toISOString(),
    mocked: false,
  };
}

// Follows the position until it is good, for three minutes at most, and never while the page is hidden.
// `onFix(fix, final)` gets each fix that is better than those before; `onTrouble(reason)` tells why there is none yet: denied, unavailable, timeout or unsupported. `best` is a fix kept from before.
export function followPosition({ onFix, onTrouble, best = null, once = false, clock = Date }) {
  let watch = null;
  let begun = 0;
  let timer = null;
  let over = false;

  function pause() {
    if (watch !== null) navigator.geolocation.clearWatch(watch);
    clearTimeout(timer);
    watch = null;
  }

  function stop() {
    over = true;
    pause();
    document.removeEventListener("visibilitychange", onVisible);
  }

  function finish(reason) {
    stop();
    if (best) onFix(best, true);
    else onTrouble(reason);
  }

  function take(position) {
    if (over) return;
    const fix = fixOf(position);
    const better = !best || once || fix.accuracy_m <= best.accuracy_m;
    if (better) best = fix;
    if (best.accuracy_m <= GOOD_M && !once) finish();
    else if (better) onFix(best, false);
  }

  function fail(error) {
    // A watch goes on after a time-out; a refusal is final.
    if (error.code === 1) finish("denied");
    else if (!best) onTrouble(REASONS[error.code] ?? "unavailable");
  }

  function begin() {
    if (over || watch !== null || document.hidden) return;
    const left = LONGEST_MS - (clock.now() - begun);
    if (left <= 0 && !once) return finish("timeout");
    watch = navigator.geolocation.watchPosition(take, fail, {
      enableHighAccuracy: true,
      maximumAge: 0,
      timeout: 20_000,
    });
    if (!once) timer = setTimeout(() => finish("timeout"), left);
  }

  const onVisible = () => (document.hidden ? pause() : begin());

  if (!("geolocation" in navigator)) {
    onTrouble("unsupported");
    return { stop() {} };
  }
  begun = clock.now();
  document.addEventListener("visibilitychange", onVisible);
  begin();
  return { stop };
}
