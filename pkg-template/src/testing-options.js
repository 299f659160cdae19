// @ts-check
import { PolicyOptionError } from "./errors.js";
import { DIALECTS } from "../testing/dialects.js";
import { ALGORITHMS } from "../testing/limiters.js";

/** @typedef {import("../testing.js").SimulatorOptions} SimulatorOptions */

/** The quota of who names none. */
const USUAL = { limit: 60, window: 60_000 };
const RESET_UNITS = ["epoch-s", "epoch-ms", "delta-s", "delta-ms", "delta-min", "date", "http-date", "duration"];
const RETRY_AFTER = ["none", "seconds", "decimal", "date", "ms"];
/** Of a dialect's quota: names of headers. */
const HEADERS = ["limit", "remaining", "used", "usedOfLimit", "reset", "bucket"];

/** @typedef {[check: (value: any) => boolean, expected: string]} Rule */

/** @type {Rule} */
const positive = [(value) => typeof value === "number" && value > 0 && value < Infinity, "a number above 0"];
/** @type {Rule} */
const number = [(value) => Number.isFinite(value), "a number"];
/** @type {Rule} */
const boolean = [(value) => typeof value === "boolean", "true or false"];
/** @type {Rule} */
const called = [(value) => typeof value === "function", "a function"];
/** @type {Rule} */
const text = [(value) => typeof value === "string", "a string"];
/** @type {Rule} */
const record = [(value) => typeof value === "object" && value !== null && !Array.isArray(value), "an object"];
/** @type {Rule} */
const status = [(value) => Number.isInteger(value) && value >= 200 && value <= 599, "a status from 200 to 599"];
/** @param {string[]} words @returns {Rule} */
const oneOf = (words) => [(value) => words.includes(value), `one of ${words.join(", ")}`];

/** @type {Record<string, Rule>} */
const RULES = {
  algorithm: oneOf(Object.keys(ALGORITHMS)),
  clock: oneOf(["virtual", "host"]),
  cost: called,
  date: boolean,
  dialect: [(value) => Object.hasOwn(DIALECTS, value) || record[0](value) || Array.isArray(value), `a dialect, or one of ${Object.keys(DIALECTS).join(", ")}`],
  errors: record,
  headers: record,
  hidden: boolean,
  latency: [
    (value) => [value].flat().every((ms) => ms >= 0 && Number.isFinite(ms)) && (!Array.isArray(value) || (value.length === 2 && value[0] <= value[1])),
    "milliseconds, or [least, most]",
  ],
  limit: positive,
  limits: [(value) => Array.isArray(value) && value.length > 0, "a list of at least one limit"],
  respond: called,
  retryAfter: oneOf(RETRY_AFTER),
  round: oneOf(["ceil", "floor"]),
  scope: called,
  seed: [(value) => Number.isInteger(value) && value >= 0, "a whole number from 0 on"],
  skew: number,
  start: positive,
  window: positive,
};

const KNOWN = Object.keys(RULES).join(", ");

/**
 * Checks options and fills in the defaults.
 * @param {SimulatorOptions} options
 */
export function settingsOf(options) {
  const all = /** @type {any} */ (options);
  expect("", all, record);
  for (const [name, value] of Object.entries(all)) {
    if (!Object.hasOwn(RULES, name)) throw new PolicyOptionError(name, `one of ${KNOWN}`, `unknown option "${name}"; known are ${KNOWN}`);
    if (value !== undefined && name !== "errors") expect(name, value, RULES[name]);
  }
  const { latency = [5, 30], limit = USUAL.limit, window = USUAL.window } = options;
  if (options.limits !== undefined && (options.limit ?? options.window) !== undefined) {
    throw new PolicyOptionError("limits", "either limits, or limit and window");
  }
  const limits = options.limits ?? [{ limit, window }];
  limits.forEach((one, n) => {
    expect(`limits.${n}`, one, record);
    expect(`limits.${n}.limit`, one.limit, positive);
    expect(`limits.${n}.window`, one.window, positive);
  });
  return {
    ...options,
    limits,
    dialect: dialectOf(options.dialect ?? "ietf-draft-10"),
    errors: errorsOf(options.errors ?? []),
    latency: /** @type {[number, number]} */ (typeof latency === "number" ? [latency, latency] : latency),
    // 2027-01-01T00:00:00Z: the same in each run, and a multiple of all usual windows.
    start: options.start ?? 1_798_761_600_000,
    seed: options.seed ?? 1,
  };
}

