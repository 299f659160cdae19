// @ts-check
import { addressOf, isRequest, methodOf } from "./request.js";

/** @typedef {{ address: import("./request.js").Address, method: string, signal: AbortSignal | null | undefined }} Subject */

/**
 * What of a caller's arguments are fetch's own: as many as were given, since fetch tells none from an undefined one.
 * @param {ArrayLike<any>} given
 * @returns {any[]}
 */
export function argsOf(given) {
  return given.length > 1 ? [given[0], given[1]] : given.length > 0 ? [given[0]] : [];
}

/**
 * What is asked, or undefined where the policy has no say: an aborted call is the host's to reject, and what fetch
 * cannot send, or sends nowhere (data:, blob:), is the host's to judge.
 * @param {any} input
 * @param {any} init
 * @returns {Subject | undefined}
 */
export function subjectOf(input, init) {
  try {
    const request = isRequest(input) ? input : undefined;
    /** @type {AbortSignal | null | undefined} */
    const signal = signalOf(input, init);
    const address = addressOf(input);
    if (signal?.aborted || !address.isHttp) return undefined;
    // Errors of fetch's, which would not be if init were made anew for a time limit.
    if (isGiven(init) && init !== Object(init)) return undefined;
    if (isGiven(signal) && typeof signal?.addEventListener !== "function") return undefined;
    return { address, method: methodOf(init?.method ?? request?.method), signal };
  } catch {
    return undefined;
  }
}

/** @param {unknown} value */
const isGiven = (value) => value !== undefined && value !== null;

/**
 * @param {any} input
 * @param {any} init
 * @returns {AbortSignal | null | undefined}
 */
export function signalOf(input, init) {
  return init?.signal === undefined && isRequest(input) ? input.signal : init?.signal;
}
