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

/** How far into its window an instant lies, ms. @param {number} at @param {number} window */
export function phase(at, window) {
  return at - Math.floor(at / window) * window;
}
