// @ts-check
import { PolicyError, PolicyOptionError } from "./policy-errors.js";

/**
 * Of a policy and of those that are extended from it: how many calls are not over, whether it sends more, who listens for changes, and
 * what they see: undefined since the last change until somebody asks.
 * @typedef {{ open: number, isClosed: boolean, end?: () => void, listeners: Set<() => void>, state?: any,
 *   said?: Set<string> }} Life the last: mistakes that were reported
 */

/** @returns {Life} */
export const newLife = () => ({ open: 0, isClosed: false, listeners: new Set() });

/** @param {string} [of] the call @param {import("./record.js").CallRecord} [record] */
export const closedError = (of = "", record = undefined) => new PolicyError("closed", `${of}the policy is closed: it sends no more`, { record });

/**
 * Notes that something changed, and by how many calls.
 * @param {Life} life
 * @param {number} by
 */
export const change = (life, by) => {
  life.open += by;
  life.state = undefined;
  for (const tell of life.listeners) tell();
};

/**
 * Calls a listener after each change, until the function that is returned is called.
 * @param {Life} life
 * @param {() => void} listener
 */
export const subscribe = ({ listeners }, listener) => {
  if (typeof listener !== "function") throw new PolicyOptionError("listener", "a function");
  /** @type {unknown} */
  let due;
  // Once for all changes of a turn. By a promise, because simulated clocks of tests hold the host's microtasks back.
  const tell = () => (due ||= Promise.resolve().then(() => ((due = 0), listeners.has(tell) && listener())).catch(console.error));
  listeners.add(tell);
  return () => void listeners.delete(tell);
};
