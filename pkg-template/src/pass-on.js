// @ts-check
import { globals, hostFetch } from "./host.js";
import { letGo } from "./request.js";
import { settle } from "./settle.js";
import { signalOf } from "./subject.js";

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
