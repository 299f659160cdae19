// @ts-check

/**
 * The cases: a server, how it tells its limits, what is in the way, and what our package must show there.
 *
 * The load is the same in all: 1,000 calls at once, told nothing unless the name says so. Targets are those of the
 * project's issue on quotas: the makespan as a multiple of the least possible, and 429s, both as medians over the start
 * phases. No call may be lost anywhere.
 *
 * @typedef {object} Scenario
 * @property {string} name
 * @property {string} title
 * @property {import("./world/server.js").ServerOptions} server
 * @property {import("./world/network.js").NetworkOptions} [network]
 * @property {number} [skew] ms that the clients' clocks are ahead
 * @property {number} [clients] that know nothing of one another and share the token. Default: 1
 * @property {import("./world/limiters.js").Limit[]} [told] what clients are told beforehand
 * @property {Target} [target] of our package; without one it is shown for comparison
 *
 * @typedef {{ ratio: number, limited: number } | { like: string }} Target at most these, or what the named case shows
 */

export const CALLS = 1000;

const LIMITS = [{ limit: 200, windowMs: 3000 }];
const TWO_LIMITS = [
  { limit: 40, windowMs: 1000 },
  { limit: 200, windowMs: 6000 },
];

/**
 * @param {import("./world/limiters.js").Algorithm} algorithm
 * @param {import("./world/headers.js").Telling} telling
 * @param {import("./world/limiters.js").Limit[]} [limits]
 * @returns {import("./world/server.js").ServerOptions}
 */
const server = (algorithm, telling, limits = LIMITS) => ({ algorithm, limits, telling });

/** @type {Scenario[]} */
export const SCENARIOS = [
  {
    name: "fixed",
    title: "fixed, epoch-second reset",
    server: server("fixed", { style: "epoch" }),
    target: { ratio: 1.03, limited: 1 },
  },
  {
    name: "first",
    title: "window from first request",
    server: server("first", { style: "epoch" }),
    target: { ratio: 1.03, limited: 0 },
  },
  {
    name: "sliding",
    title: "sliding log",
    server: server("sliding", { style: "epoch" }),
    target: { ratio: 1.06, limited: 1 },
  },
  {
    name: "bucket",
    title: "token bucket",
    server: server("bucket", { style: "epoch" }),
    target: { ratio: 1.02, limited: 0 },
  },
  {
    name: "ietf",
    title: "IETF draft-10 fields",
    server: server("first", { style: "ietf" }),
    target: { ratio: 1.03, limited: 0 },
  },
  {
    name: "retry-after",
    title: "Retry-After only, no counters",
    server: server("first", { retryAfter: "ceil" }),
    target: { ratio: 1.15, limited: 200 },
  },
  {
    name: "two-limits",
    title: "two limits at once, IETF fields",
    server: server("first", { style: "ietf" }, TWO_LIMITS),
    target: { ratio: 1.1, limited: 2 },
  },
  {
    name: "failures",
    title: "5 % 503s",
    server: { ...server("first", { style: "epoch" }), failures: { share: 0.05 } },
    target: { ratio: 1.05, limited: 1 },
  },
  {
    name: "ahead",
    title: "clock 90 s ahead, Date readable",
    server: server("fixed", { style: "epoch", date: true }),
    skew: 90_000,
    target: { like: "in-step" },
  },
  {
    name: "behind",
    title: "clock 90 s behind, Date readable",
    server: server("fixed", { style: "epoch", date: true }),
    skew: -90_000,
    target: { like: "in-step" },
  },
  {
    name: "four-clients",
    title: "4 uncoordinated clients, one token",
    server: server("first", { style: "epoch" }),
    clients: 4,
    target: { ratio: 1.2, limited: 20 },
  },
  {
    name: "hidden-told",
    title: "headers hidden, quota told",
    server: server("first", { style: "epoch" }),
    network: { hidden: true },
    told: LIMITS,
    target: { ratio: 1.05, limited: 2 },
  },
  {
    name: "hidden",
    title: "headers hidden, no Retry-After, nothing told",
    server: server("first", { style: "epoch" }),
    network: { hidden: true },
    target: { ratio: 2, limited: 400 },
  },
  {
    name: "in-step",
    title: "fixed, clocks in step, Date readable",
    server: server("fixed", { style: "epoch", date: true }),
  },
  {
    name: "rounded-down",
    title: "fixed, epoch-second reset rounded down",
    server: server("fixed", { style: "epoch", round: "floor" }),
  },
  {
    name: "first-floor",
    title: "first request, reset rounded down",
    server: server("first", { style: "epoch", round: "floor" }),
  },
  {
    name: "legacy",
    title: "IETF drafts 03-06, delta seconds",
    server: server("first", { style: "ietf-legacy" }),
  },
  {
    name: "decimal",
    title: "first request, decimal reset-after",
    server: server("first", { style: "discord" }),
  },
  {
    name: "first-ahead",
    title: "first request, clock 90 s ahead, Date",
    server: server("first", { style: "epoch", date: true }),
    skew: 90_000,
  },
  {
    name: "fixed-four",
    title: "fixed, 4 uncoordinated clients",
    server: server("fixed", { style: "epoch" }),
    clients: 4,
  },
  {
    name: "bucket-ietf",
    title: "token bucket, IETF draft-10 fields",
    server: server("bucket", { style: "ietf" }),
  },
  {
    name: "sliding-ietf",
    title: "sliding log, IETF draft-10 fields",
    server: server("sliding", { style: "ietf" }),
  },
  {
    name: "counted-failures",
    title: "5 % 503s that are counted",
    server: { ...server("first", { style: "epoch" }), failures: { share: 0.05, counted: true } },
  },
  {
    name: "hidden-told-fixed",
    title: "fixed, headers hidden, quota told",
    server: server("fixed", { style: "epoch" }),
    network: { hidden: true },
    told: LIMITS,
  },
];
