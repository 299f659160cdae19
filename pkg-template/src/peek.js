// @ts-check
import { listen, unlisten } from "./abort.js";
import { tell } from "./core.js";
import { kibibytesOf, timeoutOf } from "./details.js";
import { front } from "./front.js";
import { ABORT } from "./protocol.js";
import { abort } from "./wait.js";

/**
 * Tells the core the front of the body of the response in hand, as much and for as long as it asked for. It is read off a copy:
 * the caller's response stays unread.
 * @param {import("./run.js").Run} run
 * @returns {Promise<import("./protocol.js").Action>} what to do next
 */
export async function peek(run) {
  const { engine, id, clock, signal } = run;
  const response = /** @type {Response} */ (run.response);
  const within = timeoutOf(run);
  const text = (await front(response, kibibytesOf(run) * 1024, (stop) => limit(run, within, stop))) ?? "";
  if (signal?.aborted) {
    response.body?.cancel().catch(() => {});
    return tell(run, ABORT);
  }
  return engine.body(id, text, clock.host.now(), clock.monotonic(), clock.host.random());
}

/**
 * Has the signal, or the time that the core gives it, stop a reading; returns what takes both back.
 * @param {import("./run.js").Run} run
 * @param {number} within ms
 * @param {() => void} stop
 */
function limit(run, within, stop) {
  const { signal, clock } = run;
  run.resume = stop;
  const timer = clock.host.setTimeout(() => abort(run), within);
  if (signal?.aborted) abort(run);
  else if (signal) listen(signal, run);
  return () => {
    clock.host.clearTimeout(timer);
    if (signal) unlisten(signal, run);
    run.resume = undefined;
  };
}
