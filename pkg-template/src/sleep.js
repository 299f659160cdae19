// @ts-check

/**
 * Timers above this fire at once (HTML standard: the delay is a signed 32-bit number). Whoever sleeps asks again, so a
 * longer wait is slept in parts.
 */
export const LONGEST = 2 ** 31 - 1;

// An alarm this late is gone with the fake timers or the frozen page that it was set in; ms.
const LOST = 1000;

/**
 * Calls `wake` in `delay` ms, or in the part of them that a timer takes. The handle is for the host's `clearTimeout`.
 * @param {import("./clock.js").Clock} clock
 * @param {number} delay
 * @param {() => void} wake
 */
export function sleep(clock, delay, wake) {
  const since = clock.monotonic();
  const part = Math.min(delay, LONGEST);
  return clock.host.setTimeout(() => {
    clock.fired(since, part);
    wake();
  }, part);
}

/**
 * One timer for all calls of a policy that wait in its queues: a timer each is a kilobyte each. Set while somebody relies
 * on it, to the earliest time that matters; when it rings, the core is asked who may go.
 */
export class Alarm {
  /**
   * @param {import("./clock.js").Clock} clock
   * @param {() => void} ring
   */
  constructor(clock, ring) {
    this.clock = clock;
    this.ring = ring;
    /** @type {any} */
    this.timer = undefined;
    this.isSet = false;
    this.due = 0;
    /** @type {unknown} */
    this.setter = undefined;
  }

  /**
   * Sees to it that it rings in `delay` ms or earlier. Too early is harmless, and saves setting it anew with each answer.
   * @param {number} delay
   */
  set(delay) {
    const now = this.clock.monotonic();
    const due = now + delay;
    if (this.isSet && this.due <= due && now - this.due < LOST && this.setter === globalThis.setTimeout) return;
    this.clear();
    this.due = due;
    this.isSet = true;
    // Test tools put fake timers in its place, and take them away with what was set in them.
    this.setter = globalThis.setTimeout;
    this.timer = sleep(this.clock, delay, () => {
      this.isSet = false;
      this.ring();
    });
  }

  clear() {
    if (this.isSet) this.clock.host.clearTimeout(this.timer);
    this.isSet = false;
  }
}
