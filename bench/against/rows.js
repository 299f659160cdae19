// @ts-check
import { createRandom } from "../../pkg-template/testing/random.js";
import { refusedConnection } from "../world/play.js";
import { every, get } from "../wild/load.js";
import { downFor, failed, good, refused } from "../wild/servers.js";

/**
 * What a policy must not be worse at than a plain loop: random shedding, one broken route, outages.
 *
 * @typedef {object} Row
 * @property {string} name
 * @property {string} title
 * @property {(seed: number) => import("../world/play.js").Server} server
 * @property {(seed: number) => import("../world/play.js").Load} load
 * @property {import("../world/play.js").Place} [place]
 * @property {(call: import("../world/play.js").Planned) => boolean} isHealthy calls that native fetch serves at once, whose time is compared with it
 * @property {number} [least] ms: earlier than this nobody can have served all
 */

const CALLS = 400;
const ROUTES = 20;
/** Of a run with a broken route. */
const LASTS = 60_000;
const BROKEN = "/v1/reports";

/**
 * Chance that is of a call's attempt and not of the order in which requests arrive: both clients meet the same weather.
 * @param {number} seed
 * @param {number} share
 */
function weather(seed, share) {
  /** @type {Map<string, () => number>} */
  const draws = new Map();
  return (/** @type {Request} */ { url }) => {
    const n = new URL(url).searchParams.get("n") ?? "0";
    const draw = draws.get(n) ?? createRandom(seed * 7919 + Number(n) * 104_729);
    draws.set(n, draw);
    return draw() < share;
  };
}

/** @param {number} share @param {number} hint s; 0: none @param {number} lanes @returns {Row} */
const shedding = (share, hint, lanes) => ({
  name: `shed-${share * 100}-${hint === 0 ? "bare" : "hint"}-${lanes}`,
  title: `429 by chance, ${share * 100} %, ${hint === 0 ? "no Retry-After" : `Retry-After ${hint}`}, ${lanes} at once`,
  server: (seed) => {
    const isShed = weather(seed, share);
    return (_, request) => (isShed(request) ? refused(429, hint === 0 ? {} : { "retry-after": String(hint) }) : good());
  },
  load: () => ({ calls: Array.from({ length: CALLS }, (_, n) => get(`/v1/items/${n}`)), lanes }),
  place: { latency: [20, 20] },
  // None is: each may be shed.
  isHealthy: () => false,
});

/** What a broken route answers. @type {Record<string, { title: string, answer: () => import("../world/play.js").Answer, page?: boolean }>} */
const BREAKS = {
  500: { title: "500", answer: () => failed(500) },
  network: { title: "a network error", answer: () => ({ status: 0, outcome: "failed", throws: refusedConnection() }) },
  cors: { title: "no CORS, in a page", answer: () => ({ status: 0, outcome: "failed", throws: new TypeError("Failed to fetch") }), page: true },
};

/** @param {string} kind @param {number} share @param {number} rate calls a second @returns {Row} */
function broken(kind, share, rate) {
  const { title, answer, page = false } = /** @type {(typeof BREAKS)[string]} */ (BREAKS[kind]);
  return {
    name: `broken-${kind}-${share * 100}-${rate}`,
    title: `one route broken: ${title}, ${share * 100} % of ${rate}/s`,
    server: () => (_, { url }) => (new URL(url).pathname === BROKEN ? answer() : good()),
    load: (seed) => {
      const random = createRandom(seed + 20);
      const calls = [];
      // As they come: the time between two is exponential.
      for (let at = 0; (at -= (Math.log(1 - random()) * 1000) / rate) < LASTS; ) {
        const isBroken = random() < share;
        calls.push(get(isBroken ? BROKEN : `/v1/items/${Math.floor(random() * ROUTES)}`, { at }));
      }
      return { calls };
    },
    place: { latency: [10, 40], page },
    isHealthy: ({ url }) => !url.endsWith(BROKEN),
    least: LASTS,
  };
}

/** 150 calls in 15 s to a server that is down for the first 20. @param {string} name @param {string} title @param {(left: number, t: number) => import("../world/play.js").Answer} answer @returns {Row} */
const outage = (name, title, answer) => ({
  name: `outage-${name}`,
  title: `down 20 s: ${title}`,
  server: () => downFor(20_000, answer),
  load: () => every(150, 100, (n) => get(`/v1/items/${n % ROUTES}`)),
  isHealthy: () => false,
  least: 20_000,
});

const SHARES = [0.01, 0.05, 0.2, 0.5];
const BROKEN_SHARES = [0.1, 0.2, 0.3, 0.5];
const RATES = [1, 5, 20];

/** @type {Row[]} */
export const ROWS = [
  ...[20, 1].flatMap((lanes) => [0, 1].flatMap((hint) => SHARES.map((share) => shedding(share, hint, lanes)))),
  ...Object.keys(BREAKS).flatMap((kind) => BROKEN_SHARES.flatMap((share) => RATES.map((rate) => broken(kind, share, rate)))),
  outage("bare", "503, no time told", () => failed(503)),
  outage("seconds", "503 with Retry-After", (left) => failed(503, { "retry-after": String(Math.ceil(left / 1000)) })),
  outage("date", "503 with a date", (left, t) => failed(503, { "retry-after": new Date(t + left).toUTCString() })),
  outage("zero", "503 with Retry-After 0", () => failed(503, { "retry-after": "0" })),
  outage("network", "connections refused", () => ({ status: 0, outcome: "failed", throws: refusedConnection() })),
];
