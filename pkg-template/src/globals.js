// @ts-check

/**
 * What the policy needs of a host besides `fetch`.
 * @typedef {object} Host
 * @property {() => number} now
 * @property {() => number} monotonic
 * @property {() => number} random
 * @property {(callback: () => void, ms: number) => unknown} setTimeout
 * @property {(handle: any) => void} clearTimeout
 * @property {() => boolean | undefined} online
 */

/**
 * What `globals` looks up. While a core takes over calls that began before it, it shows when things happened: see `adopt.js`.
 * @type {Omit<Host, "random">}
 */
export const times = {
  now: () => Date.now(),
  monotonic: () => (typeof performance === "undefined" ? Date.now() : performance.now()),
  setTimeout: (callback, ms) => globalThis.setTimeout(callback, ms),
  clearTimeout: (handle) => globalThis.clearTimeout(handle),
  online: () => globalThis.navigator?.onLine,
};

/**
 * The host's globals, looked up at each call, so that fake timers and mocks that are put in place later are seen.
 * @type {Host}
 */
export const globals = {
  now: () => times.now(),
  monotonic: () => times.monotonic(),
  random: () => Math.random(),
  setTimeout: (callback, ms) => times.setTimeout(callback, ms),
  clearTimeout: (handle) => times.clearTimeout(handle),
  online: () => times.online(),
};
