// @ts-check
import { createRandom } from "../../pkg-template/testing/random.js";

/**
 * The cases of shared quotas: how the server counts, and who calls when.
 */

const LIMITS = [{ limit: 200, window: 3000 }];
const TWO_LIMITS = [
  { limit: 40, window: 1000 },
  { limit: 200, window: 6000 },
];
/** As most APIs tell it: in whole seconds, rounded up, of a window that is longer than one. */
const TWO_SECONDS = [{ limit: 120, window: 2000 }];
const FEW = [{ limit: 20, window: 1000 }];

/** @returns {import("../../pkg-template/testing/server.js").ServerOptions} */
const server = (/** @type {any} */ algorithm, /** @type {any} */ dialect, limits = LIMITS) => ({ algorithm, limits, telling: { retryAfter: "none", dialect } });

/** @type {Record<string, import("../../pkg-template/testing/server.js").ServerOptions>} */
export const SERVERS = {
  fixed: server("fixed", "clever"),
  first: server("first-request", "clever"),
  sliding: server("sliding", "clever"),
  bucket: server("token-bucket", "clever"),
  ietf: server("first-request", "ietf-draft-10"),
  "two-limits": server("first-request", "ietf-draft-10", TWO_LIMITS),
  seconds: { algorithm: "fixed", limits: TWO_SECONDS, telling: { dialect: "x-ratelimit", retryAfter: "none", date: true } },
};

/** 20 a second, for more clients than that. */
export const FEW_UNITS = {
  fixed: server("fixed", "clever", FEW),
  first: server("first-request", "clever", FEW),
  bucket: server("token-bucket", "clever", FEW),
};

/** `total` calls at once, by turns. */
export const even = (/** @type {number} */ clients, total = 1000) => Array.from({ length: total }, (_, n) => ({ client: n % clients, at: 0 }));

/** 7:1:1:1. */
export const uneven = () => [700, 100, 100, 100].flatMap((count, client) => Array.from({ length: count }, () => ({ client, at: 0 })));

/** Three of four join after 4 s. */
export const late = () => Array.from({ length: 1000 }, (_, n) => ({ client: n % 4, at: n % 4 === 0 ? 0 : 4000 }));

/** Calls at chance times, so many parts of what the limit allows, for `seconds`. */
export function open(/** @type {number} */ clients, /** @type {number} */ load, /** @type {number} */ seed, seconds = 30) {
  const random = createRandom(seed);
  const count = Math.round((load * LIMITS[0].limit * seconds * 1000) / LIMITS[0].window);
  return Array.from({ length: count }, () => ({ client: Math.floor(random() * clients), at: 1 + Math.floor(random() * seconds * 1000) }));
}
