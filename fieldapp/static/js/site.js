// Loaded on every page: the appearance switch and tables that sort.
import { sortableTables } from "./site/sortable.js";
import { themeSwitch } from "./site/theme.js";

themeSwitch();
sortableTables();
