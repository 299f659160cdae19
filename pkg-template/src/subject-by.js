// @ts-check
import { isRequest, methodOf } from "./request.js";

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
 * @template {{ href: string }} A
 * @param {(input: any) => A} addressOf throws where fetch rejects
 * @param {any} input
 * @param {any} init
 */
export function subjectBy(addressOf, input, init) {
  try {
    /** @type {AbortSignal | null | undefined} */
    const signal = signalOf(input, init);
    const address = addressOf(input);
    // The host's fetch rejects the latter two; a copy of init for a time limit would hide that.
    if (signal?.aborted || !/^https?:/.test(address.href) || (init != null && init !== Object(init)) || (signal != null && typeof signal.addEventListener !== "function")) return undefined;
    return { address, method: methodOf(init?.method ?? (isRequest(input) ? input.method : undefined)), signal };
  } catch {
    return undefined;
  }
}

/**
 * @param {any} input
 * @param {any} init
 * @returns {AbortSignal | null | undefined}
 */
export function signalOf(input, init) {
  return init?.signal === undefined && isRequest(input) ? input.signal : init?.signal;
}
