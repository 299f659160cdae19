// @ts-check

/**
 * Timers above this fire at once (HTML standard: the delay is a signed 32-bit number). Whoever sleeps asks again, so a
 * longer wait is slept in parts.
 */
export const LONGEST = 2 ** 31 - 1;

/**
 * Sleeps on the caller's own timer until `delay` ms are over, the signal fires, or `wake` is called.
 * @param {import("./clock.js").Clock} clock
 * @param {number} delay
 * @param {AbortSignal | null | undefined} signal
 * @param {(wake: () => void) => void} onSleep handed the function that ends it early
 * @returns {Promise<void>}
 */
export function sleep(clock, delay, signal, onSleep) {
  return new Promise((resolve) => {
    const since = clock.monotonic();
    const part = Math.min(delay, LONGEST);
    const timer = clock.host.setTimeout(() => {
      clock.fired(since, part);
      done();
    }, part);
    const done = () => {
      clock.host.clearTimeout(timer);
      signal?.removeEventListener("abort", done);
      resolve();
    };
    signal?.addEventListener("abort", done);
    onSleep(done);
  });
}
