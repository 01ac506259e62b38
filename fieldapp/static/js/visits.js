// The pages of visits: the map of one, the keys of the queue, what is ticked, long texts, the slip.
import { clamp } from "./visits/clamp.js";
import { reviewKeys } from "./visits/keys.js";
import { visitMap } from "./visits/map.js";
import { slip } from "./visits/slip.js";
import { ticking } from "./visits/ticking.js";

visitMap();
reviewKeys();
slip();
ticking();
clamp();
