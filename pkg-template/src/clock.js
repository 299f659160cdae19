// @ts-check
import { globals } from "./globals.js";

// A real timer may fire a little early; what is earlier than this is a clock that somebody moves by hand.
const EARLY = 20;

/**
 * The clocks of a host, of which the monotonic one follows its timers: test tools fake `setTimeout` and `Date` but often
 * not `performance` (node:test never, others where they are told to), and a wait that ended must have lasted. There the
 * monotonic clock goes on with a `Date` that its tool has marked as fake; a real one, which may jump, is never followed.
 * @param {import("./host.js").Host} host
 */
export function createClock(host) {
  let lead = 0;
  let last = 0;
  let isEarly = false;
  let isFake = false;
  const monotonic = () => {
    /** @type {any} */
    const date = Date;
    const wasFake = isFake;
    // node:test's mark, and that of @sinonjs/fake-timers, which vitest and jest have, and which may fake `performance` too.
    isFake = host.monotonic === globals.monotonic && (date.isMock || (isEarly && date.isFake));
    const shown = isFake ? host.now() : host.monotonic();
    if (isFake !== wasFake) lead = last - shown;
    return (last = shown + lead);
  };
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
      if (missing <= EARLY) return;
      isEarly = true;
      lead += missing;
      last += missing;
    },
  };
}
/** @typedef {ReturnType<typeof createClock>} Clock */
