// @ts-check
import { LONGEST } from "./host.js";

/**
 * Whether a value has to be awaited: a promise of any realm, or an object like one.
 * @param {any} value
 */
export function isPending(value) {
  return typeof value?.then === "function";
}

/**
 * Why a signal fired; some hosts do not say.
 * @param {AbortSignal | null | undefined} signal
 */
export const reasonOf = (signal) => signal?.reason ?? new DOMException("The call was aborted", "AbortError");

/**
 * What fires after `ms`, if there are any, until `end` is called; and on `abort`.
 * @param {{ host: Pick<import("./host.js").Host, "setTimeout" | "clearTimeout"> }} clock
 * @param {number} ms
 */
export function limitOf({ host }, ms) {
  const controller = new AbortController();
  const { signal } = controller;
  const reason = new DOMException("no response within the time limit", "TimeoutError");
  const timer = ms > 0 ? host.setTimeout(() => controller.abort(reason), Math.min(ms, LONGEST)) : undefined;
  return {
    controller,
    signal,
    reason,
    expired: () => signal.reason === reason,
    abort: (/** @type {unknown} */ why) => controller.abort(why),
    end: () => host.clearTimeout(timer),
  };
}
/** @typedef {ReturnType<typeof limitOf>} Limit */
