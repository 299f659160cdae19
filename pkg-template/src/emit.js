// @ts-check
import { shownUrl } from "./request.js";

/**
 * The listeners of a policy or a call, in the order in which they are called.
 * @typedef {(event: any) => any} Listener
 * @typedef {Set<Listener>} Listeners
 */

/**
 * Adds a listener or several, which may be among them already.
 * @param {Listeners | undefined} listeners
 * @param {Listener | Listener[] | undefined} own
 * @returns {Listeners | undefined}
 */
export const withOwn = (listeners, own) => (own ? new Set([...(listeners ?? []), own].flat()) : listeners);

/**
 * Calls listeners. What one throws harms neither the others nor the call.
 * @param {Listeners} listeners
 * @param {any} event
 */
export function notify(listeners, event) {
  for (const listener of listeners) {
    try {
      // It may be async.
      listener(event)?.catch?.(console.error);
    } catch (error) {
      console.error(error);
    }
  }
}

/**
 * Sends an event to the caller's listeners. Its URL has no part that may be a secret.
 * @param {{ hooks: { onEvent?: Listeners }, call: number, href: string, method: string, clock?: { host: { now(): number } } }} run
 * @param {string} type
 * @param {number} attempt
 * @param {object} more `at` in it where there is no clock
 */
export function emit({ hooks, call, href, method, clock }, type, attempt, more) {
  if (hooks.onEvent) notify(hooks.onEvent, { type, call, url: shownUrl(href), method, attempt, at: clock?.host.now(), ...more });
}
