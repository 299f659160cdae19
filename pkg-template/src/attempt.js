// @ts-check
import { tell } from "./core.js";
import { circuitOf, timeoutOf } from "./details.js";
import { emit } from "./emit.js";
import { endedBy } from "./foreign.js";
import { hostFetch } from "./host.js";
import { advise } from "./advise.js";
import { peek } from "./peek.js";
import { lastOf, NONE } from "./prepare.js";
import { ABORT, AWAIT, PEEK, REPEATABLE, REPORTED } from "./protocol.js";
import { useKey } from "./idempotency.js";
import { change } from "./life.js";
import { describe, lines } from "./lines.js";
import { freeze, isPlain, isRequest, letGo, viewOf, withHeaders, withMembers } from "./request.js";
import { isPending, limitOf, settle } from "./settle.js";
import { known, labelOf } from "./secrets.js";
import { measureAttempt } from "./timing.js";

/**
 * Sends once, and tells the core what came of it.
 * @param {import("./run.js").Run} run
 * @param {import("./race.js").Race} [race] that it is a send of
 * @returns {Promise<import("./protocol.js").Action | undefined>} what to do next; undefined where the race was over before it was answered
 */
export async function attempt(run, race) {
  const { clock, hooks, signal } = run;
  const timeout = timeoutOf(run);
  const number = ++run.attempt;
  const limit = timeout > 0 || race !== undefined ? limitOf(clock, timeout) : undefined;
  race?.legs.set(run, { number, startedAt: clock.host.now(), limit, isSent: false });
  // A response that is followed at once, without a wait, is let go of here.
  run.response?.body?.cancel().catch(() => {});
  let given;
  try {
    given = nextArgs(run);
    // A callback that gives its value at once must not cost the turn in which the first send belongs.
    if (hooks.body !== undefined) {
      const body = hooks.body();
      given = withMembers(given, { body: isPending(body) ? await settle(body, signal, limit) : body });
    }
    if (hooks.prepare !== undefined) {
      // The core asked for them before it said to send; a further send of a hedged attempt, or one without a core, has its own.
      const flight = /** @type {import("./run.js").Flight} */ (run.flight);
      const prepared = flight.prepared ?? hooks.prepare(viewOf(run), number, lastOf(run, number));
      flight.prepared = undefined;
      const headers = isPending(prepared) ? await settle(prepared, signal, limit) : prepared;
      if (headers !== undefined && headers !== NONE) given = withHeaders(given, known(run, headers));
    }
    if (isPending(run.key)) useKey(run, await settle(run.key, signal, limit));
    if (run.key !== undefined) given = withHeaders(given, run.key);
  } catch (error) {
    limit?.end();
    while (race?.peeking !== undefined) await race.peeking;
    if (race?.isOver) return undefined;
    const action = endedBy(run, error, limit);
    if (race !== undefined) race.isOver = true;
    return action;
  }
  if (race?.isOver) {
    limit?.end();
    return undefined;
  }
  return exchange(run, number, given, limit, race);
}

/**
 * @param {import("./run.js").Run} run
 * @param {number} number
 * @param {any[]} given its arguments
 * @param {import("./settle.js").Limit | undefined} limit
 * @param {import("./race.js").Race | undefined} race
 */
async function exchange(run, number, given, limit, race) {
  const { engine, id, clock, hooks, signal } = run;
  if (limit !== undefined) given = withMembers(given, { signal: signal ? join(signal, limit.controller) : limit.signal });
  else if (number > 1) given = unlikeTheLast(given, signal);
  if (run.flight !== undefined) run.flight.before = run.response ?? run.flight.before;
  run.response = run.failure = undefined;
  // Not before what may throw: what is told to have begun is told to have ended, too.
  emit(run, "attempt", number, {});
  change(run.inside.life, 0);
  tellCircuit(run);
  const since = hooks.userTiming ? clock.monotonic() : 0;
  const startedAt = clock.host.now();
  race?.legs.set(run, { number, startedAt, limit, isSent: true });
  let action;
  try {
    const promise = run.send(given);
    if (!run.isOurs) {
      // Sent in the caller's own turn, with the caller's own objects; from here on they are the caller's to change.
      run.isOurs = true;
      if (run.init !== undefined && engine.is(id, REPEATABLE)) run.init = freeze(run.init);
    }
    const response = await settle(promise, signal, limit, letGo);
    limit?.end();
    // Its turn to be told: nothing may come between this and that.
    while (race?.peeking !== undefined) await race.peeking;
    if (race?.isOver) {
      letGo(response).catch(() => {});
      return undefined;
    }
    run.response = response;
    const headers = lines(response.headers, run.inside.isWanted);
    action = engine.respond(id, number, response.status, headers, response.type === "cors", originOf(response), clock.host.now(), clock.monotonic(), clock.host.random());
    if (action === PEEK) action = await (race === undefined ? peek(run) : (race.peeking = peek(run)));
  } catch (error) {
    limit?.end();
    while (race?.peeking !== undefined) await race.peeking;
    if (race?.isOver) return undefined;
    action = failed(run, number, error, limit);
  }
  if (race !== undefined) {
    race.peeking = undefined;
    race.isOver = action !== AWAIT;
  }
  note(run, number, startedAt);
  if (hooks.userTiming) measureAttempt(run, number, clock.monotonic() - since);
  return action;
}

