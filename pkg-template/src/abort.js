// @ts-check

/**
 * Who waits under each signal: one call, or a set of them. A signal has one listener of ours however many wait under it,
 * since hosts look through all that are there to add one.
 * @type {WeakMap<AbortSignal, { runs: any, listener: () => void }>}
 */
const waiting = new WeakMap();

/**
 * Has `wake` called with `run` when the signal fires, until `unlisten`.
 * @template {object} R
 * @param {AbortSignal} signal
 * @param {R} run
 * @param {(run: R) => void} wake
 */
export function listen(signal, run, wake) {
  const others = waiting.get(signal);
  if (others === undefined) {
    const entry = { runs: /** @type {any} */ (run), listener: () => ring(entry.runs, wake) };
    waiting.set(signal, entry);
    signal.addEventListener("abort", entry.listener);
  } else if (others.runs instanceof Set) others.runs.add(run);
  else others.runs = new Set([others.runs, run]);
}

/**
 * @param {AbortSignal} signal
 * @param {object} run
 */
export function unlisten(signal, run) {
  const entry = waiting.get(signal);
  if (entry === undefined) return;
  if (entry.runs instanceof Set) {
    entry.runs.delete(run);
    if (entry.runs.size > 0) return;
  } else if (entry.runs !== run) return;
  waiting.delete(signal);
  signal.removeEventListener("abort", entry.listener);
}

/**
 * @param {any} runs
 * @param {(run: any) => void} wake
 */
function ring(runs, wake) {
  for (const run of runs instanceof Set ? [...runs] : [runs]) wake(run);
}
