// @ts-check
// Limits that no header reports, beside others that headers report.
import { atOnce, get, post } from "./load.js";
import { hint, hourly, limited, refused, triple } from "./servers.js";

const SECONDARY = '{"message":"You have exceeded a secondary rate limit. Please wait a few minutes before you try again."}';
const SHORT = { limit: 20, window: 10_000 };

/** @param {Record<string, string>} [primary] @returns {import("../world/play.js").Server} */
const github = (primary = {}) =>
  limited({
    limit: 80,
    window: 60_000,
    tell: ({ t }) => (Object.keys(primary).length === 0 ? {} : { ...primary, "x-ratelimit-reset": String(Math.ceil(t / 1000) + 3000) }),
    refuse: () => refused(403, {}, SECONDARY),
  });
const PRIMARY = { "x-ratelimit-limit": "5000", "x-ratelimit-remaining": "4600", "x-ratelimit-resource": "core" };
const writes = atOnce(400, (n) => ({ ...post(`/repos/acme/shop/issues/${n}/comments`), url: `https://api.github.com/repos/acme/shop/issues/${n}/comments` }));

const message = (/** @type {string} */ channel) => ({ ...post(), url: `https://discord.com/api/v10/channels/${channel}/messages` });
/** Five in 5 s for each channel, told by Discord's headers. */
const discord = () =>
  limited({
    limit: 5,
    window: 5000,
    algorithm: "first-request",
    key: ({ url }) => new URL(url).pathname,
    tell: ({ t, info }) => ({
      ...triple("x-ratelimit-")({ t, info, wait: 0, request: /** @type {any} */ (undefined) }),
      "x-ratelimit-reset": (info.resetAt / 1000).toFixed(3),
      "x-ratelimit-reset-after": ((info.resetAt - t) / 1000).toFixed(3),
      "x-ratelimit-bucket": "80c17d2f203122d936070c88c8d10f33",
    }),
    refuse: ({ wait }) => refused(429, { "retry-after": String(Math.ceil(wait / 1000)) }, `{"message":"You are being rate limited.","retry_after":${(wait / 1000).toFixed(3)},"global":false}`),
  });

