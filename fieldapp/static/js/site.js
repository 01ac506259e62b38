// Loaded on every page: the appearance switch, the navigation and tables that sort.
import { showCurrent } from "./site/navigation.js";
import { sortableTables } from "./site/sortable.js";
import { themeSwitch } from "./site/theme.js";

themeSwitch();
showCurrent();
sortableTables();
