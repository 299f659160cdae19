// @ts-check
import { hostFetch } from "./host.js";
import { letGo } from "./request.js";
import { signalOf } from "./subject.js";

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
    let isOver = false;
    const timer = setTimeout(() => {
      isOver = true;
      reject(signal.reason ?? new DOMException("The call was aborted", "AbortError"));
    }, 0);
    Promise.resolve(sent)
      .finally(() => clearTimeout(timer))
      .then((response) => (isOver ? letGo(response) : resolve(response)))
      .catch(reject);
  });
}
