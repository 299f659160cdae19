// @ts-check
import { nudges } from "#policy";
import { LONGEST } from "./host.js";

// An alarm this late is gone with the fake timers or the frozen page that it was set in; ms.
const LOST = 1000;

/**
 * Timers stand still while a machine sleeps, and so do monotonic clocks on some. A long wait is slept in parts, after each of which
 * the wall clock tells whether that happened: of 5 s, or of a thousandth of what is left, since nobody who waits for a day minds a
 * minute. In workerd, where no machine sleeps, that would cost wake-ups for nothing.
 * @param {number} left
 */
const partOf = (left) => Math.min(left, LONGEST, nudges ? Math.max(5000, Math.ceil(left / 1000)) : LONGEST);

// A wall clock that ran ahead by more than this was not corrected; ms.
const SLEPT = 2000;

/**
 * Calls `wake` in `delay` ms, or in the part of them that a timer takes, or as soon as the machine is seen to have slept.
 * @param {import("./clock.js").Clock} clock
 * @param {number} delay
 * @param {() => void} wake
 * @returns {{ end: () => void }}
 */
export function sleep(clock, delay, wake) {
  const { host } = clock;
  const until = clock.monotonic() + delay;
  /** @type {any} */
  let timer;
  /** @param {number} left */
  const rest = (left) => {
    const part = partOf(left);
    const since = clock.monotonic();
    const wall = left > part ? host.now() : 0;
    timer = host.setTimeout(() => {
      clock.fired(since, part);
      if (left <= part) return wake();
      const now = clock.monotonic();
      if (host.now() - wall - (now - since) > SLEPT) wake();
      else rest(Math.max(1, until - now));
    }, part);
  };
  rest(delay);
  return { end: () => host.clearTimeout(timer) };
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
   * Sees to it that it rings in `delay` ms or earlier. Too early is harmless, and saves setting it anew with each response.
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
    if (this.isSet) this.timer?.end();
    this.isSet = false;
  }
}
