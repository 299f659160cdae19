// @ts-check

/**
 * Puts a clock in the place of a host's own, so that libraries that know nothing of it run on it unchanged.
 *
 * They may keep what they find at import, so what is put in place stays there and asks which clock is in use; without
 * one it is the host's own. `skew` is how far the host's wall clock is ahead of true time; its monotonic clock and its
 * timers have none.
 *
 * @typedef {object} Use
 * @property {import("../../pkg-template/testing/clock.js").Clock} clock
 * @property {number} skew ms
 * @property {() => number} random
 * @property {(input: any, init?: any) => Promise<Response>} fetch
 */

const SETTERS = ["setTimeout", "setInterval", "setImmediate"];
const CLEARERS = ["clearTimeout", "clearInterval", "clearImmediate"];

/**
 * @param {any} target globalThis, or what stands for it
 * @returns {(use: Use | undefined) => void} sets what is in use
 */
export function takeOver(target) {
  /** @type {Use | undefined} */
  let use;
  const own = pickOwn(target);
  const wall = () => (use === undefined ? own.now() : Math.floor(use.clock.now + use.skew));
  const monotonic = () => (use === undefined ? own.monotonic() : use.clock.elapsed);

  for (const name of SETTERS) {
    if (own[name] === undefined) continue;
    target[name] = (/** @type {any[]} */ ...args) => (use === undefined ? own : /** @type {any} */ (use.clock))[name](...args);
  }
  for (const name of CLEARERS) {
    if (own[name] === undefined) continue;
    target[name] = (/** @type {any} */ timer) => (use === undefined ? own[name](timer) : use.clock.clear(timer));
  }
  target.fetch = (/** @type {any[]} */ ...args) => (use === undefined ? own.fetch(...args) : use.fetch(args[0], args[1]));
  target.Math.random = () => (use === undefined ? own.random() : use.random());
  target.Date = dateOf(own.Date, wall);
  Object.defineProperties(target.performance, {
    now: { value: monotonic, configurable: true },
    // A skewed wall clock was so at the start already.
    timeOrigin: { get: () => wall() - monotonic(), configurable: true },
  });
  if (target.process?.hrtime?.bigint !== undefined) {
    const bigint = target.process.hrtime.bigint;
    target.process.hrtime.bigint = () => (use === undefined ? bigint() : BigInt(Math.round(monotonic() * 1e6)));
  }
  target.AbortSignal.timeout = (/** @type {number} */ ms) => {
    const controller = new AbortController();
    target.setTimeout(() => controller.abort(new DOMException("the time is over", "TimeoutError")), ms);
    return controller.signal;
  };
  return (next) => {
    use = next;
  };
}

/**
 * @param {any} target
 * @returns {any}
 */
function pickOwn(target) {
  return {
    ...Object.fromEntries([...SETTERS, ...CLEARERS, "fetch", "Date"].map((name) => [name, target[name]])),
    now: target.Date.now,
    random: target.Math.random,
    monotonic: target.performance.now.bind(target.performance),
  };
}

/**
 * @param {DateConstructor} Own
 * @param {() => number} wall
 */
function dateOf(Own, wall) {
  return new Proxy(Own, {
    construct: (target, args, self) => Reflect.construct(target, args.length === 0 ? [wall()] : args, self),
    apply: () => new Own(wall()).toString(),
    get: (target, name) => (name === "now" ? wall : Reflect.get(target, name)),
  });
}
