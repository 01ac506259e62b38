// Which screen an address shows.
import { phoneTime } from "../time.js";
import { clockScreen } from "./clock.js";
import { closedScreen, firstScreen } from "./first.js";
import { homeScreen } from "./home.js";
import { leavingScreen } from "./leaving.js";
import { mapScreen } from "./map.js";
import { phoneScreen } from "./phone.js";
import { recordScreen } from "./record.js";
import { visitScreen } from "./visit.js";
import { visitsScreen } from "./visits.js";

// Removing what was sent; with logging out; and after logging out on one of the pages.
const LEAVING = { remove: "remove", logout: "log_out", left: "left" };

// -> {element, shown(), update(), leave()}; all but the element may be missing.
export async function screenFor(app, hash) {
  const [path, asked] = hash.split("?");
  const [, place, id, step] = path.split("/");
  if (place === "phone") return phoneScreen(app);
  if (app.closed) return closedScreen(app);
  if (place === "left" && !app.user) location.replace("/login?next=/field/");
  if (!app.user) return firstScreen(app);
  if (place in LEAVING) return leavingScreen(app, LEAVING[place]);
  if (place === "record" && !app.townships.length) return homeScreen(app);
  if (place === "record") return phoneTime.doubt ? clockScreen(app) : recordScreen(app);
  if (place === "map") return mapScreen(app);
  if (place === "visits") {
    const row = app.rows.find((each) => each.id === id);
    if (!row) return visitsScreen(app, new URLSearchParams(asked).get("only"));
    return step === "edit" ? recordScreen(app, { existing: row }) : visitScreen(app, row.id);
  }
  return homeScreen(app);
}
