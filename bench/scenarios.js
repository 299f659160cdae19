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
 * @property {import("../pkg-template/testing/server.js").ServerOptions} server
 * @property {import("../pkg-template/testing/network.js").NetworkOptions} [network]
 * @property {number} [skew] ms that the clients' clocks are ahead
 * @property {number} [clients] that know nothing of one another and share the token. Default: 1
 * @property {import("../pkg-template/testing/limiters.js").Limit[]} [told] what clients are told beforehand
 * @property {boolean} [blind] it is about being told nothing: clients that must be told are left out
 * @property {Target} [target] of our package; without one it is shown for comparison
 *
 * @typedef {{ ratio: number, limited: number } | { like: string }} Target at most these, or what the named case shows
 */

export const CALLS = 1000;

const LIMITS = [{ limit: 200, window: 3000 }];
const TWO_LIMITS = [
  { limit: 40, window: 1000 },
  { limit: 200, window: 6000 },
];

const FAILURES = { share: 0.05 };
const COUNTED = { ...FAILURES, counted: true };

/**
 * @param {import("../pkg-template/testing/limiters.js").Algorithm} algorithm
 * @param {import("../pkg-template/testing/tell.js").Telling} telling
 * @param {import("../pkg-template/testing/limiters.js").Limit[]} [limits]
 * @returns {import("../pkg-template/testing/server.js").ServerOptions}
 */
const server = (algorithm, telling, limits = LIMITS) => ({ algorithm, limits, telling: { retryAfter: "none", ...telling } });

/** @type {Scenario[]} */
export const SCENARIOS = [
  {
    name: "fixed",
    title: "fixed, epoch-second reset",
    server: server("fixed", { dialect: "clever" }),
    target: { ratio: 1.03, limited: 1 },
  },
  {
    name: "first",
    title: "window from first request",
    server: server("first-request", { dialect: "clever" }),
    target: { ratio: 1.03, limited: 0 },
  },
  {
    name: "sliding",
    title: "sliding log",
    server: server("sliding", { dialect: "clever" }),
    target: { ratio: 1.06, limited: 1 },
  },
  {
    name: "bucket",
    title: "token bucket",
    server: server("token-bucket", { dialect: "clever" }),
    target: { ratio: 1.02, limited: 0 },
  },
  {
    name: "ietf",
    title: "IETF draft-10 fields",
    server: server("first-request", { dialect: "ietf-draft-10" }),
    target: { ratio: 1.03, limited: 0 },
  },
  {
    name: "retry-after",
    title: "Retry-After only, no counters",
    server: server("first-request", { retryAfter: "seconds" }),
    target: { ratio: 1.15, limited: 200 },
  },
  {
    name: "two-limits",
    title: "two limits at once, IETF fields",
    server: server("first-request", { dialect: "ietf-draft-10" }, TWO_LIMITS),
    target: { ratio: 1.1, limited: 2 },
  },
  {
    name: "failures",
    title: "5 % 503s",
    server: { ...server("first-request", { dialect: "clever" }), failures: FAILURES },
    target: { ratio: 1.05, limited: 1 },
  },
  {
    name: "ahead",
    title: "clock 90 s ahead, Date readable",
    server: server("fixed", { dialect: "clever", date: true }),
    skew: 90_000,
    target: { like: "in-step" },
  },
  {
    name: "behind",
    title: "clock 90 s behind, Date readable",
    server: server("fixed", { dialect: "clever", date: true }),
    skew: -90_000,
    target: { like: "in-step" },
  },
  {
    name: "four-clients",
    title: "4 uncoordinated clients, one token",
    server: server("first-request", { dialect: "clever" }),
    clients: 4,
    target: { ratio: 1.2, limited: 20 },
  },
  {
    name: "hidden-told",
    title: "headers hidden, quota told",
    server: server("first-request", { dialect: "clever" }),
    network: { hidden: true },
    told: LIMITS,
    target: { ratio: 1.05, limited: 2 },
  },
  {
    name: "hidden",
    title: "headers hidden, no Retry-After, nothing told",
    server: server("first-request", { dialect: "clever" }),
    network: { hidden: true },
    blind: true,
    target: { ratio: 2, limited: 400 },
  },
  // Without a target: what shows whether the above is skill or fits these cases alone.
  ...others(),
];

