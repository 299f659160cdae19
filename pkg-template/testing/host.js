// @ts-check

/**
 * The host's own time as the network wants it. Each global is looked up at each use, so that fake timers that a test puts
 * in their place move the simulated API too.
 * @type {import("./network.js").Time}
 */
export const hostTime = {
  get now() {
    return Date.now();
  },
  // Rounded up: a host cuts fractions off, and a response must not come before its time.
  plan: (at, callback) => globalThis.setTimeout(callback, Math.max(0, Math.ceil(at - Date.now()))),
  clear: (timer) => globalThis.clearTimeout(timer),
};
