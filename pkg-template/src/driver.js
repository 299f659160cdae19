// @ts-check
import { attempt } from "./attempt.js";
import { endWithoutCore, hasFailed, reportLost } from "./core-failed.js";
import { FAILED, LEFT, names, PREPARE, tell } from "./core.js";
import { PolicyError } from "./errors.js";
import { endedBy } from "./foreign.js";
import { isOwn, mark } from "./host.js";
import { withIdempotencyKey } from "./idempotency.js";
import { makeInside, setOwn, withCore } from "./inside.js";
import { pick } from "./lines.js";
import { hooksOf } from "./options.js";
import { conclude, giveUp } from "./outcome.js";
import { passOn } from "./pass-on.js";
import { peek } from "./peek.js";
import { prepare } from "./prepare.js";
import { race } from "./race.js";
import { keep, nextCall } from "./record.js";
import { isReplayable, viewOf } from "./request.js";
import { Run } from "./run.js";
import { queryOf, scopeOf } from "./secrets.js";
import { isPending, limitOf, settle } from "./settle.js";
import { restoreSnapshot, takeSnapshot } from "./snapshot.js";
import { argsOf, subjectOf } from "./subject.js";
import { pause, wakeOthers } from "./wait.js";

/**
 * A policy's inside. `shared` is its state, one for all that are extended from it.
 * @typedef {object} Inside
 * @property {any} plan none of a call's own once it has begun
 * @property {import("./check-options.js").Leaf[]} options what the plan was made from, to make another one
 * @property {import("./options.js").Hooks} hooks
 * @property {Shared} shared
 * @property {import("./clock.js").Clock} clock
 * @property {(name: string) => boolean} isWanted whether the core is told a response's header
 *
 * @typedef {object} Shared
 * @property {import("./instance.js").Health} core that the engine is of
 * @property {any} engine
 * @property {import("./clock.js").Clock} clock what the alarm is set on
 * @property {import("./sleep.js").Alarm} alarm
 * @property {(Run | undefined)[]} parked the calls that wait, by the engine's numbers
 * @property {number} waiting how many
 * @property {number} relying how many of them have no timer of their own
 * @property {boolean} isWaking while some are being woken
 * @property {Set<number>} early calls that were woken before they were parked
 * @property {any} kept the last init that was copied, for those who wait with the same
 * @property {() => void} wakeAll told when the core fails, while calls wait
 * @property {Shared | undefined} next the one in its place since its core failed
 * @property {Shared | undefined} lost the one that it is in the place of, until that is reported
 * @property {boolean} isReported whether a listener got the event that its core failed
 * @property {import("./options.js").Hooks} hooks of the policy that made it
 * @property {((run?: Run) => void) | undefined} share tells the coordinator what it is to be told, where there is one; `run` is about to wait
 */

/**
 * What a policy is made of.
 * @typedef {object} State
 * @property {Inside | null} inside null: calls go through without a policy
 * @property {any} options those that it was made with
 */

/** @type {WeakMap<object, State>} */
const states = new WeakMap();

/**
 * A policy over `base`'s state, or over a new one.
 * @param {any} options
 * @param {Inside | null} [base]
 */
export function makePolicy(options, base) {
  /** @type {State} */
  const state = { inside: null, options };
  try {
    state.inside = makeInside(options, base);
  } catch (error) {
    if (!isLetThrough(error, options?.unavailable ?? base?.hooks.unavailable)) throw error;
  }
  const policy = {
    /** @param {any} input @param {any} [init] @param {any} [call] */
    fetch(input, init = undefined, call = undefined) {
      return run(state, argsOf(arguments), call);
    },
    quotas: () => withInside(state, quotasOf, []),
    /** @param {any} more */
    extend: (more) => (state.inside === null ? makePolicy({ ...options, ...more }) : makePolicy(more, state.inside)),
    snapshot: () => withInside(state, takeSnapshot, { version: 1, quotas: [] }),
    /** @param {any} snapshot */
    restore: (snapshot) => withInside(state, (inside) => restoreSnapshot(inside, snapshot), undefined),
  };
  mark(policy.fetch);
  states.set(policy, state);
  return policy;
}

