// @ts-check
// Servers of our own that nothing was tuned for: other numbers, other words, and kinds that no report above has.
import { atOnce, every, get, oneByOne, post } from "./load.js";
import { banning, capped, downFor, failed, good, hint, limited, refused, triple } from "./servers.js";

/** @type {import("./cases.js").Wild[]} */
export const fresh = [
  {
    name: "monthly-told",
    title: "12 a second untold, a monthly quota told (Kong)",
    shown: true,
    server: () => {
      let left = 812_345;
      return limited({ limit: 12, window: 1000, tell: () => ({ "x-ratelimit-limit-month": "1000000", "x-ratelimit-remaining-month": String(--left) }) });
    },
    load: atOnce(240),
    most: { refused: 60 },
  },
  {
    name: "minute-told",
    title: "10 per 2 s sliding, 600 a minute told beside it",
    server: () => {
      const minute = limited({ limit: 600, window: 60_000, tell: triple("ratelimit-") });
      const burst = limited({ limit: 10, window: 2000, algorithm: "sliding", refuse: (moment) => refused(429, hint.seconds(moment)) });
      return async (t, request) => {
        const answer = await burst(t, request);
        if (answer.outcome !== "good") return answer;
        return minute(t, request);
      };
    },
    load: atOnce(150),
    most: { refused: 60 },
  },
  {
    name: "ban",
    title: "more than 40 per 10 s is a ban of 10 s, told by Retry-After",
    shown: true,
    server: () => banning({ limit: 40, window: 10_000, lasts: 10_000, refuse: (left) => refused(429, { "retry-after": String(Math.ceil(left / 1000)) }, "error code: 1015") }),
    load: atOnce(200),
    most: { refused: 120 },
  },
  {
    name: "extended-ban",
    title: "more than 30 per 10 s is a ban of 5 s that each refused request begins again",
    server: () => banning({ limit: 30, window: 10_000, lasts: 5000, extend: true, refuse: () => refused() }),
    load: atOnce(120),
    most: { lost: 2, refused: 120 },
  },
  {
    name: "cap",
    title: "5 at once, each takes 300 to 700 ms; a sixth is refused",
    shown: true,
    server: (random) => capped({ most: 5, lasts: () => 300 + 400 * random() }),
    load: atOnce(120),
    // 12 s where five are always in work.
    most: { refused: 60, time: 30_000 },
  },
  {
    name: "minutes",
    title: "a reset that falls in minutes",
    server: () => limited({ limit: 30, window: 120_000, tell: ({ t, info }) => ({ "x-rl-limit": "30", "x-rl-remaining": String(info.remaining), "x-rl-reset": String(Math.ceil((info.resetAt - t) / 60_000)) }) }),
    load: oneByOne(120, 100),
    most: { refused: 12 },
  },
  {
    name: "retry-in",
    title: "30 per 12 s, a body that says retry_in",
    server: () => limited({ limit: 30, window: 12_000, refuse: ({ wait }) => refused(429, {}, JSON.stringify({ error: "slow down", retry_in: Math.ceil(wait / 1000) })) }),
    load: atOnce(150),
    most: { refused: 40 },
  },
  {
    name: "throttling",
    title: "25 a second, bursts of 50, refused by a 400 (AWS)",
    server: () => limited({ limit: 50, window: 2000, algorithm: "token-bucket", refuse: () => refused(400, {}, '{"__type":"ThrottlingException","message":"Rate exceeded"}') }),
    load: atOnce(200, () => post("/")),
    most: { refused: 120 },
  },
  {
    name: "overloaded",
    title: "529 for 8 s with Retry-After (Anthropic)",
    server: () => downFor(8000, (left) => failed(529, { "retry-after": String(Math.ceil(left / 1000)) })),
    load: every(80, 100),
    most: { refused: 30, time: 20_000 },
  },
  {
    name: "gateway-date",
    title: "502 for 15 s with a date",
    server: () => downFor(15_000, (left, t) => failed(502, { "retry-after": new Date(t + left).toUTCString() })),
    load: every(100, 120),
    most: { refused: 50, time: 30_000 },
  },
  {
    name: "past-date",
    title: "503 for 12 s with a date that is past",
    server: () => downFor(12_000, () => failed(503, { "retry-after": "Wed, 21 Oct 2015 07:28:00 GMT" })),
    load: every(100, 100),
    most: { refused: 50, time: 25_000 },
  },
  {
    name: "far-off",
    title: "epoch-ms resets without Date, clock 45 min behind",
    server: () => limited({ limit: 25, window: 5000, tell: ({ info }) => ({ "x-ratelimit-limit": "25", "x-ratelimit-remaining": String(info.remaining), "x-ratelimit-reset": String(Math.round(info.resetAt)) }) }),
    load: atOnce(150),
    place: { skew: -45 * 60_000 },
    most: { refused: 12, time: 35_000 },
  },
  {
    name: "page",
    title: "a page that can read nothing: 20 per 8 s",
    shown: true,
    server: () => limited({ limit: 20, window: 8000, tell: triple("x-ratelimit-") }),
    load: atOnce(50),
    place: { page: true },
    most: { refused: 30 },
  },
  {
    name: "page-bare",
    title: "a page, 20 per 8 s, 429s without CORS headers",
    server: () => limited({ limit: 20, window: 8000, refuse: () => ({ status: 0, outcome: "refused", throws: new TypeError("Failed to fetch") }) }),
    load: atOnce(50),
    place: { page: true },
    most: { refused: 30 },
  },
  {
    name: "told-reset-only",
    title: "15 per 30 s; a refusal names its reset and nothing else",
    server: () => limited({ limit: 15, window: 30_000, refuse: ({ wait }) => refused(429, { "ratelimit-reset": String(Math.ceil(wait / 1000)) }) }),
    load: atOnce(60),
    most: { refused: 30 },
  },
  {
    name: "shared",
    title: "20 per 10 s, half of it used by others, remaining told",
    server: (random) => {
      const server = limited({ limit: 20, window: 10_000, tell: triple("x-ratelimit-") });
      return (t, request) => {
        if (random() < 0.5) server(t, request);
        return server(t, request);
      };
    },
    load: every(200, 200, () => get()),
    most: { refused: 60 },
  },
  {
    name: "healthy",
    title: "one broken route, 30 % of 600 calls",
    server: () => (_, { url }) => (url.includes("/broken") ? failed(500) : good()),
    load: every(600, 100, () => get()).calls.reduce((load, call, n) => ({ calls: [...load.calls, n % 10 < 3 ? { ...call, url: call.url.replace("items", "broken") } : call] }), /** @type {import("../world/play.js").Load} */ ({ calls: [] })),
    watched: (n) => n % 10 >= 3,
    most: { median: 40 },
  },
];
