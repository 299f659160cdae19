// @ts-check

/**
 * What a rate-limited server counts, and when: the usual algorithms on an explicit clock (epoch ms, fractions allowed).
 *
 * The simulated server enforces with them and `floorMs` plays them through, so the two cannot disagree about what a
 * limit means. What is refused is not counted.
 *
 * @typedef {{ limit: number, window: number, name?: string, unit?: string }} Limit `window` in ms
 * @typedef {{ limit: number, remaining: number, resetAt: number, window: number, name?: string, unit?: string, bucket?: string }} Info
 * @typedef {"fixed" | "first-request" | "sliding" | "token-bucket"} Algorithm
 * @typedef {number | Record<string, number>} Cost of "requests", or by unit
 *
 * @typedef {object} Limiter
 * @property {(t: number, cost?: Cost) => number} wait ms until a request would be admitted; 0: now
 * @property {(t: number, cost?: Cost) => void} take counts a request, which must be admitted at `t`
 * @property {(t: number) => Info[]} infos the state of each limit
 *
 * @typedef {object} Part one limit's own
 * @property {(t: number, n: number) => number} wait
 * @property {(t: number, n: number) => void} take
 * @property {(t: number) => { remaining: number, resetAt: number }} state
 */

/** What doubles cannot tell apart at today's epoch milliseconds is the same instant. */
const EPSILON = 1e-3;

/**
 * Fixed windows at multiples of their length since the epoch.
 * @param {Limit} limit
 * @returns {Part}
 */
function fixed({ limit, window }) {
  let current = -1;
  let used = 0;
  /** @param {number} t */
  const roll = (t) => {
    const at = Math.floor(t / window);
    if (at > current) [current, used] = [at, 0];
    return (current + 1) * window;
  };
  return {
    wait(t, n) {
      const end = roll(t);
      return used + n <= limit ? 0 : end - t;
    },
    take(t, n) {
      roll(t);
      used += n;
    },
    state(t) {
      const resetAt = roll(t);
      return { remaining: limit - used, resetAt };
    },
  };
}

/**
 * A window that opens with the first request after the one before ran out.
 * @param {Limit} limit
 * @returns {Part}
 */
function firstRequest({ limit, window }) {
  let start = -Infinity;
  let used = 0;
  /** @param {number} t */
  const isOpen = (t) => t < start + window;
  return {
    wait: (t, n) => (!isOpen(t) || used + n <= limit ? 0 : start + window - t),
    take(t, n) {
      if (!isOpen(t)) [start, used] = [t, 0];
      used += n;
    },
    state(t) {
      const open = isOpen(t);
      return { remaining: open ? Math.max(0, limit - used) : limit, resetAt: (open ? start : t) + window };
    },
  };
}

/**
 * At most `limit` in any half-open interval of the window's length. The reset is when the oldest falls out.
 * @param {Limit} limit
 * @returns {Part}
 */
function sliding({ limit, window }) {
  /** @type {{ at: number, n: number }[]} */
  const log = [];
  let head = 0;
  let used = 0;
  /** @param {number} t */
  const count = (t) => {
    while (head < log.length && log[head].at <= t - window + EPSILON) used -= log[head++].n;
    return used;
  };
  return {
    wait(t, n) {
      let over = count(t) + n - limit;
      for (let i = head; over > 0 && i < log.length; i++) {
        over -= log[i].n;
        if (over <= 0) return log[i].at + window - t;
      }
      return over <= 0 ? 0 : window;
    },
    take(t, n) {
      used = count(t) + n;
      log.push({ at: t, n });
    },
    state(t) {
      const taken = count(t);
      return { remaining: limit - taken, resetAt: (taken > 0 ? log[head].at : t) + window };
    },
  };
}

/**
 * A token bucket (GCRA): holds `limit`, refills evenly in the window. The reset is when it is full again.
 * @param {Limit} limit
 * @returns {Part}
 */
function tokenBucket({ limit, window }) {
  const interval = window / limit;
  let fullAt = -Infinity;
  return {
    wait(t, n) {
      const ms = Math.max(fullAt, t) - (limit - n) * interval - t;
      return ms <= EPSILON ? 0 : ms;
    },
    take(t, n) {
      fullAt = Math.max(fullAt, t) + n * interval;
    },
    state(t) {
      const debt = Math.max(0, fullAt - t);
      return { remaining: Math.max(0, Math.floor(limit - debt / interval + EPSILON)), resetAt: t + debt };
    },
  };
}

/** @type {Record<Algorithm, (limit: Limit) => Part>} */
export const ALGORITHMS = { fixed, "first-request": firstRequest, sliding, "token-bucket": tokenBucket };

/**
 * All limits must admit.
 * @param {Algorithm} algorithm
 * @param {Limit[]} limits
 * @returns {Limiter}
 */
export function createLimiter(algorithm, limits) {
  const create = ALGORITHMS[algorithm];
  if (create === undefined) throw new TypeError(`unknown algorithm ${algorithm}; there are ${Object.keys(ALGORITHMS)}`);
  const parts = limits.map((limit) => ({ part: create(limit), limit }));
  return {
    wait: (t, cost) => Math.max(...parts.map(({ part, limit }) => part.wait(t, amount(cost, limit.unit)))),
    take: (t, cost) => parts.forEach(({ part, limit }) => part.take(t, amount(cost, limit.unit))),
    infos: (t) => parts.map(({ part, limit }) => ({ ...limit, ...part.state(t) })),
  };
}

/** @param {Cost | undefined} cost @param {string} [unit] */
function amount(cost = 1, unit = "requests") {
  const costs = typeof cost === "number" ? { requests: cost } : cost;
  return costs[unit] ?? (unit === "requests" ? 1 : 0);
}

/**
 * The least time in which a client that knows all, over a network without delay, has its n-th request admitted: each
 * is sent as soon as it is admitted. Nothing is faster but with several windows that open with a first request, where
 * it can pay to let one open later.
 * @param {object} load
 * @param {Algorithm} load.algorithm
 * @param {Limit[]} load.limits
 * @param {number} load.calls
 * @param {number} load.start epoch ms; the limiter is fresh
 * @returns {number} ms
 */
export function floorMs({ algorithm, limits, calls, start }) {
  const limiter = createLimiter(algorithm, limits);
  let t = start;
  for (let call = 0; call < calls; call++) {
    for (let wait = limiter.wait(t); wait > 0; wait = limiter.wait(t)) t += Math.max(wait, EPSILON);
    limiter.take(t);
  }
  return t - start;
}
