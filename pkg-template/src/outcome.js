// @ts-check
import { emit } from "./driver.js";
import { HttpError, RateLimitError } from "./errors.js";
import { keep } from "./record.js";

/**
 * Ends a call as the core says: with its response, or with a throw.
 * @param {import("./driver.js").Run} run
 * @param {boolean} resolves whether it ends with what the last attempt gave
 * @returns {Promise<Response>}
 */
export async function conclude(run, resolves) {
  const { engine, record, response } = run;
  const reason = engine.reason();
  const retryAt = engine.number(1);
  const throws = engine.number(2) === 1;
  if (reason !== "") {
    record.gaveUp = reason;
    if (retryAt !== 0) record.retryAt = retryAt;
    emit(run, "give-up", run.attempt, { reason, ...(retryAt !== 0 && { retryAt }) });
  }
  if (resolves && response !== undefined) {
    keep(response, record);
    if (throws) throw await httpError(run, response);
    return response;
  }
  const error = resolves ? run.failure : rejection(run, reason, retryAt);
  keep(error, record);
  throw error;
}

/**
 * @param {import("./driver.js").Run} run
 * @param {string} reason
 * @param {number} retryAt
 */
function rejection(run, reason, retryAt) {
  const { signal, failure, record, url, method } = run;
  // The host's own rejection, where it made one; during a wait there was nobody to make it.
  if (signal?.aborted) return failure ?? signal.reason;
  if (reason === "deadline") {
    return failure?.name === "TimeoutError" ? failure : new DOMException(`${method} ${url.origin}: the deadline would pass before the call is sent`, "TimeoutError");
  }
  const why = reason === "queue-full" ? "too many calls wait for the quota" : "the wait for the quota is too long";
  return new RateLimitError(reason, `${method} ${url.origin}: not sent, ${why}`, { retryAt, quota: run.before.quota ?? quotaInTheWay(run), record });
}

/**
 * @param {import("./driver.js").Run} run
 */
function quotaInTheWay({ engine, clock, url }) {
  /** @type {any[]} */
  const states = JSON.parse(engine.quotas(-1, clock.host.now(), clock.monotonic()));
  return states.find((state) => state.scope.startsWith(url.origin) && state.remaining === 0);
}

/**
 * @param {import("./driver.js").Run} run
 * @param {Response} response
 */
async function httpError({ method, url, record }, response) {
  const { explainResponse } = await import("./explain.js");
  const explanation = await explainResponse(response, { method, url: url.href });
  const error = new HttpError(`${method} ${url.origin}: status ${response.status}`, { response, explanation, record });
  keep(error, record);
  return error;
}
