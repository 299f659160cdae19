// @ts-check
/**
 * Waits on code that is not ours: the caller's callbacks and transport. It may never settle, and the call ends all the same: by
 * its signal, or when its time is over.
 */
import { listen, unlisten } from "./abort.js";
import { reasonOf } from "./limit.js";

export { isPending, limitOf } from "./limit.js";

/** @typedef {import("./limit.js").Limit} Limit */

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
        reject(reasonOf(end));
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
