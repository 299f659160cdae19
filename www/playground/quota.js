// @ts-check
/** What a fixed window allows at best: the yardstick that a run is measured against. */

/**
 * The least time in which `calls` can be answered when starting at `start`, ms: knowing all, with no network.
 * Windows are aligned to the clock and the first one counts as unused. Instants are epoch ms.
 * @param {{ calls: number, start: number, limit: number, window: number }} load
 */
export function floor({ calls, start, limit, window }) {
  const full = Math.max(0, Math.ceil(calls / limit) - 1);
  return full === 0 ? 0 : full * window - phase(start, window);
}

/**
 * How long to wait until a load may begin fairly: 0 in the first tenth of a window, else until the next one opens, ms.
 * Late in a window no client could use up what is left of it, and the floor would measure the phase, not the client.
 * @param {number} at @param {number} window
 */
export function untilOpening(at, window) {
  const into = phase(at, window);
  return into < window / 10 ? 0 : window - into;
}

/** How far into its window an instant lies, ms. @param {number} at @param {number} window */
export function phase(at, window) {
  return at - Math.floor(at / window) * window;
}
