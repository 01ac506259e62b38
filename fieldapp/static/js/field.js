// The phone app of commissioners; everything lives in field/.
import { start } from "./field/ui/app.js";

start();
