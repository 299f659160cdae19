// @ts-check
import { hasFailed } from "./core.js";
import { leftOf, retryAtOf, throwsOf } from "./details.js";
import { emit } from "./emit.js";
import { CircuitOpenError, HttpError, RateLimitError } from "./errors.js";
import { fallback, isFallback } from "./fallback.js";
import { ALL } from "./protocol.js";
import { closedError } from "./life.js";
import { limitOf, settle } from "./settle.js";
import { keep } from "./record.js";
import { cancelBody, shownUrl, viewOf } from "./request.js";
import { explainerHere } from "./registered.js";
import { note } from "./sent.js";
import { reasonOf } from "./why.js";

/**
 * Ends a call as the core says: with its response, or with a throw.
 * @param {import("./run.js").Run} run
 * @param {boolean} resolves whether it ends with what the last attempt gave
 * @returns {Response | Promise<never> | undefined} undefined: the core failed as it was asked
 */
export function conclude(run, resolves) {
  const { record, response } = run;
  const reason = reasonOf(run);
  const retryAt = reason === "" ? 0 : retryAtOf(run);
  const throws = throwsOf(run);
  if (hasFailed(run)) return undefined;
  record.waited += run.waited;
  if (reason !== "") giveUp(run, reason, retryAt);
  const answer = reason === HOST_LIMIT ? answerOf(response ?? run.flight?.before) : response;
  if (resolves && answer !== undefined) {
    keep(answer, record, run);
    if (!answer.ok) note(answer, run.method, headersOf(run));
    if (throws) return httpError(run, answer);
    return answer;
  }
  throw resolves ? run.failure : rejection(run, reason, retryAt);
}

/** The reason of a host that sends no more: the call ends with the response that it had before. */
const HOST_LIMIT = "host-limit";

/**
 * A response that was let go of before another send, as far as it is still there: its body is empty.
 * @param {Response | undefined} response
 */
function answerOf(response) {
  if (response === undefined || !response.bodyUsed) return response;
  const { status, statusText, headers, url } = response;
  return Object.defineProperty(new Response(null, { status, statusText, headers }), "url", { value: url });
}

/**
 * Writes down and tells why a call ends without a good response.
 * @param {import("./run.js").Run} run
 * @param {string} reason
 * @param {number} retryAt 0: not known
 */
export function giveUp(run, reason, retryAt) {
  run.record.gaveUp = reason;
  if (retryAt !== 0) run.record.retryAt = retryAt;
  emit(run, "give-up", run.attempt, { reason, ...(retryAt !== 0 && { retryAt }) });
}

/**
 * @param {import("./run.js").Run} run
 * @param {string} reason
 * @param {number} retryAt
 */
function rejection(run, reason, retryAt) {
  const { signal, failure, record, origin, method } = run;
  // The host's own rejection, where it made one; during a wait there was nobody to make it.
  if (signal?.aborted) {
    if (record.attempts.length === 0) cancelBody(run, signal.reason);
    return failure ?? signal.reason;
  }
  if (reason === "aborted") {
    const error = closedError(`${method} ${origin}: `, record);
    if (record.attempts.length === 0) cancelBody(run, error);
    return error;
  }
  if (reason === "deadline") {
    return failure?.name === "TimeoutError" ? failure : new DOMException(`${method} ${origin}: the deadline would pass before the call is sent`, "TimeoutError");
  }
  if (reason === "circuit-open") {
    return new CircuitOpenError(`${method} ${origin}: not sent, the circuit of its route is open`, { retryAt, record });
  }
  const why = run.engine.refusal(run.id, run.clock.host.now());
  return new RateLimitError(reason, `${method} ${origin}: not sent, ${why}`, { retryAt, quota: quotaInTheWay(run), record });
}

/**
 * The state of the quota that the call waited for, or of one that is used up.
 * @param {import("./run.js").Run} run
 */
function quotaInTheWay({ engine, clock, origin, why }) {
  /** @type {any[]} */
  const states = JSON.parse(engine.quotas(ALL, 0, clock.host.now(), clock.monotonic()));
  const quota = why?.quota;
  if (quota?.scope === undefined) return states.find((state) => state.scope.startsWith(origin) && state.remaining === 0);
  return states.find((state) => state.scope === quota.scope && state.name === quota.name && state.unit === quota.unit) ?? quota;
}

/**
 * @param {import("./run.js").Run} run
 * @param {Response} response
 * @returns {Promise<never>}
 */
async function httpError(run, response) {
  const { record, clock, signal } = run;
  const limit = limitOf(clock, leftOf(run));
  let explanation;
  try {
    explanation = await settle(explained(run, response), signal, limit);
  } catch (error) {
    response.body?.cancel().catch(() => {});
    keep(error, record, run);
    throw error;
  } finally {
    limit.end();
  }
  // Once more where no explainer was there yet; what was sent is known of the response, without its secrets.
  const { method, href, hooks } = run;
  const explain = async () => (isFallback(explanation) ? ((await explainerHere()?.(response, { method, url: href }, hooks.catalogs)) ?? explanation) : explanation);
  const error = new HttpError(`${method} ${shownUrl(href)}: ${inWords(explanation, response)}`, { response, explanation, explain, record });
  keep(error, record, run);
  throw error;
}

/** The most fields that a message names. */
const FIELDS = 3;

/**
 * What is known of an error response, in one line: "422 Validation failed: title is required".
 * @param {any} explanation
 * @param {Response} response
 */
function inWords(explanation, { status }) {
  if (isFallback(explanation)) return `status ${status}`;
  /** @type {{ message?: string }[]} */
  const fields = explanation.fields ?? [];
  const messages = fields.flatMap(({ message }) => message || []).slice(0, FIELDS).join("; ");
  return `${status} ${explanation.title}${messages && `: ${messages}`}`;
}

/**
 * @param {import("./run.js").Run} run
 * @param {Response} response
 */
async function explained(run, response) {
  const { method, href, init, hooks } = run;
  const explain = hooks.explainer?.explainResponse ?? explainerHere();
  if (explain === undefined) return fallback(response);
  // Handed over and not kept.
  const requestHeaders = headersOf(run);
  const requestBody = typeof init?.body === "string" && hooks.body === undefined ? init.body : undefined;
  return explain(response, { method, url: href, requestBody, requestHeaders }, hooks.catalogs);
}

/**
 * What was sent; undefined where `prepare` made a part of it, without which the rest would tell a wrong story.
 * @param {import("./run.js").Run} run
 * @returns {Headers | undefined}
 */
function headersOf(run) {
  try {
    return run.hooks.prepare === undefined ? viewOf(run).headers : undefined;
  } catch {
    // The caller's own transport may take what a host's Headers refuses.
    return undefined;
  }
}
