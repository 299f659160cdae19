// @ts-check
import { instantiate } from "#policy";
import { replaced } from "./instance.js";

/** The action that a failed core returns for every event. */
export const FAILED = 8;
const failed = () => FAILED;
const none = () => -1;

/**
 * The policy's core. An engine that has failed throws nothing, so that all its calls end in one place: see `fly`.
 */
export const load = replaced(instantiate, {
  start: none,
  tell: failed,
  prepared: failed,
  respond: failed,
  body: failed,
  fail: failed,
  number: none,
  alarm: none,
  woken: none,
  is: () => false,
  know: () => {},
  label: () => "Error",
  notice: () => "",
  refusal: () => "",
  reason: () => undefined,
  quotas: (/** @type {number} */ call) => (call < 0 ? "[]" : ""),
  end: () => {},
  free: () => {},
});

/** @type {{ leftOut: RegExp, response: RegExp, key: string } | undefined} */
let known;

/** Names of headers as patterns: those of requests that the core does not want, those of responses that it wants. And the one that carries a key. */
export function names() {
  if (known === undefined) {
    const { names } = load();
    known = { leftOut: new RegExp(names(0)), response: new RegExp(names(1)), key: names(2) };
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
 * @param {any} plan
 * @returns {(name: string) => boolean} of a name in lower case
 */
export function wantedBy(plan) {
  const names = plan.dialects();
  if (names === "") return isKnown;
  const own = new Set(names.split("\n"));
  return (name) => own.has(name) || isKnown(name);
}

/**
 * Tells the core what happened to a call; it says what to do: 0 send, 1 wait, 2 resolve, 3 reject, 4 ask, 5 read the front
 * of the body, 6 send, with others beside it where it is slow, 7 go on with those that are under way, 9 make the next headers.
 * @param {import("./run.js").Run} run
 * @param {number} event
 * @returns {number}
 */
export function tell({ engine, id, clock }, event) {
  return engine.tell(id, event, clock.host.now(), clock.monotonic(), clock.host.random());
}
/** The detail (`engine.number`) that says how long a call may still take, ms; 0 for no limit. */
export const LEFT = 5;
/** What it says where it leaves an attempt to its other sends. */
export const AWAIT = 7;
/** What it says where it needs the headers of the next send. */
export const PREPARE = 9;
tell.BEGIN = 0;
tell.ELAPSE = 1;
tell.ABORT = 2;
tell.YES = 3;
tell.NO = 4;
tell.UNSAID = 5;
tell.ONLINE = 6;
tell.OFFLINE = 7;
tell.EXPIRE = 8;
