// @ts-check
import { DIALECTS } from "./dialects.js";

/**
 * Writes a server's limits in the headers of a dialect.
 *
 * @typedef {import("./limiters.js").Info} Info
 * @typedef {import("../testing.js").DialectQuota} DialectQuota
 *
 * @typedef {object} Telling
 * @property {string | import("../testing.js").Dialect} [dialect] a name of `DIALECTS`, or a row like one of them. Default: "none"
 * @property {"ceil" | "floor"} [round] how whole seconds are made. Default: "ceil"
 * @property {"none" | "seconds" | "decimal" | "date" | "ms"} [retryAfter] of a refusal. Default: the dialect's
 * @property {boolean} [date] whether Date is sent. Default: false
 */

/** @param {Telling} telling @returns {import("../testing.js").Dialect} */
export function rowOf({ dialect = "none" }) {
  const row = typeof dialect === "string" ? DIALECTS[dialect] : dialect;
  if (row === undefined) throw new TypeError(`unknown dialect ${dialect}; there are ${Object.keys(DIALECTS)}`);
  return row;
}

/**
 * @param {Telling} telling
 * @param {Info[]} infos
 * @param {number} t epoch ms on the server's clock
 * @param {number} [wait] of a refusal: ms until a request would be admitted
 * @returns {Record<string, string>}
 */
export function tell(telling, infos, t, wait) {
  const row = rowOf(telling);
  const { round = "ceil", retryAfter = row.retryAfter ?? "none", date = false } = telling;
  const seconds = (/** @type {number} */ ms) => String(Math[round](ms / 1000));
  /** @type {Record<string, string>} */
  const headers = infos.length > 0 ? { ...row.headers } : {};
  for (const quota of row.quotas ?? []) write(headers, quota, infos, t, seconds);
  if (row.fields !== undefined && infos.length > 0) FIELDS[row.fields](headers, infos, t, seconds);
  if (wait !== undefined) Object.assign(headers, row.refused, RETRY_AFTER[retryAfter](Math.max(1, wait), t));
  if (date) headers["Date"] = new Date(t).toUTCString();
  return headers;
}

/**
 * What a refusal's body says.
 * @param {Telling} telling
 * @param {number} wait ms
 */
export function refusalBody(telling, wait) {
  return (rowOf(telling).body ?? '{"error":"too many requests"}').replaceAll("{seconds}", (wait / 1000).toFixed(3));
}

/** @type {Record<string, (wait: number, t: number) => Record<string, string>>} */
const RETRY_AFTER = {
  none: () => ({}),
  seconds: (wait) => ({ "Retry-After": String(Math.ceil(wait / 1000)) }),
  decimal: (wait) => ({ "Retry-After": (wait / 1000).toFixed(3) }),
  date: (wait, t) => ({ "Retry-After": httpDate(t + wait) }),
  ms: (wait) => ({ "Retry-After-Ms": String(Math.ceil(wait)) }),
};

/** @type {Record<string, (at: number, t: number, seconds: (ms: number) => string) => string>} */
const RESETS = {
  "epoch-s": (at, _, seconds) => seconds(at),
  "epoch-ms": (at) => String(Math.round(at)),
  "delta-s": (at, t, seconds) => seconds(at - t),
  "delta-ms": (at, t) => String(Math.ceil(at - t)),
  "delta-min": (at, t) => String(Math.ceil((at - t) / 60_000)),
  date: (at) => new Date(Math.ceil(at)).toISOString(),
  "http-date": (at) => httpDate(at),
  duration: (at, t) => duration(Math.ceil(at - t)),
};

/**
 * @param {Record<string, string>} headers
 * @param {DialectQuota} quota
 * @param {Info[]} infos
 * @param {number} t
 * @param {(ms: number) => string} seconds
 */
function write(headers, quota, infos, t, seconds) {
  const { unit = "requests", resetUnit = "epoch-s" } = quota;
  const meant = infos.filter((info) => (info.unit ?? "requests") === unit && (quota.name === undefined || info.name === quota.name));
  if (meant.length === 0) return;
  const { limit, remaining, resetAt, bucket = "all" } = tightest(meant);
  const asDecimal = (/** @type {number} */ ms) => (ms / 1000).toFixed(3);
  if (quota.limit) headers[quota.limit] = String(limit);
  if (quota.remaining) headers[quota.remaining] = String(remaining);
  if (quota.used) headers[quota.used] = String(limit - remaining);
  if (quota.usedOfLimit) headers[quota.usedOfLimit] = `${limit - remaining}/${limit}`;
  if (quota.reset) headers[quota.reset] = RESETS[resetUnit](Math.max(resetAt, t), t, quota.decimal ? asDecimal : seconds);
  if (quota.bucket) headers[quota.bucket] = bucket;
}

/** @type {Record<string, (headers: Record<string, string>, infos: Info[], t: number, seconds: (ms: number) => string) => void>} */
const FIELDS = {
  "draft-07"(headers, infos, t, seconds) {
    const { limit, remaining, resetAt } = tightest(infos);
    headers["RateLimit-Policy"] = infos.map(({ limit, window }) => `${limit};w=${wholeSeconds(window)}`).join(", ");
    headers["RateLimit"] = `limit=${limit}, remaining=${remaining}, reset=${seconds(Math.max(0, resetAt - t))}`;
  },
  "draft-10"(headers, infos, t, seconds) {
    const policies = infos.map(({ limit, window, unit = "requests", name }, n) => {
      const counted = unit === "requests" ? "" : `;qu="${unit}"`;
      return `"${name ?? `p${n}`}";q=${limit};w=${wholeSeconds(window)}${counted}`;
    });
    const states = infos.map(
      ({ remaining, resetAt, name }, n) => `"${name ?? `p${n}`}";r=${remaining};t=${seconds(Math.max(0, resetAt - t))}`,
    );
    headers["RateLimit-Policy"] = policies.join(", ");
    headers["RateLimit"] = states.join(", ");
  },
};

/**
 * The limit that is closest to its end: sets that have room for one tell this one.
 * @param {Info[]} infos
 */
function tightest(infos) {
  return infos.reduce((a, b) => (b.remaining / b.limit < a.remaining / a.limit ? b : a));
}

/** @param {number} ms */
function wholeSeconds(ms) {
  return Math.round(ms / 1000) || 1;
}

/** @param {number} at */
function httpDate(at) {
  return new Date(Math.ceil(at / 1000) * 1000).toUTCString();
}

/** As Go prints it: 1m30s, 12ms. @param {number} ms */
function duration(ms) {
  if (ms < 1000) return `${ms}ms`;
  const [minutes, rest] = [Math.floor(ms / 60_000), (ms % 60_000) / 1000];
  return `${minutes > 0 ? `${minutes}m` : ""}${rest}s`;
}
