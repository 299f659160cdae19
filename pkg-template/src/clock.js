// @ts-check

// A real timer may fire a little early; what is earlier than this is a clock that somebody moves by hand.
const EARLY = 20;

/**
 * The clocks of a host, of which the monotonic one follows its timers: test tools fake `setTimeout` and `Date` but often
 * not `performance` (node:test), and a wait that ended must have lasted.
 * @param {import("./host.js").Host} host
 */
export function createClock(host) {
  let lead = 0;
  const monotonic = () => host.monotonic() + lead;
  return {
    host,
    monotonic,
    /**
     * A timer for `delay` ms, set when `monotonic` showed `since`, has fired.
     * @param {number} since
     * @param {number} delay
     */
    fired(since, delay) {
      const missing = since + delay - monotonic();
      if (missing > EARLY) lead += missing;
    },
  };
}
/** @typedef {ReturnType<typeof createClock>} Clock */
