// @ts-check
import { addressOf, isRequest, methodOf } from "./request.js";

/** @typedef {{ address: import("./request.js").Address, method: string, signal: AbortSignal | null | undefined }} Subject */

/**
 * The arguments for fetch, as many as the caller passed: fetch treats a missing one and an undefined one differently.
 * @param {ArrayLike<any>} given
 * @returns {any[]}
 */
export function argsOf(given) {
  return given.length > 1 ? [given[0], given[1]] : given.length > 0 ? [given[0]] : [];
}

/**
 * The request's URL, method and signal; undefined where the host's fetch decides alone: calls that are aborted before, URLs that
 * are not HTTP (data:, blob:), and arguments that fetch rejects.
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
    // The host's fetch rejects these; a copy of init for a time limit would hide that.
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
