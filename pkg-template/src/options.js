// @ts-check
import { limitsOf } from "./catalog-limits.js";
import { PolicyOptionError } from "./errors.js";

/**
 * A value as the core takes it: path, kind, and the value as a number or as a text.
 * @typedef {[path: string, kind: string, number: number, text: string]} Leaf
 */

/**
 * Hands an options object to the core, leaf by leaf. The core knows the schema; this knows JavaScript's values.
 * @param {any} plan
 * @param {unknown} options
 * @returns {Leaf[]} what was handed over
 */
export function apply(plan, options) {
  /** @type {Leaf[]} */
  const leaves = [];
  walk(plan, "", options, leaves);
  if (plan.check() < 0) refuse(plan);
  return leaves;
}

/**
 * @param {any} plan
 * @param {string} path
 * @param {unknown} value
 * @param {Leaf[]} leaves
 */
function walk(plan, path, value, leaves) {
  if (value === undefined) return;
  const leaf = leafOf(path, value);
  leaves.push(leaf);
  const answer = plan.set(...leaf);
  if (answer < 0) refuse(plan);
  if (answer === 0) return;
  for (const key of Object.keys(/** @type {object} */ (value))) {
    walk(plan, path === "" ? key : `${path}.${key}`, /** @type {any} */ (value)[key], leaves);
  }
}

/**
 * @param {string} path
 * @param {unknown} value
 * @returns {Leaf}
 */
function leafOf(path, value) {
  // Of a catalog the policy needs a few words.
  if (/^profiles\.\d+\.catalog$/.test(path)) {
    return typeof value === "object" && value !== null && !Array.isArray(value) ? [path, "s", 0, limitsOf(value)] : [path, "?", 0, ""];
  }
  switch (typeof value) {
    case "boolean":
      return [path, "b", Number(value), ""];
    case "function":
      return [path, "f", 0, ""];
    case "number":
      return [path, "n", value, ""];
    case "string":
      return [path, "s", 0, value];
    case "object":
      if (Array.isArray(value)) return [path, "l", value.length, ""];
      if (value !== null) return [path, "o", 0, ""];
    // falls through: null is no object here
    default:
      return [path, "?", 0, ""];
  }
}

/**
 * @param {any} plan
 * @returns {never}
 */
function refuse(plan) {
  const { field, expected, message } = JSON.parse(plan.error());
  throw new PolicyOptionError(field, expected, message);
}

/**
 * What of the options stays on this side: the functions, and what only the shell does.
 * @typedef {object} Hooks
 * @property {typeof fetch} [fetch]
 * @property {Partial<import("./host.js").Host>} [host]
 * @property {(event: any) => void} [onEvent]
 * @property {boolean} [userTiming]
 * @property {(request: any, attempt: number, last?: any) => any} [prepare]
 * @property {() => any} [body]
 * @property {(context: any) => any} [decide]
 * @property {(request: any) => string} [scope]
 * @property {any} [idempotencyKey]
 * @property {object[]} [catalogs] of the profiles
 * @property {{ explainResponse: typeof import("./explain.js").explainResponse }} [explainer]
 * @property {"throw" | "bypass"} [unavailable]
 */

/**
 * @param {Hooks} base
 * @param {any} options
 * @returns {Hooks}
 */
export function hooksOf(base, options) {
  return {
    fetch: options.fetch ?? base.fetch,
    host: options.host ?? base.host,
    onEvent: options.onEvent ?? base.onEvent,
    userTiming: options.userTiming ?? base.userTiming,
    prepare: options.prepare ?? base.prepare,
    body: options.body ?? base.body,
    decide: options.retry?.decide ?? base.decide,
    scope: options.rateLimit?.scope ?? base.scope,
    idempotencyKey: options.idempotencyKey ?? base.idempotencyKey,
    catalogs: options.profiles?.flatMap(catalogOf) ?? base.catalogs,
    explainer: options.explainer ?? base.explainer,
    unavailable: options.unavailable ?? base.unavailable,
  };
}

/**
 * A profile's hosts are those of its catalog. Only explanations need it, and so it is not looked at here.
 * @param {any} profile
 */
function catalogOf({ catalog, hosts }) {
  return catalog === undefined ? [] : [{ ...catalog, hosts }];
}
