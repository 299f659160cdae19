// @ts-check
// Messages to a coordinator, random ones from a seed.

/** @typedef {import("../../pkg-template/share.js").ShareMessage} ShareMessage */

/** A plain message of one client that wants `want` units of one quota. @returns {ShareMessage} */
export function message(/** @type {string} */ scope, /** @type {string} */ client, /** @type {Partial<ShareMessage["quotas"][number]>} */ quota = {}) {
  const filled = { id: "0badc0de", limit: 100, mode: /** @type {0 | 1 | 2} */ (2), used: 0, taken: 0, units: 0, back: 5000, want: 10, window: 10_000, alone: false, revision: 1, know: [2, -1, 10_000], ...quota };
  return { version: 1, scope, client, want: filled.want, sent: filled.used, held: 0, quotas: [filled] };
}

/** Integers from `low` to `high`, the same for a seed. @param {number} seed */
export function chance(seed) {
  let state = seed >>> 0;
  return (/** @type {number} */ low, /** @type {number} */ high) => {
    // Mulberry32.
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return low + Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * (high - low + 1));
  };
}

/**
 * A random story of one scope: the times and messages of up to `members` clients over some quotas, with idle times between.
 * @param {number} seed
 * @param {{ steps: number, members: number, scope: string }} size
 * @returns {{ at: number, message: ShareMessage }[]}
 */
export function story(seed, { steps, members, scope }) {
  const int = chance(seed);
  const quotas = Array.from({ length: int(1, 3) }, (_, n) => ({ id: `0000000${n}`, limit: int(0, 3) === 0 ? int(1, 5) : int(1, 3000), mode: int(0, 2), window: int(1, 60) * 1000, revision: 0 }));
  let at = 1_800_000_000_000 + int(0, 1_000_000);
  return Array.from({ length: steps }, () => {
    at += int(0, 4) === 0 ? int(0, 20_000) : int(0, 60);
    const client = `client-${int(1, members)}`;
    const told = quotas.filter(() => int(0, 9) > 0);
    return {
      at,
      message: {
        version: /** @type {const} */ (1),
        scope,
        client,
        want: int(0, 2) === 0 ? 0 : int(0, 200),
        sent: int(0, 5),
        held: int(0, 15) === 0 ? int(0, 5000) : 0,
        quotas: told.map((quota) => {
          if (int(0, 30) === 0) quota.mode = int(0, 2);
          if (int(0, 5) === 0) quota.revision++;
          const used = int(0, 2) === 0 ? 0 : int(0, quota.limit);
          return {
            id: quota.id,
            limit: int(0, 20) === 0 ? quota.limit + 1 : quota.limit,
            mode: /** @type {0 | 1 | 2} */ (quota.mode),
            used,
            taken: int(used, quota.limit),
            units: int(0, 2) === 0 ? 0 : int(used, quota.limit),
            back: int(0, 5) === 0 ? 0 : int(0, quota.window),
            want: int(0, 2) === 0 ? 0 : int(0, 200),
            window: quota.window + (int(0, 20) === 0 ? int(1, 500) : 0),
            alone: int(0, 5) === 0,
            revision: Math.max(0, quota.revision - int(0, 1)),
            know: int(0, 4) === 0 ? [] : Array.from({ length: 20 }, () => int(-1000, 1000)),
          };
        }),
      },
    };
  });
}
