// @ts-check
import { timeoutOf } from "./details.js";
import { endedBy } from "./foreign.js";
import { lines } from "./lines.js";
import { viewOf } from "./request.js";
import { isPending, limitOf, settle } from "./settle.js";

/** In the place of headers: the caller made none. */
export const NONE = Symbol("none");

/**
 * Has the caller make the headers of the next send, and tells the core, which must know whose quota they are for. What the last
 * attempt gave is kept meanwhile.
 * @param {import("./run.js").Run} run
 * @returns {import("./protocol.js").Action | Promise<import("./protocol.js").Action>} what to do next; at once where the headers are there at once
 */
export function prepare(run) {
  const { clock, hooks, signal } = run;
  const number = run.attempt + 1;
  const made = hooks.prepare?.(viewOf(run), number, lastOf(run, number));
  if (!isPending(made)) return take(run, made);
  const limit = limitOf(clock, timeoutOf(run));
  return settle(made, signal, limit)
    .then(
      (headers) => take(run, headers),
      (error) => endedBy(run, error, limit),
    )
    .finally(limit.end);
}

/**
 * How the attempt before this one ended.
 * @param {import("./run.js").Run} run
 * @param {number} number of this one
 */
export function lastOf({ response, failure }, number) {
  return number === 1 ? undefined : { status: response?.status, error: failure };
}

/**
 * @param {import("./run.js").Run} run
 * @param {any} made
 */
function take(run, made) {
  const { engine, id, clock } = run;
  const flight = /** @type {import("./run.js").Flight} */ (run.flight);
  flight.prepared = made === undefined ? NONE : new Headers(made);
  const text = made === undefined ? "" : lines(flight.prepared, () => true);
  return engine.prepared(id, text, clock.host.now(), clock.monotonic(), clock.host.random());
}
