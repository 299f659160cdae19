// A host whose clock stands still until the test moves it: timers fire in their order, and nothing sleeps.

/** Lets promises go on until nothing more comes of them. */
export const settled = () => new Promise((resolve) => setImmediate(resolve));

export function virtualHost(start = 1_795_305_600_000) {
  let now = 0;
  let serial = 0;
  const timers = new Map();
  const calls = { now: 0, monotonic: 0, random: 0, setTimeout: 0, clearTimeout: 0 };
  const counted = (name, does) => (...args) => (calls[name]++, does(...args));
  const host = {
    now: counted("now", () => start + now),
    monotonic: counted("monotonic", () => now),
    random: counted("random", () => 0.5),
    setTimeout: counted("setTimeout", (callback, ms) => (timers.set(++serial, { at: now + ms, callback }), serial)),
    clearTimeout: counted("clearTimeout", (handle) => void timers.delete(handle)),
    online: () => undefined,
  };
  return {
    host,
    timers,
    calls,
    get time() {
      return now;
    },
    /** Moves the clock by `ms`; each timer fires `late` ms after its time, and `rest` waits for what comes of it. */
    async pass(ms, late = 0, rest = settled) {
      const end = now + ms;
      for (;;) {
        await rest();
        let next;
        for (const [handle, timer] of timers) if (next === undefined || timer.at < next.timer.at) next = { handle, timer };
        if (next === undefined || next.timer.at + late > end) break;
        now = Math.max(now, next.timer.at + late);
        timers.delete(next.handle);
        next.timer.callback();
      }
      now = Math.max(now, end);
      await rest();
    },
  };
}
