// @ts-check
import { hostFetch } from "./host.js";
import { reasonOf } from "./limit.js";
import { letGo } from "./request.js";
import { signalOf } from "./subject-by.js";

/**
 * A call without a policy.
 * @param {any} fetch the caller's transport
 * @param {any[]} args
 */
export function passOn(fetch, args) {
  const host = hostFetch();
  const signal = signalOf(args[0], args[1]);
  const sent = (fetch ?? host)(...args);
  return signal?.aborted && fetch !== undefined && fetch !== host ? endSoon(sent, signal) : sent;
}

/**
 * The result of the caller's transport under a signal that was aborted before. Its own rejection comes first, since it judges the
 * arguments; one that ignores the signal has a turn of the event loop.
 * @param {any} sent
 * @param {AbortSignal} signal
 */
function endSoon(sent, signal) {
  return new Promise((resolve, reject) => {
    const result = Promise.resolve(sent);
    const timer = setTimeout(() => {
      reject(reasonOf(signal));
      result.then(letGo).catch(() => {});
    }, 0);
    result.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
