// @ts-check
// Resets in units and names of their own, and clocks that do not agree.
import { atOnce, every, get, oneByOne } from "./load.js";
import { good, hint, limited, refused, triple } from "./servers.js";

const MINUTE = 60_000;
const HOUR = 3_600_000;

/** @param {(moment: import("./servers.js").Moment) => Record<string, string>} tell @param {number} limit @param {number} window */
const told = (tell, limit, window) => () => limited({ limit, window, tell });

/** A quota with its reset in epoch seconds, `Date` hidden, on a clock that is off. @param {string} name @param {number} skew */
const skewed = (name, skew) => ({
  name,
  title: `epoch resets without Date, clock ${Math.abs(skew) / 1000} s ${skew > 0 ? "ahead" : "behind"}`,
  server: told(triple("x-ratelimit-"), 20, 10_000),
  shown: true,
  load: atOnce(150),
  place: { skew },
  // Seven resets after the first window; 1.3 x 70 s at most.
  most: { refused: 12, time: 91_000 },
});

/** @type {import("./cases.js").Wild[]} */
export const resets = [
  {
    name: "milliseconds",
    title: "a reset that falls in milliseconds (KuCoin)",
    shown: true,
    server: told(({ t, info }) => ({ "gw-ratelimit-limit": "20", "gw-ratelimit-remaining": String(info.remaining), "gw-ratelimit-reset": String(Math.ceil(info.resetAt - t)) }), 20, 30_000),
    load: oneByOne(300, 200),
    most: { refused: 3 },
  },
  {
    name: "nanoseconds",
    title: "a reset in epoch nanoseconds (PUBG)",
    shown: true,
    server: told(({ info }) => ({ ...triple("x-ratelimit-")(/** @type {any} */ ({ info })), "x-ratelimit-reset": `${Math.ceil(info.resetAt / 1000)}000000000` }), 10, MINUTE),
    load: atOnce(60),
    most: { refused: 1 },
  },
  {
    name: "remain",
    title: "requests-remain and reset-timestamp (Gate.io)",
    server: told(({ info }) => ({ "x-gate-ratelimit-limit": "200", "x-gate-ratelimit-requests-remain": String(info.remaining), "x-gate-ratelimit-reset-timestamp": String(Math.ceil(info.resetAt / 1000)) }), 200, 10_000),
    load: atOnce(600),
    most: { refused: 1 },
  },
  {
    name: "remaining-seconds",
    title: "remaining-seconds as a reset (Rollbar)",
    server: told((moment) => ({ ...triple("x-rate-limit-")(moment), "x-rate-limit-remaining-seconds": String(Math.ceil((moment.info.resetAt - moment.t) / 1000)) }), 100, MINUTE),
    load: atOnce(300),
    most: { refused: 1 },
  },
  {
    name: "json",
    title: "a header whose value is JSON (Basecamp)",
    server: told(({ info }) => ({ "x-ratelimit": JSON.stringify({ name: "API", period: 10, limit: 50, remaining: info.remaining, until: new Date(Math.ceil(info.resetAt)).toISOString() }) }), 50, 10_000),
    load: atOnce(200),
    most: { refused: 1 },
  },
  { name: "sixty", title: "60 a minute, 600 calls", shown: true, server: told(triple("x-ratelimit-"), 60, MINUTE), load: atOnce(600), most: { refused: 1 } },
  skewed("ahead", 120_000),
  skewed("behind", -120_000),
  {
    name: "stepped",
    title: "epoch resets without Date, the clock is set an hour ahead after 20 s",
    server: told(triple("x-ratelimit-"), 10, MINUTE),
    load: atOnce(50),
    place: { steps: [{ at: 20_000, wall: HOUR }] },
    most: { refused: 3, time: 320_000 },
  },
  {
    name: "asleep",
    title: "10 an hour used up; the lid is closed for an hour, then one call",
    server: told(({ t, info }) => ({ "x-ratelimit-limit": "10", "x-ratelimit-remaining": String(info.remaining), "x-ratelimit-reset": String(Math.ceil((info.resetAt - t) / 1000)) }), 10, HOUR),
    load: { calls: [...atOnce(10).calls, get("/v1/items", { at: MINUTE + 1000 })] },
    place: { steps: [{ at: MINUTE, wall: HOUR, asleep: true }] },
    watched: (n) => n === 10,
    most: { refused: 0, median: 5000 },
  },
  {
    name: "asleep-waiting",
    title: "10 an hour used up; a call waits while the lid is closed for an hour",
    server: told(({ t, info }) => ({ "x-ratelimit-limit": "10", "x-ratelimit-remaining": String(info.remaining), "x-ratelimit-reset": String(Math.ceil((info.resetAt - t) / 1000)) }), 10, HOUR),
    load: { calls: [...atOnce(10).calls, get("/v1/items", { at: 30_000 })] },
    place: { steps: [{ at: MINUTE, wall: HOUR, asleep: true }] },
    options: { rateLimit: { maxWait: 2 * HOUR } },
    watched: (n) => n === 10,
    // Half a minute before the lid is closed, and what it takes to notice.
    most: { refused: 0, median: 45_000 },
  },
  {
    name: "cached",
    title: "an answer of a cache, whose Date is 55 s old",
    server: () => {
      let asked = 0;
      return (t) => {
        asked++;
        if (asked === 1) return good({ date: new Date(t - 55_000).toUTCString() });
        return good({ "x-ratelimit-limit": "10", "x-ratelimit-remaining": asked === 2 ? "0" : "9", "x-ratelimit-reset": String(Math.ceil(t / 1000) + 2) });
      };
    },
    load: oneByOne(3, 100),
    most: { refused: 0, time: 5000 },
  },
  {
    name: "spread",
    title: "spread over a day of which 100 calls are left",
    server: () => () => good({ "x-ratelimit-limit": "1000", "x-ratelimit-remaining": "100", "x-ratelimit-reset": "86400" }),
    load: { calls: [get(), ...every(3, 10, () => get()).calls.map((call) => ({ ...call, at: 1000 }))] },
    options: { rateLimit: { pacing: "spread" } },
    most: { refused: 0 },
  },
  {
    name: "one-minute-hint",
    title: "429 with Retry-After 119, and a call beside it",
    server: () => {
      let until = 0;
      return (t) => ((until ||= t + 119_000), t < until ? refused(429, hint.seconds(/** @type {any} */ ({ wait: until - t }))) : good());
    },
    load: every(2, 1000),
    most: { refused: 2 },
  },
];
