// @ts-check

/**
 * How APIs tell their limits: one row each. What a header is called, what its reset counts, and what a refusal says is
 * data; `tell.js` writes any of it, a caller's own row too.
 *
 * @typedef {import("../testing.js").Dialect} Dialect
 */

/** @param {string} stem @param {Partial<import("../testing.js").DialectQuota>} [more] @returns {import("../testing.js").DialectQuota} */
const triple = (stem, more) => ({ limit: `${stem}Limit`, remaining: `${stem}Remaining`, reset: `${stem}Reset`, resetUnit: "epoch-s", ...more });

/** @param {string} stem @param {Partial<import("../testing.js").DialectQuota>} more @returns {import("../testing.js").DialectQuota[]} */
const byUnit = (stem, more) =>
  ["requests", "tokens"].map((unit) => ({
    ...more,
    unit,
    limit: stem.replace("*", `limit-${unit}`).replace("#", `${unit}-limit`),
    remaining: stem.replace("*", `remaining-${unit}`).replace("#", `${unit}-remaining`),
    reset: stem.replace("*", `reset-${unit}`).replace("#", `${unit}-reset`),
  }));

/** @type {Record<string, Dialect>} */
export const DIALECTS = {
  none: {},
  "retry-after": { retryAfter: "seconds" },
  // draft-ietf-httpapi-ratelimit-headers: 03 to 06 have three fields, 07 dictionaries, 08 and later lists.
  "ietf-draft-03": { quotas: [triple("RateLimit-", { resetUnit: "delta-s" })], retryAfter: "seconds" },
  "ietf-draft-07": { fields: "draft-07", retryAfter: "seconds" },
  "ietf-draft-10": { fields: "draft-10", retryAfter: "seconds" },
  "x-ratelimit": { quotas: [triple("X-RateLimit-")], retryAfter: "seconds" },
  // As OpenRouter and LaunchDarkly.
  "x-ratelimit-ms": { quotas: [triple("X-RateLimit-", { resetUnit: "epoch-ms" })], retryAfter: "seconds" },
  // As Envoy and Pinterest.
  "x-ratelimit-delta": { quotas: [triple("X-RateLimit-", { resetUnit: "delta-s" })], retryAfter: "seconds" },
  anthropic: {
    quotas: byUnit("anthropic-ratelimit-#", { resetUnit: "date" }),
    retryAfter: "seconds",
    body: '{"type":"error","error":{"type":"rate_limit_error","message":"This request would exceed your rate limit."}}',
  },
  clever: { quotas: [triple("X-RateLimit-", { bucket: "X-RateLimit-Bucket" })], body: "" },
  discord: {
    quotas: [triple("X-RateLimit-", { bucket: "X-RateLimit-Bucket" }), { reset: "X-RateLimit-Reset-After", resetUnit: "delta-s", decimal: true }],
    retryAfter: "seconds",
    body: '{"message":"You are being rate limited.","retry_after":{seconds},"global":false}',
  },
  github: {
    quotas: [triple("x-ratelimit-", { used: "x-ratelimit-used" })],
    headers: { "x-ratelimit-resource": "core" },
    status: 403,
    body: '{"message":"API rate limit exceeded for user ID 1.","documentation_url":"https://docs.github.com/rest"}',
  },
  gitlab: {
    quotas: [triple("RateLimit-", { used: "RateLimit-Observed" }), { reset: "RateLimit-ResetTime", resetUnit: "http-date" }],
    headers: { "RateLimit-Name": "throttle_authenticated_api" },
    retryAfter: "seconds",
    body: "Retry later\n",
  },
  // Its refusals are 400, its resets epoch ms.
  linear: {
    quotas: [triple("X-RateLimit-Requests-", { resetUnit: "epoch-ms" })],
    status: 400,
    body: '{"errors":[{"message":"Rate limit exceeded","extensions":{"code":"RATELIMITED"}}]}',
  },
  okta: { quotas: [triple("X-Rate-Limit-")], body: '{"errorCode":"E0000047","errorSummary":"API call exceeded rate limit due to too many requests."}' },
  openai: {
    quotas: byUnit("x-ratelimit-*", { resetUnit: "duration" }),
    retryAfter: "ms",
    body: '{"error":{"message":"Rate limit reached. Please try again in {seconds}s.","type":"requests","param":null,"code":"rate_limit_exceeded"}}',
  },
  // As Azure OpenAI: OpenAI's names, plain seconds.
  "openai-seconds": { quotas: byUnit("x-ratelimit-*", { resetUnit: "delta-s" }), retryAfter: "seconds" },
  // Remaining is a decimal, and no header tells the limit.
  reddit: { quotas: [{ used: "x-ratelimit-used", remaining: "x-ratelimit-remaining", reset: "x-ratelimit-reset", resetUnit: "delta-s" }] },
  shopify: {
    quotas: [{ usedOfLimit: "X-Shopify-Shop-Api-Call-Limit" }],
    retryAfter: "decimal",
    body: '{"errors":"Exceeded 2 calls per second for api client. Reduce request rates to resume uninterrupted service."}',
  },
  slack: { retryAfter: "seconds", body: '{"ok":false,"error":"ratelimited"}' },
  // Nothing is told but that it was too much, and why.
  stripe: {
    refused: { "Stripe-Rate-Limited-Reason": "global-rate" },
    body: '{"error":{"type":"invalid_request_error","code":"rate_limit","message":"Too many requests made to the API too quickly."}}',
  },
  twitter: { quotas: [triple("x-rate-limit-")], body: '{"errors":[{"code":88,"message":"Rate limit exceeded"}]}' },
  zendesk: {
    quotas: [{ limit: "X-Rate-Limit", remaining: "X-Rate-Limit-Remaining", reset: "ratelimit-reset", resetUnit: "delta-s" }],
    retryAfter: "seconds",
  },
};
