// @ts-check
import { limitsOf } from "./catalog-limits.js";
import { withOwn } from "./emit.js";

/** @typedef {import("./check-options.js").Leaf} Leaf */

/**
 * Hands checked options to the core.
 * @param {import("./core.js").Plan} plan
 * @param {Leaf[]} leaves
 */
export function apply(plan, leaves) {
  for (const leaf of leaves) {
    // Of a catalog the policy needs a few words; of another object that the shell keeps, none.
    if (typeof leaf[2] !== "string") leaf[2] = limitsOf(leaf[2]);
    plan.keep(...leaf);
  }
}

/**
 * What of the options stays on this side: the functions, and what only the shell does.
 * @typedef {object} Hooks
 * @property {typeof fetch} [fetch]
 * @property {Partial<import("./host.js").Host>} [host]
 * @property {import("./emit.js").Listeners} [onEvent]
 * @property {boolean} [userTiming]
 * @property {(request: any, attempt: number, last?: any) => any} [prepare]
 * @property {() => any} [body]
 * @property {(context: any) => any} [decide]
 * @property {(request: any) => string} [scope]
 * @property {any} [idempotencyKey]
 * @property {object[]} [catalogs] of the profiles
 * @property {{ explainResponse: typeof import("./explain.js").explainResponse }} [explainer]
 * @property {"throw" | "bypass"} [unavailable]
 * @property {import("../share.d.ts").Coordinator} [coordinator]
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
    onEvent: withOwn(base.onEvent, options.onEvent),
    userTiming: options.userTiming ?? base.userTiming,
    prepare: options.prepare ?? base.prepare,
    body: options.body ?? base.body,
    decide: options.retry?.decide ?? base.decide,
    scope: options.rateLimit?.scope ?? base.scope,
    idempotencyKey: options.idempotencyKey ?? base.idempotencyKey,
    catalogs: options.profiles?.flatMap(catalogOf) ?? base.catalogs,
    explainer: options.explainer ?? base.explainer,
    unavailable: options.unavailable ?? base.unavailable,
    coordinator: options.coordinator ?? base.coordinator,
  };
}

/**
 * A profile's hosts are those of its catalog. Only explanations need it, and so it is not looked at here.
 * @param {any} profile
 */
function catalogOf({ catalog, hosts }) {
  return catalog === undefined ? [] : [{ ...catalog, hosts }];
}
