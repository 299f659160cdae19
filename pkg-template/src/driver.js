// @ts-check
import { nudges } from "#policy";
import { attempt } from "./attempt.js";
import { createClock } from "./clock.js";
import { load, names, tell, wantedBy } from "./core.js";
import { PolicyError } from "./errors.js";
import { globals, hostFetch, mark } from "./host.js";
import { apply, hooksOf } from "./options.js";
import { conclude, giveUp } from "./outcome.js";
import { peek } from "./peek.js";
import { race } from "./race.js";
import { keep } from "./record.js";
import { addressOf, isReplayable, isRequest, methodOf, pathOf, pick, viewOf, withIdempotencyKey } from "./request.js";
import { Run } from "./run.js";
import { queryOf, scopeOf } from "./secrets.js";
import { Alarm } from "./sleep.js";
import { restoreSnapshot, takeSnapshot } from "./snapshot.js";
import { pause, wakeOthers } from "./wait.js";

/**
 * A policy's inside. `shared` is its state, one for all that are extended from it.
 * @typedef {object} Inside
 * @property {any} plan none of a call's own once it has begun
 * @property {import("./options.js").Hooks} hooks
 * @property {Shared} shared
 * @property {import("./clock.js").Clock} clock
 * @property {(name: string) => boolean} isWanted whether the core is told a response's header
 *
 * @typedef {object} Shared
 * @property {any} engine
 * @property {import("./clock.js").Clock} clock what the alarm is set on
 * @property {Alarm} alarm
 * @property {(Run | undefined)[]} parked the calls that wait, by the engine's numbers
 * @property {number} waiting how many
 * @property {number} relying how many of them have no timer of their own
 * @property {boolean} isWaking while some are being woken
 * @property {any} kept the last init that was copied, for those who wait with the same
 */

/** @typedef {{ address: import("./request.js").Address, method: string, signal: AbortSignal | null | undefined }} Subject */

/** @type {WeakMap<object, Inside | null>} */
const insides = new WeakMap();

/**
 * A policy over `base`'s state, or over a new one.
 * @param {any} options
 * @param {Inside | null} [base]
 */
export function makePolicy(options, base) {
  /** @type {Inside | null} */
  let inside = null;
  try {
    inside = makeInside(options, base);
  } catch (error) {
    if (options?.unavailable !== "bypass" || /** @type {any} */ (error)?.code !== "wasm-unavailable") throw error;
  }
  const policy = {
    /** @type {any} */
    fetch: mark(
      /** @param {any} input @param {any} [init] @param {any} [call] */
      function fetch(input, init = undefined, call = undefined) {
        return run(inside, argsOf(arguments), inside === null ? options : call);
      },
    ),
    quotas: () => (inside === null ? [] : quotasOf(inside)),
    /** @param {any} more */
    extend: (more) => makePolicy(more, inside),
    snapshot: () => (inside === null ? { version: 1, quotas: [] } : takeSnapshot(inside)),
    /** @param {any} snapshot */
    restore: (snapshot) => {
      if (inside !== null) restoreSnapshot(inside, snapshot);
    },
  };
  insides.set(policy, inside);
  return policy;
}

/**
 * @param {any} options
 * @param {Inside | null} [base]
 * @returns {Inside}
 */
function makeInside(options, base) {
  const { Engine, Plan } = load();
  const plan = base ? base.plan.fork() : new Plan();
  apply(plan, options ?? {});
  const hooks = hooksOf(base?.hooks ?? {}, options ?? {});
  const clock = base && options?.host === undefined ? base.clock : createClock({ ...globals, ...hooks.host });
  return { plan, hooks, shared: base?.shared ?? makeShared(new Engine(nudges), clock), clock, isWanted: wantedBy(plan) };
}

/**
 * @param {any} engine
 * @param {import("./clock.js").Clock} clock
 * @returns {Shared}
 */
function makeShared(engine, clock) {
  const alarm = new Alarm(clock, () => wakeOthers(shared, clock));
  /** @type {Shared} */
  const shared = { engine, clock, alarm, parked: [], waiting: 0, relying: 0, isWaking: false, kept: undefined };
  return shared;
}

/** @param {Inside} inside */
function quotasOf({ shared, clock }) {
  return JSON.parse(shared.engine.quotas(-1, clock.host.now(), clock.monotonic()));
}

/** @param {unknown} policy */
export function isPolicy(policy) {
  return insides.has(/** @type {object} */ (policy));
}

/**
 * Runs one call with options of its own over `policy`'s.
 * @param {object} policy
 * @param {any[]} args
 * @param {any} options
 */
export function runOn(policy, args, options) {
  return run(insides.get(policy) ?? null, args, options);
}

/**
 * What of a caller's arguments are fetch's own: as many as were given, since fetch tells none from an undefined one.
 * @param {ArrayLike<any>} given
 * @returns {any[]}
 */
export function argsOf(given) {
  return given.length > 1 ? [given[0], given[1]] : given.length > 0 ? [given[0]] : [];
}

/**
 * @param {Inside | null} inside
 * @param {any[]} args as the caller gave them
 * @param {any} options
 * @returns {Promise<Response>}
 */
function run(inside, args, options) {
  const subject = inside === null || args.length === 0 ? undefined : subjectOf(args[0], args[1]);
  if (inside === null || subject === undefined) return passOn(options?.fetch ?? inside?.hooks.fetch ?? hostFetch(), args);
  return drive(inside, args, options ?? undefined, subject);
}

/**
 * What is asked, or undefined where the policy has no say: an aborted call is the host's to reject, and what fetch
 * cannot send, or sends nowhere (data:, blob:), is the host's to judge.
 * @param {any} input
 * @param {any} init
 * @returns {Subject | undefined}
 */