/**
 * Where a response came from in the end, if it was redirected.
 * @param {Response} response
 */
function originOf({ redirected, url }) {
  try {
    return redirected ? new URL(url).origin : "";
  } catch {
    // Of a transport that makes its own responses.
    return "";
  }
}

/**
 * @param {import("./run.js").Run} run
 * @param {number} number
 * @param {unknown} error
 * @param {import("./settle.js").Limit | undefined} limit
 */
function failed(run, number, error, limit) {
  const { engine, id, clock, signal } = run;
  if (limit?.expired()) error = limit.reason;
  else if (signal?.aborted) {
    // The signal's own reason, also where a host says AbortError of a timeout (WebKit; Firefox's workers) or has no reasons.
    run.failure = signal.reason ?? error;
    return tell(run, ABORT);
  }
  run.failure = error;
  const { name, message, code } = describe(error);
  return engine.fail(id, number, name, message, code, clock.host.online() === false, clock.host.now(), clock.monotonic(), clock.host.random());
}

/**
 * The arguments of the next send: the caller's own the first time; then what was kept of them, so that the body is
 * there again.
 * @param {import("./run.js").Run} run
 * @returns {any[]}
 */
function nextArgs(run) {
  const { input, init, engine, id, args } = run;
  const hasBody = isRequest(input) && (init?.body === undefined || init.body === null) && mayHaveBody(input);
  if (run.attempt === 1) {
    if (hasBody && engine.is(id, REPEATABLE)) run.spare = input.clone();
    return args;
  }
  if (run.spare === undefined) return args;
  const given = [run.spare, args[1]];
  run.spare = run.spare.clone();
  return given;
}

/**
 * While React renders on a server, Next's fetch answers an equal GET from the first one's memory, unless its init has a signal.
 * @param {any[]} given
 * @param {AbortSignal | null | undefined} signal
 */
function unlikeTheLast(given, signal) {
  const init = given[1];
  const remembers = /** @type {any} */ (hostFetch()).__nextPatched === true;
  return !remembers || init?.signal || !isPlain(init ?? {}) ? given : withMembers(given, { signal: signal ?? new AbortController().signal });
}

// Where a Request does not tell its body, one may be there. One that is used up is the host's to refuse.
/** @param {Request} request */
function mayHaveBody(request) {
  return request.body !== null && !request.body?.locked && !request.bodyUsed;
}

/**
 * Writes an attempt down and tells of it.
 * @param {import("./run.js").Run} run
 * @param {number} number
 * @param {number} startedAt
 */
function note(run, number, startedAt) {
  const { engine, id, clock, response, failure } = run;
  write(run, number, startedAt);
  if (response !== undefined) advise(run);
  if (run.hooks.onEvent === undefined) return;
  if (response === undefined) emit(run, "failure", number, { error: failure, label: run.record.attempts[number - 1]?.error });
  else emit(run, "response", number, { status: response.status, quotas: JSON.parse(engine.quotas(REPORTED, id, clock.host.now(), clock.monotonic())) });
  tellCircuit(run);
}

/**
 * Writes down a send that was called off, and tells of it.
 * @param {import("./run.js").Run} run
 * @param {import("./race.js").Leg} leg
 * @param {unknown} reason
 */
export function noteLoser(run, { number, startedAt, isSent }, reason) {
  // It was called off while its headers or its body were made.
  if (!isSent) emit(run, "attempt", number, {});
  run.response = undefined;
  run.failure = reason;
  write(run, number, startedAt);
  emit(run, "failure", number, { error: reason, label: run.record.attempts[number - 1]?.error });
}

/**
 * @param {import("./run.js").Run} run
 * @param {number} number
 * @param {number} startedAt
 */
function write(run, number, startedAt) {
  const { clock, record, response, failure, why, waited } = run;
  /** @type {import("./record.js").AttemptRecord} */
  const written = { startedAt, endedAt: clock.host.now(), waitedBefore: waited };
  if (response === undefined) written.error = labelOf(run, failure);
  else written.status = response.status;
  if (why !== undefined) written.waitReason = why.reason;
  if (why?.quota !== undefined) written.quota = why.quota;
  // By their order, in which they do not always end.
  record.attempts[number - 1] = written;
  record.waited += waited;
  run.waited = 0;
  run.why = undefined;
  change(run.inside.life, 0);
}

/**
 * Reports how the last event changed the route's circuit.
 * @param {import("./run.js").Run} run
 */
function tellCircuit(run) {
  if (run.hooks.onEvent === undefined) return;
  const state = circuitOf(run);
  if (state) emit(run, "circuit", run.attempt, { scope: run.origin, state });
}

/**
 * A signal that fires with either. What was joined stays joined: the caller's abort must reach the body too.
 * @param {AbortSignal} signal
 * @param {AbortController} controller
 */
function join(signal, controller) {
  if (typeof AbortSignal.any === "function") return AbortSignal.any([signal, controller.signal]);
  signal.addEventListener("abort", () => controller.abort(signal.reason), { once: true });
  return controller.signal;
}
