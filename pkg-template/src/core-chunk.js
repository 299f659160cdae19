// @ts-check
// The core as a page loads it: see `page.js`.
import * as entry from "#policy";
import { load } from "./core.js";

export { adopt } from "./adopt.js";
export { runOn } from "./driver.js";
export { readQuotas } from "./policy.js";
export { policyOf } from "./policy-of.js";

/** The shell compares it with its own: a deploy may have replaced the file. */
export const VERSION = "0.1.0";

const compiled = /** @type {{ ready?: Promise<void> }} */ (entry).ready;

/**
 * Settles once there is an instance: under a Content-Security-Policy WebKit compiles the module, and refuses an instance of it. Each
 * await tries again, for want of memory may pass.
 * @type {PromiseLike<void>}
 */
export const ready = { then: (done, failed) => Promise.resolve(compiled).then(() => void load()).then(done, failed) };
