// @ts-check
/**
 * What becomes of calls whose core has failed: they end as `unavailable` says, and the listener gets one event.
 */
import { attempt } from "./attempt.js";
import { emit } from "./emit.js";
import { PolicyError } from "./errors.js";
import { giveUp } from "./outcome.js";
import { keep } from "./record.js";
import { cancelBody } from "./request.js";

/** @typedef {import("./run.js").Run} Run */

const CODE = "core-failed";

/**
 * Ends a call: rejects, or goes on as a plain fetch, with what it has in hand or with one send more.
 * @param {Run} run
 * @param {boolean} isInHand
 * @returns {Promise<Response>}
 */
export async function endWithoutCore(run, isInHand) {
  const { method, origin, record, signal } = run;
  const { shared } = run.inside;
  report(run, shared);
  if (run.hooks.unavailable === "bypass") {
    // The engine gives no time limit now, and judges nothing.
    if (!isInHand) await attempt(run);
    const { response } = run;
    if (!response?.ok) giveUp(run, CODE, 0);
    if (response === undefined) throw run.failure;
    keep(response, record, run);
    return response;
  }
  if (signal?.aborted) {
    giveUp(run, "aborted", 0);
    if (run.attempt === 0) cancelBody(run, signal.reason);
    throw (isInHand && run.failure) || signal.reason;
  }
  giveUp(run, CODE, 0);
  const message = `${method} ${origin}: the WebAssembly that manages the call failed; the next call has a new instance`;
  throw new PolicyError(CODE, message, { cause: shared.core.failure, record });
}

/**
 * Reports the end of a core that the call before this one, or another policy, met.
 * @param {Run} run
 */
export function reportLost(run) {
  const { shared } = run.inside;
  if (shared.lost === undefined) return;
  report(run, shared.lost);
  if (shared.lost.isReported) shared.lost = undefined;
}

/**
 * @param {Run} run
 * @param {import("./driver.js").Shared} shared
 */
function report(run, shared) {
  if (shared.isReported || run.hooks.onEvent === undefined) return;
  shared.isReported = true;
  emit(run, CODE, run.attempt, { error: shared.core.failure });
}