/** @param {NonNullable<SimulatorOptions["errors"]>} errors */
function errorsOf(errors) {
  const list = [errors].flat();
  list.forEach((one, n) => {
    const path = Array.isArray(errors) ? `errors.${n}` : "errors";
    expect(path, one, record);
    expect(`${path}.share`, one.share, [(share) => share >= 0 && share <= 1, "a share from 0 to 1"]);
    if (one.failure !== undefined) checkFailure(`${path}.failure`, one.failure);
  });
  return list;
}

/**
 * @param {string} field
 * @param {unknown} value
 */
export function checkFailure(field, value) {
  if (value === "network" || value === "hang" || value === "cut") return;
  if (typeof value === "number") return expect(field, value, status);
  expect(field, value, [record[0], 'a status, "network", "hang", "cut", or { status, headers?, body? }']);
  expect(`${field}.status`, /** @type {any} */ (value).status, status);
}

/** @param {string} field @param {unknown} value */
export function checkMs(field, value) {
  expect(field, value, [(ms) => ms >= 0 && Number.isFinite(ms), "milliseconds, 0 or more"]);
}

/** @param {string} field @param {unknown} value */
export function checkCount(field, value) {
  expect(field, value, [(count) => Number.isInteger(count) && /** @type {number} */ (count) >= 0, "a whole number, 0 or more"]);
}

/**
 * A dialect as a row: a name, a row, or the quotas alone, in the form of a profile's `dialects`.
 * @param {NonNullable<SimulatorOptions["dialect"]>} dialect
 * @returns {import("../testing.js").Dialect}
 */
function dialectOf(dialect) {
  if (typeof dialect === "string") return DIALECTS[dialect] ?? {};
  const isRow = !Array.isArray(dialect) && ["quotas", "fields", "retryAfter", "refused", "status", "body", "headers"].some((name) => name in dialect);
  /** @type {import("../testing.js").Dialect} */
  const row = isRow ? /** @type {import("../testing.js").Dialect} */ (dialect) : { quotas: /** @type {any} */ ([dialect].flat()), retryAfter: "seconds" };
  (row.quotas ?? []).forEach((quota, n) => {
    const path = `dialect.quotas.${n}`;
    expect(path, quota, [(value) => record[0](value) && HEADERS.some((name) => name in value), `an object with one of ${HEADERS.join(", ")}`]);
    for (const name of HEADERS) if (/** @type {any} */ (quota)[name] !== undefined) expect(`${path}.${name}`, /** @type {any} */ (quota)[name], text);
    if (quota.resetUnit !== undefined) expect(`${path}.resetUnit`, quota.resetUnit, oneOf(RESET_UNITS));
  });
  if (row.fields !== undefined) expect("dialect.fields", row.fields, oneOf(["draft-07", "draft-10"]));
  if (row.retryAfter !== undefined) expect("dialect.retryAfter", row.retryAfter, oneOf(RETRY_AFTER));
  if (row.status !== undefined) expect("dialect.status", row.status, status);
  if (row.body !== undefined) expect("dialect.body", row.body, text);
  return row;
}

/**
 * @param {string} field
 * @param {unknown} value
 * @param {Rule} rule
 */
function expect(field, value, [check, expected]) {
  if (!check(value)) throw new PolicyOptionError(field, expected);
}
