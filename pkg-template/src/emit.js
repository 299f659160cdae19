// @ts-check
import { pathOf } from "./request.js";

/**
 * Tells the caller's listener. Its address is origin and path: the rest of a URL holds secrets.
 * @param {{ hooks: { onEvent?: (event: any) => void }, call: number, origin: string, href: string, method: string, clock: { host: { now(): number } } }} run
 * @param {string} type
 * @param {number} attempt
 * @param {object} more
 */
export function emit({ hooks, call, origin, href, method, clock }, type, attempt, more) {
  if (hooks.onEvent === undefined) return;
  try {
    /** @type {any} */
    const heard = hooks.onEvent({ type, call, url: origin + pathOf(href), method, attempt, at: clock.host.now(), ...more });
    // Of an async listener.
    heard?.catch?.(console.error);
  } catch (error) {
    console.error(error);
  }
}
