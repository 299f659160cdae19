// @ts-check

/**
 * How a server tells its limits: the usual sets of headers.
 *
 * @typedef {import("./limiters.js").Info} Info
 * @typedef {"none" | "epoch" | "discord" | "ietf-legacy" | "ietf"} Style
 *
 * @typedef {object} Telling
 * @property {Style} [style] "epoch": X-RateLimit-* with the reset in epoch seconds, as Clever's; "discord": the same and the
 *   reset in decimal seconds from now; "ietf-legacy": drafts 03 to 06; "ietf": drafts 08 and later. Default: "none"
 * @property {"ceil" | "floor"} [round] how whole seconds are made. Default: "ceil"
 * @property {"none" | "ceil" | "float"} [retryAfter] of a refusal: none, whole or decimal seconds. Default: "none"
 * @property {boolean} [date] whether Date is sent. Default: false
 */

/**
 * @param {Telling} telling
 * @param {Info[]} infos
 * @param {number} t epoch ms on the server's clock
 * @param {number} [wait] of a refusal: ms until a request would be admitted
 * @returns {Record<string, string>}
 */
export function tell({ style = "none", round = "ceil", retryAfter = "none", date = false }, infos, t, wait) {
  const write = STYLES[style];
  if (write === undefined) throw new TypeError(`unknown style ${style}; there are ${Object.keys(STYLES)}`);
  const headers = write(infos, t, (ms) => String(Math[round](ms / 1000)));
  if (wait !== undefined && retryAfter === "ceil") headers["Retry-After"] = String(Math.max(1, Math.ceil(wait / 1000)));
  if (wait !== undefined && retryAfter === "float") headers["Retry-After"] = (Math.max(1, wait) / 1000).toFixed(3);
  if (date) headers["Date"] = new Date(t).toUTCString();
  return headers;
}

/** @type {Record<Style, (infos: Info[], t: number, seconds: (ms: number) => string) => Record<string, string>>} */
const STYLES = {
  none: () => ({}),
  epoch(infos, _, seconds) {
    const { limit, remaining, resetAt } = tightest(infos);
    return {
      "X-RateLimit-Limit": String(limit),
      "X-RateLimit-Remaining": String(remaining),
      "X-RateLimit-Reset": seconds(resetAt),
      "X-RateLimit-Bucket": "all",
    };
  },
  discord(infos, t, seconds) {
    const resetAfter = Math.max(0, tightest(infos).resetAt - t) / 1000;
    return { ...STYLES.epoch(infos, t, seconds), "X-RateLimit-Reset-After": resetAfter.toFixed(3) };
  },
  "ietf-legacy"(infos, t, seconds) {
    const { limit, remaining, resetAt } = tightest(infos);
    return {
      "RateLimit-Limit": String(limit),
      "RateLimit-Remaining": String(remaining),
      "RateLimit-Reset": seconds(Math.max(0, resetAt - t)),
    };
  },
  ietf(infos, t, seconds) {
    const policies = infos.map(({ limit, windowMs }, n) => `"p${n}";q=${limit};w=${Math.round(windowMs / 1000) || 1}`);
    const states = infos.map(({ remaining, resetAt }, n) => `"p${n}";r=${remaining};t=${seconds(Math.max(0, resetAt - t))}`);
    return { "RateLimit-Policy": policies.join(", "), RateLimit: states.join(", ") };
  },
};

/**
 * The limit that is closest to its end: sets that have room for one tell this one.
 * @param {Info[]} infos
 */
function tightest(infos) {
  return infos.reduce((a, b) => (b.remaining / b.limit < a.remaining / a.limit ? b : a));
}