/**
 * What `use` gives of a policy's inside, whose core works; `otherwise` where there is none to be had and calls go on without.
 * @template T
 * @param {State} state
 * @param {(inside: Inside) => T} use
 * @param {T} otherwise
 * @returns {T}
 */
function withInside(state, use, otherwise) {
  const { inside } = state;
  if (inside === null) return otherwise;
  try {
    state.inside = withCore(inside);
    return use(state.inside);
  } catch (error) {
    if (!isLetThrough(error, inside.hooks.unavailable)) throw error;
    return otherwise;
  }
}

/**
 * Whether calls go on without a policy where making or using one throws this.
 * @param {any} error
 * @param {unknown} unavailable
 */
function isLetThrough(error, unavailable) {
  return unavailable === "bypass" && (error?.code === "wasm-unavailable" || error?.code === "core-failed");
}

/** @param {Inside} inside */
function quotasOf({ shared, clock }) {
  return JSON.parse(shared.engine.quotas(-1, clock.host.now(), clock.monotonic()));
}

/** @param {unknown} policy */
export function isPolicy(policy) {
  return states.has(/** @type {object} */ (policy));
}

/**
 * Runs one call with options of its own over `policy`'s.
 * @param {object} policy
 * @param {any[]} args
 * @param {any} options
 */
export function runOn(policy, args, options) {
  return run(/** @type {State} */ (states.get(policy)), args, options);
}

/**
 * Never throws: what does is given as a rejection, as by fetch.
 * @param {State} state
 * @param {any[]} args as the caller gave them
 * @param {any} options the call's own
 * @returns {Promise<Response>}
 */
function run(state, args, options) {
  try {
    const inside = withInside(state, (inside) => /** @type {Inside | null} */ (inside), null);
    const subject = inside === null || args.length === 0 ? undefined : subjectOf(args[0], args[1]);
    if (inside !== null && subject !== undefined) return drive(inside, args, options ?? undefined, subject);
    return passOn(options?.fetch ?? (state.inside?.hooks ?? state.options)?.fetch, args);
  } catch (error) {
    return Promise.reject(error);
  }
}

/**
 * Starts a call. Its first send is made in the caller's own turn; one that waits first is no more than its `Run`.
 * @param {Inside} inside
 * @param {any[]} args
 * @param {any} options
 * @param {import("./subject.js").Subject} subject
 * @returns {Promise<Response>}
 */
function drive(inside, args, options, subject) {
  const promise = start(new Run(inside, args, subject, nextCall()), options, subject);
  inside.shared.share?.();
  return promise;
}

/**
 * @param {Run} run
 * @param {any} options
 * @param {import("./subject.js").Subject} subject
 * @param {Partial<import("./options.js").Hooks>} [adopted] in the place of its hooks, where the call began before the core was there
 * @returns {Promise<Response>}
 */
function start(run, options, { address }, adopted) {
  try {
    if (options !== undefined) setOwn(run, options);
    if (adopted !== undefined) run.inside = { ...run.inside, hooks: { ...run.inside.hooks, ...adopted } };
    reportLost(run);
    const action = begin(run, options, address);
    if (run.hooks.idempotencyKey) withIdempotencyKey(run, viewOf(run));
    return action === 1 ? pause(run) : fly(run, action);
  } catch (error) {
    if (hasFailed(run)) return fly(run, FAILED);
    end(run);
    return Promise.reject(error);
  }
}

/**
 * The state of a policy; undefined where calls go through without it.
 * @param {object} policy
 */
export const sharedOf = (policy) => /** @type {State} */ (states.get(policy)).inside?.shared;

/**
 * A call that began before the core was there, of a policy that the core has by now: see `adopt.js`.
 * @param {object} policy
 * @param {any[]} args
 * @param {any} options the call's own
 * @param {{ call: number, record: import("./record.js").CallRecord }} early its number, and the record that its caller may have
 * @param {(hooks: import("./options.js").Hooks) => Partial<import("./options.js").Hooks>} hooksFor what it is given in the place of its hooks
 */
