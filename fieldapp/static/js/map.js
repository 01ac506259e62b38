// The coverage map. The page's own inline code makes the Leaflet map and hands it over here.
import { drawCoverage } from "./map/coverage.js";

window.fieldapp = { ...window.fieldapp, drawCoverage };
