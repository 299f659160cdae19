// @ts-check
import { pathOf } from "./request.js";

/**
 * Sends an event to the caller's listener. Its URL has origin and path alone: the rest may hold secrets.
 * @param {{ hooks: { onEvent?: (event: any) => void }, call: number, origin: string, href: string, method: string, clock?: { host: { now(): number } } }} run
 * @param {string} type
 * @param {number} attempt
 * @param {object} more `at` in it where there is no clock
 */
export function emit({ hooks, call, origin, href, method, clock }, type, attempt, more) {
  if (hooks.onEvent === undefined) return;
  try {
    /** @type {any} */
    const result = hooks.onEvent({ type, call, url: origin + pathOf(href), method, attempt, at: clock?.host.now(), ...more });
    // The listener may be async.
    result?.catch?.(console.error);
  } catch (error) {
    console.error(error);
  }
}
