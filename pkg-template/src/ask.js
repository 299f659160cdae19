// @ts-check
import { tell } from "./core.js";
import { decisionOf, delayOf, leftOf } from "./details.js";
import { endedBy } from "./foreign.js";
import { NO, UNDECIDED, YES } from "./protocol.js";
import { viewOf } from "./request.js";
import { isPending, limitOf, settle } from "./settle.js";

/**
 * Gives the caller the last word on a retry.
 * @param {import("./run.js").Run} run
 * @returns {Promise<import("./protocol.js").Action>} what to do next
 */
export async function ask(run) {
  const { attempt, hooks, clock, signal, response, failure } = run;
  let decision = hooks.decide?.({ attempt, request: viewOf(run), response, error: failure, delay: delayOf(run), decision: decisionOf(run) });
  if (isPending(decision)) {
    const limit = limitOf(clock, leftOf(run));
    try {
      decision = await settle(decision, signal, limit);
    } catch (error) {
      return endedBy(run, error, limit);
    } finally {
      limit.end();
    }
  }
  return tell(run, decision === true ? YES : decision === false ? NO : UNDECIDED);
}
