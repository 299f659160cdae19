// @ts-check

/**
 * What a rate-limited server counts, and when: the usual algorithms on an explicit clock (epoch ms, fractions allowed).
 *
 * The simulated server enforces with them and `floorMs` plays them through, so the two cannot disagree about what a
 * limit means. What is refused is not counted.
 *
 * @typedef {{ limit: number, windowMs: number }} Limit
 * @typedef {{ limit: number, remaining: number, resetAt: number, windowMs: number }} Info
 * @typedef {"fixed" | "first" | "sliding" | "bucket"} Algorithm
 *
 * @typedef {object} Limiter
 * @property {(t: number) => number} wait ms until a request would be admitted; 0: now
 * @property {(t: number) => void} take counts a request, which must be admitted at `t`
 * @property {(t: number) => Info[]} infos the state of each limit
 */

/** What doubles cannot tell apart at today's epoch milliseconds is the same instant. */
const EPSILON = 1e-3;

/**
 * Fixed windows at multiples of their length since the epoch.
 * @param {Limit} limit
 * @returns {Limiter}
 */
function fixed({ limit, windowMs }) {
  let current = -1;
  let used = 0;
  /** @param {number} t */
  const roll = (t) => {
    const window = Math.floor(t / windowMs);
    if (window > current) [current, used] = [window, 0];
    return (current + 1) * windowMs;
  };
  return {
    wait(t) {
      const end = roll(t);
      return used < limit ? 0 : end - t;
    },
    take(t) {
      roll(t);
      used++;
    },
    infos(t) {
      const resetAt = roll(t);
      return [{ limit, remaining: limit - used, resetAt, windowMs }];
    },
  };
}

/**
 * A window that opens with the first request after the one before ran out.
 * @param {Limit} limit
 * @returns {Limiter}
 */
function first({ limit, windowMs }) {
  let start = -Infinity;
  let used = 0;
  /** @param {number} t */
  const isOpen = (t) => t < start + windowMs;
  return {
    wait: (t) => (!isOpen(t) || used < limit ? 0 : start + windowMs - t),
    take(t) {
      if (!isOpen(t)) [start, used] = [t, 0];
      used++;
    },
    infos(t) {
      const open = isOpen(t);
      return [{ limit, remaining: open ? limit - used : limit, resetAt: (open ? start : t) + windowMs, windowMs }];
    },
  };
}

/**
 * At most `limit` requests in any half-open interval of the window's length. The reset is when the oldest falls out.
 * @param {Limit} limit
 * @returns {Limiter}
 */
function sliding({ limit, windowMs }) {
  /** @type {number[]} */
  const log = [];
  let head = 0;
  /** @param {number} t */
  const count = (t) => {
    while (head < log.length && log[head] <= t - windowMs + EPSILON) head++;
    return log.length - head;
  };
  return {
    wait: (t) => (count(t) < limit ? 0 : log[head] + windowMs - t),
    take(t) {
      count(t);
      log.push(t);
    },
    infos(t) {
      const used = count(t);
      return [{ limit, remaining: limit - used, resetAt: (used > 0 ? log[head] : t) + windowMs, windowMs }];
    },
  };
}

/**
 * A token bucket (GCRA): holds `limit`, refills evenly in the window. The reset is when it is full again.
 * @param {Limit} limit
 * @returns {Limiter}
 */
function bucket({ limit, windowMs }) {
  const interval = windowMs / limit;
  let fullAt = -Infinity;
  return {
    wait(t) {
      const ms = Math.max(fullAt, t) - (limit - 1) * interval - t;
      return ms <= EPSILON ? 0 : ms;
    },
    take(t) {
      fullAt = Math.max(fullAt, t) + interval;
    },
    infos(t) {
      const debt = Math.max(0, fullAt - t);
      const remaining = Math.max(0, Math.floor(limit - debt / interval + EPSILON));
      return [{ limit, remaining, resetAt: t + debt, windowMs }];
    },
  };
}

/**
 * All must admit.
 * @param {Limiter[]} parts
 * @returns {Limiter}
 */
function several(parts) {
  return {
    wait: (t) => Math.max(...parts.map((part) => part.wait(t))),
    take: (t) => parts.forEach((part) => part.take(t)),
    infos: (t) => parts.flatMap((part) => part.infos(t)),
  };
}

const ALGORITHMS = { fixed, first, sliding, bucket };

/**
 * @param {Algorithm} algorithm
 * @param {Limit[]} limits
 * @returns {Limiter}
 */
export function createLimiter(algorithm, limits) {
  const create = ALGORITHMS[algorithm];
  if (create === undefined) throw new TypeError(`unknown algorithm ${algorithm}; there are ${Object.keys(ALGORITHMS)}`);
  return limits.length === 1 ? create(limits[0]) : several(limits.map(create));
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