export function adoptOn(policy, args, options, { call, record }, hooksFor) {
  const inside = /** @type {Inside} */ (withInside(/** @type {State} */ (states.get(policy)), (inside) => /** @type {Inside | null} */ (inside), null));
  const subject = /** @type {import("./subject.js").Subject} */ (subjectOf(args[0], args[1]));
  const run = new Run(inside, args, subject, call);
  delete record.gaveUp;
  run.written = Object.assign(record, { attempts: [], waited: 0 });
  const hooks = hooksFor(options === undefined ? inside.hooks : hooksOf(inside.hooks, options));
  return { run, promise: start(run, options, subject, hooks) };
}

/**
 * Does what the core says until it says that the call is over.
 * @param {Run} run
 * @param {number} action
 * @returns {Promise<Response>}
 */
export async function fly(run, action) {
  // Whether what the last send gave is still to be had: a wait lets go of it.
  let isInHand = false;
  run.flight = { prepared: undefined, before: undefined };
  try {
    for (;;) {
      // What it said has lost its meaning where it failed since.
      switch (hasFailed(run) ? FAILED : action) {
        case 0:
          action = await attempt(run);
          isInHand = true;
          break;
        case 1:
          isInHand = false;
          action = await pause(run);
          break;
        case 4:
          action = await ask(run);
          break;
        case 5:
          action = await peek(run);
          break;
        case PREPARE: {
          const next = prepare(run);
          // A first send whose headers are there is made in the caller's own turn.
          action = /** @type {number} */ (isPending(next) ? await next : next);
          break;
        }
        case 6:
          action = await race(run);
          isInHand = true;
          break;
        case 2:
        case 3: {
          const result = conclude(run, action === 2);
          if (result !== undefined) return result;
          action = FAILED;
          break;
        }
        case FAILED:
          return await endWithoutCore(run, isInHand);
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

/**
 * Never throws, so that it can be called on the way out of a failure.
 * @param {Run} run
 */
function end({ engine, id, inside, clock }) {
  engine.end(id);
  inside.shared.early.delete(id);
  try {
    wakeOthers(inside.shared, clock);
  } catch {
    // A host's clock or timer that throws: those who wait have its error from their own.
  }
}

/**
 * Tells the core of the call, and that it begins.
 * @param {Run} run
 * @param {any} options the call's own, in `run.inside`
 * @param {import("./request.js").Address} address
 * @returns {number} what to do
 */
function begin(run, options, { target }) {
  const { engine, input, init, inside, hooks, clock, method } = run;
  try {
    const scope = hooks.scope === undefined ? undefined : scopeOf(hooks.scope, viewOf(run)) || undefined;
    const replayable = (hooks.body !== undefined || isReplayable(init?.body)) && isReplayable(init?.headers);
    const text = `${target}${method}\n${pick(input, init, names().leftOut)}${queryOf(run.href)}`;
    const wall = clock.host.now();
    const mono = clock.monotonic();
    run.id = engine.start(inside.plan, text, scope, replayable, hooks.prepare !== undefined, isOwn(hooks.fetch), wall, mono);
    return engine.tell(run.id, tell.BEGIN, wall, mono, clock.host.random());
  } finally {
    if (options !== undefined) inside.plan.free();
  }
}

/**
 * Gives the caller the last word.
 * @param {Run} run
 */
async function ask(run) {
  const { engine, id, hooks, clock, signal, response, failure } = run;
  const context = { attempt: run.attempt, request: viewOf(run), response, error: failure, delay: engine.number(id, 0), decision: engine.number(id, 1) === 1 };
  let said = hooks.decide?.(context);
  if (isPending(said)) {
    const limit = limitOf(clock, engine.number(id, LEFT));
    try {
      said = await settle(said, signal, limit);
    } catch (error) {
      return endedBy(run, error, limit);
    } finally {
      limit.end();
    }
  }
  return tell(run, said === true ? tell.YES : said === false ? tell.NO : tell.UNSAID);
}
