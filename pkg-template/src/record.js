// @ts-check
import { shownUrl } from "./request.js";

/**
 * @typedef {object} AttemptRecord
 * @property {number} startedAt
 * @property {number} endedAt
 * @property {number} [status]
 * @property {string} [error]
 * @property {number} waitedBefore
 * @property {string} [waitReason]
 * @property {any} [quota]
 */

/**
 * @typedef {object} CallRecord
 * @property {number} call
 * @property {string} [method]
 * @property {string} [url]
 * @property {AttemptRecord[]} attempts
 * @property {number} waited
 * @property {string} [gaveUp]
 * @property {number} [retryAt]
 */

// Of all policies: one listener may listen to several.
let calls = 0;

/** A number for another call, by which its events are joined. */
export const nextCall = () => ++calls;

/** Gives what it is made of, so that a field can be put on that. */
class Same {
  /** @param {object} object */
  constructor(object) {
    return object;
  }
}

// Nothing that others can see is added to objects that are not ours: a private field is no property. A WeakMap would do
// the same, and take as long as all else that is done for a call in JS.
class Told extends Same {
  #record = /** @type {CallRecord} */ (/** @type {any} */ (undefined));
  #method = "";
  #href = "";

  /**
   * @param {any} object
   * @param {CallRecord} record
   * @param {{ method: string, href: string }} of
   */
  static on(object, record, { method, href }) {
    if (!(#record in object)) new Told(object);
    object.#record = record;
    object.#method = method;
    object.#href = href;
  }

  /** @param {any} object @returns {CallRecord | undefined} */
  static of(object) {
    return #record in object ? complete(object.#record, object.#method, object.#href) : others.get(object);
  }
}

/**
 * Of what takes no field.
 * @type {WeakMap<object, CallRecord>}
 */
const others = new WeakMap();

/** @param {unknown} value @returns {value is object} */
const isObject = (value) => (typeof value === "object" && value !== null) || typeof value === "function";

/**
 * @param {unknown} result a response or what was thrown
 * @param {CallRecord} record
 * @param {{ method: string, href: string }} of whose it is
 */
export function keep(result, record, of) {
  if (!isObject(result)) return;
  try {
    Told.on(result, record, of);
  } catch {
    others.set(result, complete(record, of.method, of.href));
  }
  // An error shows its record as a member. A response's is completed when it is asked for, which costs a good call nothing.
  if (result instanceof Error) complete(record, of.method, of.href);
}

/** Adds whose record it is. @param {CallRecord} record @param {string} method @param {string} href */
function complete(record, method, href) {
  record.method = method;
  record.url ??= shownUrl(href);
  return record;
}

// A member's name survives minifiers: see policy.js.
export const { callRecord } = {
  /**
   * What happened to the call that gave this response or error.
   * @param {unknown} responseOrError
   * @returns {CallRecord | undefined}
   */
  callRecord: (responseOrError) => (isObject(responseOrError) ? Told.of(responseOrError) : undefined),
};
