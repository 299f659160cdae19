// @ts-check
// The core as a page loads it: see `page.js`.
import * as entry from "#policy";

export { adopt } from "./adopt.js";
export { runOn } from "./driver.js";
export { readQuotas } from "./policy.js";
export { policyOf } from "./policy-of.js";

/** The shell compares it with its own: a deploy may have replaced the file. */
export const VERSION = "0.1.0";

/** Settles once the module is compiled. */
export const ready = /** @type {{ ready?: Promise<void> }} */ (entry).ready;
