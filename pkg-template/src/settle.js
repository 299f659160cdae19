// @ts-check
/**
 * Waits on code that is not ours: the caller's callbacks and transport. It may never settle, and the call ends all the same: by
 * its signal, or when its time is over.
 */
import { listen, unlisten } from "./abort.js";
import { LONGEST } from "./host.js";

/**
 * Whether a value has to be awaited: a promise of any realm, or an object like one.
 * @param {any} value
 */
export function isPending(value) {
  return typeof value?.then === "function";
}

/**
 * Awaits `value`, but rejects as soon as `signal` fires or `limit` ends, with the reason of that. What comes later is let go
 * of: `drop` is given the value, and a rejection is nobody's.
 * @template T
 * @param {PromiseLike<T> | T} value
 * @param {AbortSignal | null | undefined} signal
 * @param {Limit | undefined} limit
 * @param {(late: T) => unknown} [drop]
 * @returns {Promise<T>}
 */
export function settle(value, signal, limit, drop) {
  const ends = [signal, limit?.signal].flatMap((end) => end ?? []);
  if (ends.length === 0) return Promise.resolve(value);
  return new Promise((resolve, reject) => {
    let isOver = false;
    /** @type {() => void} */
    const leave = () => waiters.forEach((waiter, index) => unlisten(/** @type {AbortSignal} */ (ends[index]), waiter));
    const waiters = ends.map((end) => ({
      stop() {
        isOver = true;
        leave();
        reject(end.reason ?? new DOMException("The call was aborted", "AbortError"));
      },
    }));
    const settled = Promise.resolve(value).then(
      (result) => {
        if (isOver) return drop?.(result);
        leave();
        resolve(result);
      },
      (error) => {
        leave();
        reject(error);
      },
    );
    // Of `drop`.
    settled.catch(() => {});
    waiters.forEach((waiter, index) => {
      const end = /** @type {AbortSignal} */ (ends[index]);
      if (isOver) return;
      if (end.aborted) waiter.stop();
      else listen(end, waiter);
    });
  });
}

/**
 * What fires after `ms`, if there are any, until `end` is called; and on `abort`.
 * @param {{ host: import("./host.js").Host }} clock
 * @param {number} ms
 */
export function limitOf(clock, ms) {
  const controller = new AbortController();
  const reason = new DOMException("no answer came within the time for it", "TimeoutError");
  const timer = ms > 0 ? clock.host.setTimeout(() => controller.abort(reason), Math.min(ms, LONGEST)) : undefined;
  return {
    controller,
    signal: controller.signal,
    reason,
    expired: () => controller.signal.reason === reason,
    abort: (/** @type {unknown} */ why) => controller.abort(why),
    end: () => clock.host.clearTimeout(timer),
  };
}
/** @typedef {ReturnType<typeof limitOf>} Limit */
