// @ts-check

/**
 * Who waits for a network. One listener of ours however many wait, and none while nobody does.
 * @type {Map<object, () => void>}
 */
const waiting = new Map();

const ring = () => {
  for (const wake of [...waiting.values()]) wake();
};

/**
 * Has `wake` called when the host says that it is online again, where it says so, until `unlistenOnline`.
 * @param {object} run
 * @param {() => void} wake
 */
export function listenOnline(run, wake) {
  if (waiting.size === 0) globalThis.addEventListener?.("online", ring);
  waiting.set(run, wake);
}

/** @param {object} run */
export function unlistenOnline(run) {
  if (waiting.delete(run) && waiting.size === 0) globalThis.removeEventListener?.("online", ring);
}
