// Assigning on the map. The page's own inline code makes the Leaflet map and hands it over here.
import { drawAssigning } from "./assign/board.js";

window.fieldapp = { ...window.fieldapp, drawAssigning };
