// @ts-check
// What a page loads when a call needs the core: see `page.js`.
import * as entry from "#policy";

export { adopt } from "./adopt.js";
export { makePolicy, runOn } from "./driver.js";
export { readQuotas } from "./policy.js";

/** What the shell compares with its own: a deploy may have put another core in the place of its. */
export const VERSION = "0.1.0";

/** Settles once the module is compiled, beside the page's own work. */
export const ready = /** @type {{ ready?: Promise<void> }} */ (entry).ready;