/** @type {import("./cases.js").Wild[]} */
export const hidden = [
  {
    name: "untold-hint",
    title: "20 per 10 s, told by Retry-After alone",
    shown: true,
    server: () => limited({ ...SHORT, refuse: (moment) => refused(429, hint.seconds(moment)) }),
    load: atOnce(300),
    most: { refused: 25 },
  },
  {
    name: "hourly-hint",
    title: "20 per 10 s, told by Retry-After, and an hourly quota beside it",
    shown: true,
    server: () => limited({ ...SHORT, tell: hourly(), refuse: (moment) => refused(429, hint.seconds(moment)) }),
    load: atOnce(300),
    most: { like: "untold-hint" },
  },
  { name: "untold", title: "20 per 10 s, nothing told", shown: true, server: () => limited(SHORT), load: atOnce(300), most: { lost: 2, refused: 40 } },
  { name: "hourly", title: "20 per 10 s untold, an hourly quota told", shown: true, server: () => limited({ ...SHORT, tell: hourly() }), load: atOnce(300), most: { like: "untold" } },
  {
    name: "daily",
    title: "20 per 10 s untold, a daily quota in IETF fields",
    shown: true,
    server: () => limited({ ...SHORT, tell: () => ({ "ratelimit-policy": '"day";q=50000;w=86400', ratelimit: '"day";r=49000;t=40000' }) }),
    load: atOnce(300),
    most: { like: "untold" },
  },
  { name: "secondary-bare", title: "80 writes a minute, then a 403 with a message", server: () => github(), load: writes, most: { refused: 85 } },
  { name: "secondary", title: "GitHub's secondary limit: 80 writes a minute, by its message alone", shown: true, server: () => github(PRIMARY), load: writes, most: { like: "secondary-bare" } },
  { name: "secondary-profile", title: "GitHub's secondary limit, with the profile", server: () => github(PRIMARY), load: writes, profiles: ["github"], most: { like: "secondary-bare" } },
  {
    name: "limit-only",
    title: "20 per 10 s as limit, count and period, and Retry-After",
    shown: true,
    server: () =>
      limited({
        ...SHORT,
        tell: ({ info }) => ({
          "x-pco-api-request-rate-limit": "20",
          "x-pco-api-request-rate-count": String(info.limit - info.remaining),
          "x-pco-api-request-rate-period": "10",
        }),
        refuse: (moment) => refused(429, hint.seconds(moment)),
      }),
    load: atOnce(300),
    most: { like: "untold-hint" },
  },
  { name: "untold-minute", title: "20 a minute, nothing told", server: () => limited({ limit: 20, window: 60_000 }), load: atOnce(200), most: { lost: 3, refused: 40 } },
  {
    name: "no-reset",
    title: "20 a minute, limit and remaining told, no reset",
    shown: true,
    server: () => limited({ limit: 20, window: 60_000, tell: ({ info }) => ({ "x-ratelimit-limit": "20", "x-ratelimit-remaining": String(info.remaining) }) }),
    load: atOnce(200),
    most: { like: "untold-minute" },
  },
  {
    name: "wrong-option",
    title: "10 a minute, all told; the option says 100 a second",
    server: () => limited({ limit: 10, window: 60_000, tell: triple("x-ratelimit-") }),
    load: atOnce(60),
    options: { rateLimit: { quotas: [{ limit: 100, window: 1000 }] } },
    most: { refused: 1 },
  },
  { name: "channel", title: "Discord, 20 messages to one channel, with the profile", server: discord, load: atOnce(20, () => message("1")), profiles: ["discord"], most: { refused: 1 } },
  {
    name: "channels",
    title: "Discord, 100 to one channel, one each to 20 others",
    server: discord,
    load: { calls: [...Array.from({ length: 100 }, () => message("1")), ...Array.from({ length: 20 }, (_, n) => ({ ...message(String(n + 2)), at: 2000 }))] },
    profiles: ["discord"],
    watched: (n) => n >= 100,
    most: { refused: 10, median: 1500 },
  },
  {
    name: "tokens",
    title: "30,000 tokens a minute, 10,000 a call, no cost given",
    shown: true,
    server: () =>
      limited({
        limit: 30_000,
        window: 60_000,
        algorithm: "token-bucket",
        cost: 10_000,
        tell: ({ t, info }) => ({
          "x-ratelimit-limit-requests": "500",
          "x-ratelimit-remaining-requests": "499",
          "x-ratelimit-reset-requests": "120ms",
          "x-ratelimit-limit-tokens": "30000",
          "x-ratelimit-remaining-tokens": String(info.remaining),
          "x-ratelimit-reset-tokens": `${((info.resetAt - t) / 1000).toFixed(2)}s`,
        }),
        refuse: ({ wait }) =>
          refused(429, {}, `{"error":{"message":"Rate limit reached for gpt-4o on tokens per min (TPM): Limit 30000, Used 25000, Requested 10000. Please try again in ${(wait / 1000).toFixed(1)}s.","type":"tokens","code":"rate_limit_exceeded"}}`),
      }),
    load: atOnce(20, () => post("/v1/chat/completions")),
    most: { refused: 30 },
  },
  {
    name: "free",
    title: "304s that cost nothing: remaining stays 59 of 60",
    server: () => limited({ limit: 60, window: 3_600_000, isFree: true, tell: ({ t }) => ({ "x-ratelimit-limit": "60", "x-ratelimit-remaining": "59", "x-ratelimit-reset": String(Math.ceil(t / 1000) + 3600) }) }),
    load: atOnce(200, (n) => get(`/repos/${n}`)),
    most: { refused: 0 },
  },
];
