// @ts-check
import { tell } from "./core.js";
import { ABORT, EXPIRE } from "./protocol.js";

/**
 * Tells the core that the call ended while it waited for foreign code. Throws `error` again where that is not why it came.
 * @param {import("./run.js").Run} run
 * @param {unknown} error what `settle` rejected with
 * @param {import("./settle.js").Limit | undefined} limit
 * @returns {import("./protocol.js").Action} what to do next
 */
export function endedBy(run, error, limit) {
  const { signal } = run;
  const isExpired = limit?.expired() === true;
  if (!isExpired && !signal?.aborted) throw error;
  run.failure = isExpired ? limit?.reason : (signal?.reason ?? error);
  return tell(run, isExpired ? EXPIRE : ABORT);
}
