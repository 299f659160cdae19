// @ts-check
// The core as a page loads it: see `page.js`.
import * as entry from "#policy";
import { FIRST_ERROR, RETRY_AFTER } from "./core-facts.js";
import { load } from "./core.js";
import { BEGIN } from "./protocol.js";
import { turn } from "./turn.js";

export { adopt } from "./adopt.js";
export { runOn } from "./driver.js";
export { readQuotas } from "./policy.js";
export { policyOf } from "./policy-of.js";

/** The shell compares it with its own: a deploy may have replaced the file. */
export const VERSION = "0.1.0";

const none = () => {};

/** The first instance is made, and used once, in tasks of their own. */
const compiled = /** @type {{ ready?: Promise<void> }} */ (entry).ready?.then(turn).then(load).then(turn).then(warmUp).catch(none).then(turn);

/** A call to nobody. Engines compile a function at its first call: on a phone some 40 ms for those that a first call needs. */
function warmUp() {
  const core = load();
  const [plan, engine] = [new core.Plan(), new core.Engine(true)];
  const call = engine.start(plan, "https://host.invalid\n/\nGET\n", undefined, true, false, false, 0, 0);
  engine.tell(call, BEGIN, 0, 0, 0);
  engine.respond(call, 1, FIRST_ERROR, `${RETRY_AFTER}: 1`, true, "", 0, 0, 0);
  engine.end(call);
  engine.free();
  plan.free();
}

/**
 * Settles once there is an instance: under a Content-Security-Policy WebKit compiles the module, and refuses an instance of it. Each
 * await tries again, for want of memory may pass.
 * @type {PromiseLike<void>}
 */
export const ready = { then: (done, failed) => Promise.resolve(compiled).then(() => void load()).then(done, failed) };
