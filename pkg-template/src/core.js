// @ts-check
import { instantiate } from "#policy";
import { replaced } from "./instance.js";
import { AWAITED, FAILED, KEY, NEVER, UNWANTED, WANTED } from "./protocol.js";

/**
 * @typedef {ReturnType<typeof load>} Core
 * @typedef {InstanceType<Core["Engine"]>} Engine
 * @typedef {InstanceType<Core["Plan"]>} Plan
 */

const failed = () => FAILED;
const none = () => NEVER;

/**
 * The policy's core. An engine that has failed throws nothing, so that all its calls end in one place: see `drive`.
 */
export const load = replaced(instantiate, {
  start: none,
  tell: failed,
  prepared: failed,
  respond: failed,
  body: failed,
  fail: failed,
  detail: none,
  alarm: none,
  woken: none,
  is: () => false,
  keyed: () => {},
  know: () => {},
  label: () => "Error",
  notice: () => "",
  refusal: () => "",
  reason: () => undefined,
  quotas: (/** @type {number} */ which) => (which === AWAITED ? "" : "[]"),
  end: () => {},
  free: () => {},
});

/** @type {{ leftOut: RegExp, response: RegExp, key: string } | undefined} */
let known;

/** Names of headers as patterns: those of requests that the core does not want, those of responses that it wants. And the one that carries a key. */
export function names() {
  if (known === undefined) {
    const { names } = load();
    known = { leftOut: new RegExp(names(UNWANTED)), response: new RegExp(names(WANTED)), key: names(KEY) };
  }
  return known;
}

/** @type {Map<string, boolean>} */
const seen = new Map();

/**
 * Whether the core wants a response's header, of any policy.
 * @param {string} name in lower case
 */
function isKnown(name) {
  let wanted = seen.get(name);
  if (wanted === undefined) {
    wanted = names().response.test(name);
    // Names come from servers: what is remembered of them is bounded.
    if (seen.size < 500) seen.set(name, wanted);
  }
  return wanted;
}

/**
 * Whether the core wants a response's header under a policy, whose own dialects may name more.
 * @param {Plan} plan
 * @returns {(name: string) => boolean} of a name in lower case
 */
export function wantedBy(plan) {
  const names = plan.dialects();
  if (names === "") return isKnown;
  const own = new Set(names.split("\n"));
  return (name) => own.has(name) || isKnown(name);
}

/**
 * Tells the core what happened to a call; it returns what to do.
 * @param {import("./run.js").Run} run
 * @param {import("./protocol.js").Event} event
 */
export function tell({ engine, id, clock }, event) {
  return engine.tell(id, event, clock.host.now(), clock.monotonic(), clock.host.random());
}

/** @param {import("./run.js").Run} run */
export const hasFailed = (run) => run.inside.shared.core.failure !== undefined;