function subjectOf(input, init) {
  try {
    const request = isRequest(input) ? input : undefined;
    /** @type {AbortSignal | null | undefined} */
    const signal = init?.signal === undefined ? request?.signal : init.signal;
    const address = addressOf(input);
    if (signal?.aborted || !address.isHttp) return undefined;
    // Errors of fetch's, which would not be if init were made anew for a time limit.
    if (isGiven(init) && init !== Object(init)) return undefined;
    if (isGiven(signal) && typeof signal?.addEventListener !== "function") return undefined;
    return { address, method: methodOf(init?.method ?? request?.method), signal };
  } catch {
    return undefined;
  }
}

/** @param {unknown} value */
const isGiven = (value) => value !== undefined && value !== null;

/**
 * @param {any} fetch
 * @param {any[]} args
 */
function passOn(fetch, args) {
  try {
    return fetch(...args);
  } catch (error) {
    return Promise.reject(error);
  }
}

/**
 * Starts a call. Its first send is made in the caller's own turn; one that waits first is no more than its `Run`.
 * @param {Inside} inside
 * @param {any[]} args
 * @param {any} options
 * @param {Subject} subject
 * @returns {Promise<Response>}
 */
function drive(inside, args, options, subject) {
  /** @type {Run | undefined} */
  let run;
  try {
    run = new Run(options === undefined ? inside : insideOf(inside, options), args, subject);
    const action = begin(run, options, subject.address);
    if (run.hooks.idempotencyKey) withIdempotencyKey(run, viewOf(run));
    return action === 1 ? pause(run) : fly(run, action);
  } catch (error) {
    if (run !== undefined) end(run);
    return Promise.reject(error);
  }
}

/**
 * Does what the core says until it says that the call is over.
 * @param {Run} run
 * @param {number} action
 * @returns {Promise<Response>}
 */
export async function fly(run, action) {
  try {
    for (;;) {
      switch (action) {
        case 0:
          action = await attempt(run);
          break;
        case 1:
          action = await pause(run);
          break;
        case 4:
          action = await ask(run);
          break;
        case 5:
          action = await peek(run);
          break;
        case 6:
          action = await race(run);
          break;
        case 2:
        case 3:
          return conclude(run, action === 2);
        default:
          throw new PolicyError("internal", `${run.method} ${run.origin}: the core refused an event`, { record: run.record });
      }
    }
  } catch (error) {
    // Nobody reads it, unless what was thrown brings it along.
    if (/** @type {any} */ (error)?.response !== run.response) run.response?.body?.cancel().catch(() => {});
    // A callback of the caller's threw; that, too, is told.
    if (run.record.gaveUp === undefined) giveUp(run, "not-retryable", 0);
    keep(error, run.record);
    throw error;
  } finally {
    end(run);
  }
}

/** @param {Run} run */
function end({ engine, id, inside, clock }) {
  engine.end(id);
  wakeOthers(inside.shared, clock);
}

/**
 * Tells the core of the call, and that it begins.
 * @param {Run} run
 * @param {any} options the call's own, in `run.inside` but for what the core is to be told
 * @param {import("./request.js").Address} address
 * @returns {number} what to do
 */
function begin(run, options, { target }) {
  const { engine, input, init, inside, hooks, clock, method } = run;
  try {
    if (options !== undefined) {
      apply(inside.plan, options);
      if (options.profiles !== undefined) inside.isWanted = wantedBy(inside.plan);
    }
    const scope = hooks.scope === undefined ? undefined : scopeOf(hooks.scope, viewOf(run)) || undefined;
    const replayable = (hooks.body !== undefined || isReplayable(init?.body)) && isReplayable(init?.headers);
    const text = `${target}${method}\n${pick(input, init, names().request)}${queryOf(run.href)}`;
    const wall = clock.host.now();
    const mono = clock.monotonic();
    run.id = engine.start(inside.plan, text, scope, replayable, wall, mono);
    return engine.tell(run.id, tell.BEGIN, wall, mono, clock.host.random());
  } finally {
    if (options !== undefined) inside.plan.free();
  }
}

/**
 * What holds for one call with options of its own.
 * @param {Inside} inside
 * @param {any} options
 * @returns {Inside}
 */
function insideOf({ plan, hooks, shared, clock, isWanted }, options) {
  const own = hooksOf(hooks, options);
  return { plan: plan.fork(), hooks: own, shared, isWanted, clock: options?.host === undefined ? clock : createClock({ ...globals, ...own.host }) };
}

/**
 * Gives the caller the last word.
 * @param {Run} run
 */
async function ask(run) {
  const { engine, id, hooks, response, failure } = run;
  const context = { attempt: run.attempt, request: viewOf(run), response, error: failure, delay: engine.number(id, 0), decision: engine.number(id, 1) === 1 };
  const said = await hooks.decide?.(context);
  return tell(run, said === true ? tell.YES : said === false ? tell.NO : tell.UNSAID);
}

/**
 * Tells the caller's listener. Its address is origin and path: the rest of a URL holds secrets.
 * @param {Run} run
 * @param {string} type
 * @param {number} attempt
 * @param {object} more
 */
export function emit({ hooks, call, origin, href, method, clock }, type, attempt, more) {
  if (hooks.onEvent === undefined) return;
  try {
    /** @type {any} */
    const heard = hooks.onEvent({ type, call, url: origin + pathOf(href), method, attempt, at: clock.host.now(), ...more });
    // Of an async listener.
    heard?.catch?.(console.error);
  } catch (error) {
    console.error(error);
  }
}
