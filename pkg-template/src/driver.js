// @ts-check
import { mark } from "./host.js";
import { close, graceOf } from "./close.js";
import { makeInside, withCore } from "./inside.js";
import { change, closedError, newLife, subscribe } from "./life.js";
import { hooksOf } from "./options.js";
import { passOn } from "./pass-on.js";
import { ALL } from "./protocol.js";
import { nextCall } from "./record.js";
import { Run } from "./run.js";
import { restoreSnapshot, takeSnapshot } from "./snapshot.js";
import { start } from "./start.js";
import { argsOf, subjectOf } from "./subject.js";

/**
 * A policy's inside. `shared` is its state, one for all that are extended from it.
 * @typedef {object} Inside
 * @property {import("./core.js").Plan} plan none of a call's own once it has begun
 * @property {import("./check-options.js").Leaf[]} options what the plan was made from, to make another one
 * @property {import("./options.js").Hooks} hooks
 * @property {Shared} shared
 * @property {import("./life.js").Life} life
 * @property {import("./clock.js").Clock} clock
 * @property {(name: string) => boolean} isWanted whether the core is told a response's header
 *
 * @typedef {object} Shared
 * @property {import("./core.js").Core} core that the engine is of
 * @property {import("./core.js").Engine} engine
 * @property {import("./clock.js").Clock} clock what the alarm is set on
 * @property {import("./sleep.js").Alarm} alarm
 * @property {(Run | undefined)[]} parked the calls that wait, by the engine's numbers
 * @property {number} waiting how many
 * @property {number} relying how many of them have no timer of their own
 * @property {boolean} isWaking while some are being woken
 * @property {Set<number>} early calls that were woken before they were parked
 * @property {any} kept the last init that was copied, for those who wait with the same
 * @property {() => void} wakeAll told when the core fails, while calls wait
 * @property {typeof import("./drive.js").drive} drive for a call that waited before its first send
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
 * @property {boolean} isClosed by itself; one over the same state may have closed it, too
 */

/** @type {WeakMap<object, State>} */
const states = new WeakMap();

/**
 * A policy over `base`'s state, or over a new one.
 * @param {any} options
 * @param {Inside | null} [base]
 * @param {import("./life.js").Life} [life] that it goes on with
 */
export function makePolicy(options, base, life = base?.life ?? newLife()) {
  /** @type {State} */
  const state = { inside: null, options, isClosed: false };
  try {
    state.inside = makeInside(options, base, life);
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
    extend: (more) => (state.inside === null ? makePolicy({ ...options, ...more }, null, life) : makePolicy(more, state.inside)),
    snapshot: () => withInside(state, takeSnapshot, { version: 1, quotas: [] }),
    /** @param {any} snapshot */
    restore(snapshot) {
      withInside(state, (inside) => restoreSnapshot(inside, snapshot), undefined);
      change(life, 0);
    },
    pending: () => life.open,
    /** @param {any} listener */
    subscribe: (listener) => subscribe(life, listener),
    getState: () => (life.state ??= Object.freeze({ pending: life.open, quotas: Object.freeze(policy.quotas()), waiting: state.inside?.shared.waiting ?? 0 })),
    /** @param {{ graceMs?: number }} [how] */
    async close(how) {
      const graceMs = graceOf(how);
      state.isClosed = true;
      return state.inside === null || close(state.inside, graceMs);
    },
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
  return JSON.parse(shared.engine.quotas(ALL, 0, clock.host.now(), clock.monotonic()));
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
    if (state.isClosed || state.inside?.life.isClosed) throw closedError();
    const inside = withInside(state, (inside) => /** @type {Inside | null} */ (inside), null);
    const subject = inside === null || args.length === 0 ? undefined : subjectOf(args[0], args[1]);
    if (inside !== null && subject !== undefined) {
      const promise = start(new Run(inside, args, subject, nextCall()), options ?? undefined, subject);
      inside.shared.share?.();
      return promise;
    }
    return passOn(options?.fetch ?? (state.inside?.hooks ?? state.options)?.fetch, args);
  } catch (error) {
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
