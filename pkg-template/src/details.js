// @ts-check
/**
 * The details of a call's last action, each by its name. Those that the core keeps as one are one function here.
 */
import { CIRCUIT, CLOSED, CODE, FLAG, HALF_OPEN, LEFT, NEXT_SEND, OPEN, TIME } from "./protocol.js";

/** @typedef {{ engine: import("./core.js").Engine, id: number }} Call */

/** @param {Call} call */
const time = ({ engine, id }) => engine.detail(id, TIME);

/** @param {Call} call */
const flag = ({ engine, id }) => engine.detail(id, FLAG) === 1;

/** @param {Call} call */
const code = ({ engine, id }) => engine.detail(id, CODE);

export {
  /** How long a call waits, or would wait, ms. */
  time as delayOf,
  /** How long a send, its headers or the front of a body may take, ms; 0 for no limit. */
  time as timeoutOf,
  /** When an ended call can be tried again, epoch ms; 0 where that is not known. */
  time as retryAtOf,
  /** Whether a call that waits relies on the policy's alarm. */
  flag as reliesOf,
  /** Whether a call ends by throwing its response. */
  flag as throwsOf,
  /** Whether a call is retried where its caller does not decide. */
  flag as decisionOf,
  /** The number of the reason why a call waits or ended. */
  code as reasonNumberOf,
  /** How much of a body to read, KiB. */
  code as kibibytesOf,
};

/**
 * How long a call may still take, ms; 0 for no limit.
 * @param {Call} call
 */
export const leftOf = ({ engine, id }) => engine.detail(id, LEFT);

/**
 * In how many ms the next send of a hedged attempt is due; `NEVER` where there is none.
 * @param {Call} call
 */
export const nextSendOf = ({ engine, id }) => engine.detail(id, NEXT_SEND);

/**
 * What the last event made of the route's circuit; undefined where it did not change it.
 * @param {Call} call
 */
export const circuitOf = ({ engine, id }) => CIRCUITS[engine.detail(id, CIRCUIT)];

/** @type {Record<number, string>} */
const CIRCUITS = { [CLOSED]: "closed", [HALF_OPEN]: "half-open", [OPEN]: "open" };
