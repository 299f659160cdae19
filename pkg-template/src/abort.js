// @ts-check

/**
 * What is to be stopped when a signal fires: a call that waits, or a wait on foreign code.
 * @typedef {{ stop(): void }} Waiter
 */

/**
 * Who waits under each signal: one, or a set of them. A signal has one listener of ours however many wait under it, since
 * hosts look through all that are there to add one.
 * @type {WeakMap<AbortSignal, { waiters: any, listener: () => void }>}
 */
const waiting = new WeakMap();

/**
 * Has `waiter` stopped when the signal fires, until `unlisten`.
 * @param {AbortSignal} signal
 * @param {Waiter} waiter
 */
export function listen(signal, waiter) {
  const others = waiting.get(signal);
  if (others === undefined) {
    const entry = { waiters: /** @type {any} */ (waiter), listener: () => stopAll(entry.waiters) };
    waiting.set(signal, entry);
    signal.addEventListener("abort", entry.listener);
  } else if (others.waiters instanceof Set) others.waiters.add(waiter);
  else others.waiters = new Set([others.waiters, waiter]);
}

/**
 * @param {AbortSignal} signal
 * @param {Waiter} waiter
 */
export function unlisten(signal, waiter) {
  const entry = waiting.get(signal);
  if (entry === undefined) return;
  if (entry.waiters instanceof Set) {
    entry.waiters.delete(waiter);
    if (entry.waiters.size > 0) return;
  } else if (entry.waiters !== waiter) return;
  waiting.delete(signal);
  signal.removeEventListener("abort", entry.listener);
}

/** @param {any} waiters */
function stopAll(waiters) {
  for (const waiter of waiters instanceof Set ? [...waiters] : [waiters]) waiter.stop();
}
