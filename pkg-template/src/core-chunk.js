// @ts-check
// What a page loads when a call needs the core: see `page.js`.
import * as entry from "#policy";

export { adopt } from "./adopt.js";
export { VERSION } from "./core-facts.js";
export { makePolicy, runOn } from "./driver.js";
export { readQuotas } from "./policy.js";

/** Settles once the module is compiled, beside the page's own work. */
export const ready = /** @type {{ ready?: Promise<void> }} */ (entry).ready;
