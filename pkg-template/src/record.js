// @ts-check

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
 * @property {AttemptRecord[]} attempts
 * @property {number} waited
 * @property {string} [gaveUp]
 * @property {number} [retryAt]
 */

// Hung on from outside: nothing is added to objects that are not ours.
/** @type {WeakMap<object, CallRecord>} */
const records = new WeakMap();

/**
 * @param {unknown} result a response or what was thrown
 * @param {CallRecord} record
 */
export function keep(result, record) {
  if ((typeof result === "object" && result !== null) || typeof result === "function") records.set(result, record);
}

/**
 * What happened to the call that gave this response or error.
 * @param {unknown} responseOrError
 * @returns {CallRecord | undefined}
 */
export function callRecord(responseOrError) {
  if (typeof responseOrError !== "object" && typeof responseOrError !== "function") return undefined;
  return responseOrError === null ? undefined : records.get(responseOrError);
}

/**
 * An error in a record: its name, and the code of it or of its cause. Messages may hold addresses, and with them secrets.
 * @param {{ name: string, code: string }} error
 */
export function label({ name, code }) {
  return code === "" ? name : `${name} ${code}`;
}
