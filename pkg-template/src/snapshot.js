// @ts-check
import { PolicyOptionError } from "./errors.js";
import { SNAPSHOT } from "./protocol.js";

const TEXTS = ["scope", "key", "name", "unit", "source"];
const NUMBERS = ["limit", "remaining", "resetAt", "window"];

/**
 * What is known of quotas, as plain data; scopes are named by a hash of the credentials.
 * @param {import("./driver.js").Inside} inside
 */
export function takeSnapshot({ shared, clock }) {
  /** @type {any[]} */
  const states = JSON.parse(shared.engine.quotas(SNAPSHOT, 0, clock.host.now(), clock.monotonic()));
  const quotas = states.map((state) => Object.fromEntries([...TEXTS, ...NUMBERS].filter((key) => key in state).map((key) => [key, state[key]])));
  return { version: 1, quotas };
}

/**
 * Takes up what a snapshot knows: all of it is read and checked before the first quota is taken up, so that a snapshot that fails to be
 * read changes nothing.
 * @param {import("./driver.js").Inside} inside
 * @param {unknown} snapshot
 */
export function restoreSnapshot({ shared, clock, plan }, snapshot) {
  const kept = readSnapshot(snapshot);
  const text = kept.flatMap((quota) => [...TEXTS.map((key) => (quota[key] ?? "").replaceAll("\n", " ")), ...NUMBERS.map((key) => digits(quota[key]))]).join("\n");
  shared.engine.restore(plan, text, clock.host.now(), clock.monotonic());
}

/** A whole number of 15 digits at most, as text. @param {number | undefined} value */
function digits(value) {
  return value === undefined ? "" : `${Math.trunc(Math.max(-MOST, Math.min(value, MOST)))}`;
}

/** @typedef {(value: any) => boolean} Check */
/** @type {Check} */
const isText = (value) => typeof value === "string";
/** @type {Check} */
const isAmount = (value) => Number.isFinite(value) && value >= 0;
const MOST = 999_999_999_999_999;
const TEXT = "a text";
const AMOUNT = "a finite number of 0 or more";

/** What each member of a quota must be; those with `true` must be there. @type {[string, Check, string, boolean?][]} */
const MEMBERS = [
  ["scope", (value) => isText(value) && value.trim() !== "", "a text that is not empty", true],
  ["key", (value) => isText(value) && /^[0-9a-f]{32}$/.test(value), "32 hexadecimal digits", true],
  ["name", isText, TEXT],
  ["unit", isText, TEXT],
  ["source", isText, TEXT],
  ["limit", isAmount, AMOUNT],
  ["remaining", isAmount, AMOUNT],
  // Negative under a clock before 1970.
  ["resetAt", Number.isFinite, "a finite number, epoch ms"],
  ["window", isAmount, AMOUNT],
];

/**
 * A snapshot's quotas, each member read once and checked.
 * @param {unknown} snapshot
 * @returns {Record<string, any>[]}
 */
function readSnapshot(snapshot) {
  member(snapshot, "version", "snapshot", "", "1", (value) => value === 1);
  const quotas = member(snapshot, "quotas", "snapshot", "", "an array", Array.isArray);
  const length = member(quotas, "length", "quotas", "quotas.", "a number", Number.isInteger);
  const all = [];
  for (let index = 0; index < length; index++) {
    const at = `quotas.${index}`;
    const quota = member(quotas, index, "quotas", "quotas.", "an object", isObject);
    /** @type {Record<string, any>} */
    const kept = {};
    for (const [name, check, expected, required] of MEMBERS) {
      kept[name] = member(quota, name, at, `${at}.`, expected, (value) => (value === undefined && !required) || check(value));
    }
    all.push(kept);
  }
  return all;
}

/** @param {unknown} value @returns {value is Record<string | number, any>} */
function isObject(value) {
  return typeof value === "object" && value !== null;
}

/**
 * A member, read once. What a getter or a proxy throws is the cause.
 * @param {unknown} of
 * @param {string | number} name
 * @param {string} at what `of` is called
 * @param {string} prefix what the member's path begins with
 * @param {string} expected
 * @param {Check} check
 */
function member(of, name, at, prefix, expected, check) {
  /** @type {{ code: string, cause?: unknown }} */
  const details = { code: "invalid-snapshot" };
  if (!isObject(of)) throw new PolicyOptionError(at, "an object", undefined, details);
  try {
    const value = of[name];
    if (check(value)) return value;
  } catch (cause) {
    details.cause = cause;
  }
  throw new PolicyOptionError(`${prefix}${name}`, expected, undefined, details);
}
