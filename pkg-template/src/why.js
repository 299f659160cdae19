// @ts-check
import { reasonNumberOf } from "./details.js";
import { AWAITED } from "./protocol.js";

/** @typedef {{ text: string, reason: string, quota: any }} Why */

/** @type {Why} */
let last = { text: "", reason: "", quota: undefined };
/**
 * Reasons by the core's numbers for them.
 * @type {string[]}
 */
const reasons = [""];

/**
 * Why the call waits or ended: "" for no reason.
 * @param {import("./run.js").Run} run
 * @returns {string}
 */
export function reasonOf(run) {
  // Undefined where the core has failed, which is not to be remembered.
  return (reasons[reasonNumberOf(run)] ??= run.engine.reason(run.id)) ?? "";
}

/**
 * What the call waits for. Thousands wait for the same: they share one object.
 * @param {import("./run.js").Run} run
 * @returns {Why}
 */
export function whyOf(run) {
  const { engine, id, clock } = run;
  const reason = reasonOf(run);
  const text = engine.quotas(AWAITED, id, clock.host.now(), clock.monotonic());
  if (last.text !== text || last.reason !== reason) {
    last = { text, reason, quota: text === "" ? undefined : Object.freeze(JSON.parse(text)) };
  }
  return last;
}
