// @ts-check
import { globals, hostFetch } from "./host.js";
import { addressOf, isRequest, letGo, methodOf } from "./request.js";
import { settle } from "./settle.js";

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
function signalOf(input, init) {
  return init?.signal === undefined && isRequest(input) ? input.signal : init?.signal;
}

/**
 * @param {any} fetch
 * @param {any[]} args
 */
export function passOn(fetch, args) {
  const host = hostFetch();
  const signal = signalOf(args[0], args[1]);
  const sent = (fetch ?? host)(...args);
  return signal?.aborted && fetch !== undefined && fetch !== host ? endSoon(sent, signal) : sent;
}

/**
 * What a transport of the caller's gives under a signal that has fired already. Its own rejection goes first, since it judges
 * the arguments; one that ignores the signal has a turn of the event loop.
 * @param {any} sent
 * @param {AbortSignal} signal
 */
function endSoon(sent, signal) {
  return new Promise((resolve, reject) => {
    const timer = globals.setTimeout(() => settle(sent, signal, undefined, letGo).then(resolve, reject), 0);
    Promise.resolve(sent)
      .finally(() => globals.clearTimeout(timer))
      .then(resolve, reject);
  });
}
