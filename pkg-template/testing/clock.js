// @ts-check
import { Heap } from "./heap.js";

/**
 * A clock on which time passes only from one planned event to the next, and timers that obey it.
 *
 * Between two events every promise of the program under test is let run to its end (a turn of the real event loop comes
 * after all microtasks), so code sees what it would see on a machine that computes infinitely fast. Timers behave as a
 * host's do: whole milliseconds, at least one, and a delay above 2^31-1 fires at once.
 */
export class Clock {
  /** @type {Heap<Timer>} */
  #heap = new Heap();
  #now;

  /**
   * @param {number} start true time, epoch ms, fractions allowed
   */
  constructor(start) {
    this.start = start;
    this.#now = start;
  }

  /** True time, epoch ms; what a host shows may be skewed against it. */
  get now() {
    return this.#now;
  }

  /** Ms since the start. */
  get elapsed() {
    return this.#now - this.start;
  }

  /**
   * Plans an event: exactly at its instant, or now if that is past.
   * @param {number} at epoch ms
   * @param {() => void} callback
   * @returns {Timer}
   */
  plan(at, callback) {
    const timer = new Timer(callback);
    this.#heap.push(Math.max(at, this.#now), timer);
    return timer;
  }

  /**
   * As the host's own setTimeout.
   * @param {(...args: any[]) => void} callback
   * @param {number} [ms]
   * @param {any[]} args
   */
  setTimeout = (callback, ms, ...args) => this.plan(this.#now + wholeDelay(ms), () => callback(...args));

  /**
   * As the host's own setInterval.
   * @param {(...args: any[]) => void} callback
   * @param {number} [ms]
   * @param {any[]} args
   */
  setInterval = (callback, ms, ...args) => {
    const delay = wholeDelay(ms);
    const timer = this.plan(this.#now + delay, () => {
      // Planned anew before it is called, which may clear it.
      this.#heap.push(this.#now + delay, timer);
      callback(...args);
    });
    return timer;
  };

  /**
   * As Node's setImmediate: no time passes.
   * @param {(...args: any[]) => void} callback
   * @param {any[]} args
   */
  setImmediate = (callback, ...args) => this.plan(this.#now, () => callback(...args));

  /** @param {unknown} timer */
  clear = (timer) => {
    if (timer instanceof Timer) timer.callback = undefined;
  };

  /**
   * Lets time pass, event by event, until `isDone` or the instant `until` or nothing is planned.
   * @param {() => boolean} [isDone]
   * @param {number} [until] epoch ms
   * @returns {Promise<boolean>} whether it was done
   */
  async run(isDone = () => false, until = Infinity) {
    const turns = createTurns();
    try {
      for (;;) {
        await turns.turn();
        if (isDone()) return true;
        const at = this.#heap.nextAt;
        if (at === undefined || at > until) return false;
        const timer = this.#heap.pop()?.value;
        if (timer?.callback === undefined) continue;
        this.#now = at;
        timer.callback();
      }
    } finally {
      turns.close();
    }
  }

  /** Whether nothing is planned: time could pass for ever, and nothing would happen. */
  get isIdle() {
    return this.#heap.nextAt === undefined;
  }

  /**
   * Lets `ms` pass, and whatever is planned in them.
   * @param {number} ms
   */
  async advance(ms) {
    const until = this.#now + ms;
    await this.run(() => false, until);
    this.#now = Math.max(this.#now, until);
  }
}

/** A planned event; clears like a host's timer, and has the members that libraries for Node call. */
class Timer {
  /** @param {() => void} callback */
  constructor(callback) {
    /** @type {(() => void) | undefined} */
    this.callback = callback;
  }
  ref() {
    return this;
  }
  unref() {
    return this;
  }
  hasRef() {
    return true;
  }
}

/** @param {number | undefined} ms */
function wholeDelay(ms) {
  const whole = Math.trunc(Number(ms));
  return whole >= 1 && whole <= 2 ** 31 - 1 ? whole : 1;
}

/**
 * Turns of the real event loop. By messages: what test tools and the bench put in the place of timers does not reach them,
 * and nothing is to be kept of the globals at import.
 */
function createTurns() {
  const { port1, port2 } = new MessageChannel();
  /** @type {() => void} */
  let next = () => {};
  port1.onmessage = () => next();
  return {
    /** Resolves when all microtasks, and those that they queued, have run. */
    turn: () =>
      new Promise((resolve) => {
        next = () => resolve(undefined);
        port2.postMessage(undefined);
      }),
    // An open port keeps a process alive.
    close: () => port1.close(),
  };
}
