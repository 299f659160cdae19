// @ts-check
import { shownUrl } from "./request.js";

/**
 * Sends an event to the caller's listener. Its URL has no part that may be a secret.
 * @param {{ hooks: { onEvent?: (event: any) => void }, call: number, href: string, method: string, clock?: { host: { now(): number } } }} run
 * @param {string} type
 * @param {number} attempt
 * @param {object} more `at` in it where there is no clock
 */
export function emit({ hooks, call, href, method, clock }, type, attempt, more) {
  if (hooks.onEvent === undefined) return;
  try {
    /** @type {any} */
    const result = hooks.onEvent({ type, call, url: shownUrl(href), method, attempt, at: clock?.host.now(), ...more });
    // The listener may be async.
    result?.catch?.(console.error);
  } catch (error) {
    console.error(error);
  }
}
