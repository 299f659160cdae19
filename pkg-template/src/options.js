// @ts-check
import { PolicyOptionError } from "./errors.js";

/**
 * Hands an options object to the core, leaf by leaf. The core knows the schema; this knows JavaScript's values.
 * @param {any} plan
 * @param {unknown} options
 */
export function apply(plan, options) {
  walk(plan, "", options);
  if (plan.check() < 0) refuse(plan);
}

/**
 * @param {any} plan
 * @param {string} path
 * @param {unknown} value
 */
function walk(plan, path, value) {
  if (value === undefined) return;
  const answer = hand(plan, path, value);
  if (answer < 0) refuse(plan);
  if (answer === 0) return;
  for (const key of Object.keys(/** @type {object} */ (value))) {
    walk(plan, path === "" ? key : `${path}.${key}`, /** @type {any} */ (value)[key]);
  }
}

/**
 * @param {any} plan
 * @param {string} path
 * @param {unknown} value
 * @returns {number}
 */
function hand(plan, path, value) {
  switch (typeof value) {
    case "boolean":
      return plan.set(path, "b", Number(value), "");
    case "function":
      return plan.set(path, "f", 0, "");
    case "number":
      return plan.set(path, "n", value, "");
    case "string":
      return plan.set(path, "s", 0, value);
    case "object":
      if (Array.isArray(value)) return plan.set(path, "l", value.length, "");
      if (value !== null) return plan.set(path, "o", 0, "");
    // falls through: null is no object here
    default:
      return plan.set(path, "?", 0, "");
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
  };
}

/**
 * A profile's hosts are those of its catalog. Only explanations need it, and so it is not looked at here.
 * @param {any} profile
 */
function catalogOf({ catalog, hosts }) {
  return catalog === undefined ? [] : [{ ...catalog, hosts }];
}
