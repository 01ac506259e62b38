// A plan on the map. The page's own inline code makes the Leaflet map and hands it over here.
import { drawPlan } from "./plan/page.js";

window.fieldapp = { ...window.fieldapp, drawPlan };