/** @returns {Scenario[]} */
function others() {
  /** @type {[string, string, Omit<Scenario, "name" | "title">][]} */
  const rows = [
    ["in-step", "fixed, clocks in step, Date readable", { server: server("fixed", { dialect: "clever", date: true }) }],
    ["rounded-down", "fixed, reset rounded down", { server: server("fixed", { dialect: "clever", round: "floor" }) }],
    ["first-floor", "first request, reset rounded down", { server: server("first-request", { dialect: "clever", round: "floor" }) }],
    ["legacy", "IETF drafts 03-06, delta seconds", { server: server("first-request", { dialect: "ietf-draft-03" }) }],
    ["decimal", "first request, decimal reset-after", { server: server("first-request", { dialect: "discord" }) }],
    ["first-ahead", "first request, 90 s ahead, Date", { server: server("first-request", { dialect: "clever", date: true }), skew: 90_000 }],
    ["first-behind", "first request, 90 s behind, Date", { server: server("first-request", { dialect: "clever", date: true }), skew: -90_000 }],
    ["slow", "first request, round trips of 80-300 ms", { server: server("first-request", { dialect: "clever" }), network: { latency: [80, 300] } }],
    ["ietf-fixed", "fixed, IETF draft-10 fields", { server: server("fixed", { dialect: "ietf-draft-10" }) }],
    ["ietf-sliding", "sliding log, IETF draft-10 fields", { server: server("sliding", { dialect: "ietf-draft-10" }) }],
    ["ietf-bucket", "token bucket, IETF draft-10 fields", { server: server("token-bucket", { dialect: "ietf-draft-10" }) }],
    ["retry-after-fixed", "fixed, Retry-After only", { server: server("fixed", { retryAfter: "seconds" }) }],
    ["retry-after-sliding", "sliding log, Retry-After only", { server: server("sliding", { retryAfter: "seconds" }) }],
    ["retry-after-bucket", "token bucket, Retry-After only", { server: server("token-bucket", { retryAfter: "seconds" }) }],
    ["retry-after-decimal", "first request, decimal Retry-After only", { server: server("first-request", { retryAfter: "decimal" }) }],
    ["two-limits-fixed", "two fixed limits, IETF fields", { server: server("fixed", { dialect: "ietf-draft-10" }, TWO_LIMITS) }],
    ["two-limits-sliding", "two sliding limits, IETF fields", { server: server("sliding", { dialect: "ietf-draft-10" }, TWO_LIMITS) }],
    ["two-limits-one-told", "two limits, the tightest told", { server: server("first-request", { dialect: "clever" }, TWO_LIMITS) }],
    ["counted-failures", "5 % 503s that are counted", { server: { ...server("first-request", { dialect: "clever" }), failures: COUNTED } }],
    ["fixed-failures", "fixed, 5 % 503s", { server: { ...server("fixed", { dialect: "clever" }), failures: FAILURES } }],
    ["four-fixed", "fixed, 4 uncoordinated clients", { server: server("fixed", { dialect: "clever" }), clients: 4 }],
    ["four-bucket", "token bucket, 4 uncoordinated clients", { server: server("token-bucket", { dialect: "clever" }), clients: 4 }],
    ["four-sliding", "sliding log, 4 uncoordinated clients", { server: server("sliding", { dialect: "clever" }), clients: 4 }],
    ["four-hidden", "headers hidden, 4 uncoordinated clients", { server: server("first-request", {}), network: { hidden: true }, clients: 4, blind: true }],
    ["four-hidden-fixed", "fixed, headers hidden, 4 uncoordinated clients", { server: server("fixed", {}), network: { hidden: true }, clients: 4, blind: true }],
    ["four-ietf", "IETF fields, 4 uncoordinated clients", { server: server("first-request", { dialect: "ietf-draft-10" }), clients: 4 }],
    ["hidden-told-fixed", "fixed, hidden, quota told", { server: server("fixed", {}), network: { hidden: true }, told: LIMITS }],
    ["hidden-told-sliding", "sliding log, hidden, quota told", { server: server("sliding", {}), network: { hidden: true }, told: LIMITS }],
    ["hidden-told-bucket", "token bucket, hidden, quota told", { server: server("token-bucket", {}), network: { hidden: true }, told: LIMITS }],
    ["hidden-fixed", "fixed, hidden, nothing told", { server: server("fixed", {}), network: { hidden: true }, blind: true }],
    ["hidden-sliding", "sliding log, hidden, nothing told", { server: server("sliding", {}), network: { hidden: true }, blind: true }],
    ["hidden-bucket", "token bucket, hidden, nothing told", { server: server("token-bucket", {}), network: { hidden: true }, blind: true }],
  ];
  return rows.map(([name, title, more]) => ({ name, title, ...more }));
}
