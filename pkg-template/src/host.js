// @ts-check

/** @typedef {import("./globals.js").Host} Host */

/**
 * Timers above this fire at once (HTML standard: the delay is a signed 32-bit number). Whoever sleeps asks again, so a
 * longer wait is slept in parts.
 */
export const LONGEST = 2 ** 31 - 1;

const imported = globalThis.fetch;

/** @type {WeakSet<Function>} */
const own = new WeakSet();

/**
 * Marks a fetch of ours, so that it never calls itself after `globalThis.fetch = policy.fetch`.
 * @template {Function} F
 * @param {F} fetch
 */
export function mark(fetch) {
  own.add(fetch);
  return fetch;
}

/**
 * Whether a fetch is one of ours.
 * @param {any} fetch
 */
export const isOwn = (fetch) => own.has(fetch);

/**
 * The host's fetch: what stands there now, unless that is ours; then what stood there when this module was imported.
 * @returns {typeof fetch}
 */
export function hostFetch() {
  const found = globalThis.fetch;
  return own.has(found) ? imported : found;
}
