// @ts-check
import { PolicyError } from "./errors.js";

const TEXTS = ["scope", "key", "name", "unit", "source"];
const NUMBERS = ["limit", "remaining", "resetAt", "window"];
// The core's word for "all quotas, with the keys of their scopes".
const KEYED = -(2 ** 31);

/**
 * What is known of quotas, as plain data; scopes are named by a hash of the credentials.
 * @param {import("./driver.js").Inside} inside
 */
export function takeSnapshot({ shared, clock }) {
  /** @type {any[]} */
  const states = JSON.parse(shared.engine.quotas(KEYED, clock.host.now(), clock.monotonic()));
  const quotas = states.map((state) => Object.fromEntries([...TEXTS, ...NUMBERS].filter((key) => key in state).map((key) => [key, state[key]])));
  return { version: 1, quotas };
}

/**
 * Takes up what a snapshot knows. One that cannot be read is refused as a whole.
 * @param {import("./driver.js").Inside} inside
 * @param {any} snapshot
 */
export function restoreSnapshot({ shared, clock, plan }, snapshot) {
  const quotas = snapshot?.version === 1 ? snapshot.quotas : undefined;
  if (!Array.isArray(quotas)) refuse("version 1 with an array of quotas");
  for (const quota of quotas) {
    if (!TEXTS.every((key) => quota?.[key] === undefined || typeof quota[key] === "string")) refuse(`strings as ${TEXTS.join(", ")}`);
    if (!NUMBERS.every((key) => quota?.[key] === undefined || quota[key] >= 0)) refuse(`numbers of 0 or more as ${NUMBERS.join(", ")}`);
    if (!quota?.scope || !/^[0-9a-f]{32}$/.test(quota.key ?? "")) refuse("a scope and its key in every quota");
  }
  for (const quota of quotas) {
    const texts = TEXTS.map((key) => (quota[key] ?? "").replaceAll("\n", " ")).join("\n");
    const [limit, remaining, resetAt, window] = NUMBERS.map((key) => quota[key] ?? -1);
    shared.engine.restore(plan, texts, limit, remaining, resetAt, window, clock.host.now(), clock.monotonic());
  }
}

/**
 * @param {string} expected
 * @returns {never}
 */
function refuse(expected) {
  throw new PolicyError("invalid-snapshot", `snapshot: expected ${expected}`);
}
