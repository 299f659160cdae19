// @ts-check
import { nudges } from "#policy";
import { attempt } from "./attempt.js";
import { createClock } from "./clock.js";
import { load, names, tell, wantedBy } from "./core.js";
import { PolicyError } from "./errors.js";
import { globals, hostFetch, mark } from "./host.js";
import { apply, hooksOf } from "./options.js";
import { conclude } from "./outcome.js";
import { addressOf, freeze, isReplayable, isRequest, methodOf, pick, viewOf, withIdempotencyKey } from "./request.js";
import { sleep } from "./sleep.js";
import { restoreSnapshot, takeSnapshot } from "./snapshot.js";

/**
 * A policy's inside. `shared` is its state, one for all that are extended from it.
 * @typedef {object} Inside
 * @property {any} plan
 * @property {import("./options.js").Hooks} hooks
 * @property {Shared} shared
 * @property {import("./clock.js").Clock} clock
 * @property {(name: string) => boolean} isWanted whether the core is told a response's header
 *
 * @typedef {object} Shared
 * @property {any} engine
 * @property {Map<number, () => void>} sleepers how to wake each call that waits
 * @property {number} calls
 */

/**
 * A call under way. All of it is plain data of this call: nothing of one request is touched from another's turn.
 * @typedef {object} Run
 * @property {any} engine
 * @property {number} id the engine's number for it
 * @property {Map<number, () => void>} sleepers
 * @property {import("./clock.js").Clock} clock
 * @property {import("./options.js").Hooks} hooks
 * @property {(name: string) => boolean} isWanted
 * @property {(args: any[]) => Promise<Response>} send
 * @property {any[]} args what the caller gave, until the first send
 * @property {any} input
 * @property {any} init
 * @property {import("./request.js").Address} url
 * @property {string} method
 * @property {AbortSignal | null | undefined} signal
 * @property {number} attempt
 * @property {Response | undefined} response what the last attempt gave
 * @property {any} failure or why it failed
 * @property {Request | undefined} spare
 * @property {any} key
 * @property {boolean} isOurs whether `args` are ours already, or still the caller's own objects
 * @property {import("./record.js").CallRecord} record
 * @property {{ waited: number, reason?: string, quota?: any }} before the waits since the last attempt
 */

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
        return run(inside, arguments.length > 1 ? [input, init] : [input], inside === null ? options : call);
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
  const shared = base?.shared ?? { engine: new Engine(nudges), sleepers: new Map(), calls: 0 };
  return { plan, hooks, shared, clock, isWanted: wantedBy(plan) };
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
 * @param {Inside | null} inside
 * @param {any[]} args as the caller gave them
 * @param {any} options
 * @returns {Promise<Response>}
 */
function run(inside, args, options) {
  const custom = options?.fetch ?? inside?.hooks.fetch;
  /** @param {any[]} given */
  const send = (given) => (custom === undefined ? hostFetch() : custom)(...given);
  const subject = inside === null ? undefined : subjectOf(args[0], args[1]);
  if (inside === null || subject === undefined) return passOn(send, args);
  return drive(inside, args, options, send, subject);
}

/**
 * What is asked, or undefined where the policy has no say: an aborted call is the host's to reject, and what fetch
 * cannot send, or sends nowhere (data:, blob:), is the host's to judge.
 * @param {any} input
 * @param {any} init
 */
function subjectOf(input, init) {
  try {
    const request = isRequest(input) ? input : undefined;
    /** @type {AbortSignal | null | undefined} */
    const signal = init?.signal === undefined ? request?.signal : init.signal;
    const url = addressOf(input);
    if (signal?.aborted || (url.protocol !== "https:" && url.protocol !== "http:")) return undefined;
    return { url, method: methodOf(init?.method ?? request?.method), signal };
  } catch {
    return undefined;
  }
}

/**
 * @param {(args: any[]) => Promise<Response>} send
 * @param {any[]} args
 */
function passOn(send, args) {
  try {
    return send(args);
  } catch (error) {
    return Promise.reject(error);
  }
}

/**
 * Does what the core says until it says that the call is over. Its first send is made in the caller's own turn.
 * @param {Inside} inside
 * @param {any[]} args
 * @param {any} options
 * @param {(args: any[]) => Promise<Response>} send
 * @param {{ url: import("./request.js").Address, method: string, signal: AbortSignal | null | undefined }} subject
 * @returns {Promise<Response>}
 */
async function drive(inside, args, options, send, subject) {
  const run = begin(inside, args, options, send, subject);
  try {
    let action = tell(run, tell.BEGIN);
    if (run.hooks.idempotencyKey) withIdempotencyKey(run, viewOf(run));
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
        case 2:
        case 3:
          return await conclude(run, action === 2);
        default:
          throw new PolicyError("internal", `${run.method} ${run.url.origin}: the core refused an event`, { record: run.record });
      }
    }
  } finally {
    run.engine.end(run.id);
    wakeOthers(run);
  }
}

/**
 * @param {Inside} inside
 * @param {any[]} args
 * @param {any} options
 * @param {(args: any[]) => Promise<Response>} send
 * @param {{ url: import("./request.js").Address, method: string, signal: AbortSignal | null | undefined }} subject
 * @returns {Run}
 */
function begin(inside, args, options, send, { url, method, signal }) {
  const { shared } = inside;
  let { plan, hooks, clock, isWanted } = inside;
  const [input, init] = args;
  if (options !== undefined) {
    plan = plan.fork();
    hooks = hooksOf(hooks, options);
    if (options?.host !== undefined) clock = createClock({ ...globals, ...hooks.host });
  }
  /** @type {Run} */
  const run = {
    engine: shared.engine,
    id: -1,
    sleepers: shared.sleepers,
    clock,
    hooks,
    isWanted,
    send,
    args,
    input,
    init,
    url,
    method,
    signal,
    attempt: 0,
    response: undefined,
    failure: undefined,
    spare: undefined,
    key: undefined,
    isOurs: false,
    record: { call: ++shared.calls, attempts: [], waited: 0 },
    before: { waited: 0 },
  };
  try {
    if (options !== undefined) {
      apply(plan, options);
      if (options?.profiles !== undefined) run.isWanted = wantedBy(plan);
    }
    const scope = hooks.scope === undefined ? "" : `${hooks.scope(viewOf(run))}`;
    const replayable = hooks.body !== undefined || isReplayable(init?.body);
    const headers = pick(input, init, names().request);
    run.id = shared.engine.start(plan, method, url.origin, headers, scope, replayable, clock.host.now(), clock.monotonic());
  } finally {
    if (options !== undefined) plan.free();
  }
  return run;
}

/**
 * Waits as long as the core says, or until the caller aborts.
 * @param {Run} run
 */
async function pause(run) {
  const { engine, clock, record, signal } = run;
  const delay = engine.number(0);
  const reason = engine.reason();
  const quota = quotaOf(run);
  Object.assign(run.before, { reason, quota });
  emit(run, "wait", run.attempt + 1, { reason, delay, until: clock.host.now() + delay, ...(quota && { quota }) });
  run.response?.body?.cancel().catch(() => {});
  if (!run.isOurs) {
    // Nothing is sent in this turn: what the caller does with its objects after it must not reach the send.
    run.isOurs = true;
    run.init = freeze(run.init);
    if (run.args.length > 1) run.args = [run.input, run.init];
  }
  wakeOthers(run);
  const since = clock.monotonic();
  if (!signal?.aborted) await sleep(clock, delay, signal, (wake) => run.sleepers.set(run.id, wake));
  run.sleepers.delete(run.id);
  const waited = Math.max(0, clock.monotonic() - since);
  run.before.waited += waited;
  record.waited += waited;
  return tell(run, signal?.aborted ? tell.ABORT : tell.ELAPSE);
}

/**
 * Gives the caller the last word.
 * @param {Run} run
 */
async function ask(run) {
  const { engine, hooks, response, failure } = run;
  const context = { attempt: run.attempt, request: viewOf(run), response, error: failure, delay: engine.number(0), decision: engine.number(2) === 1 };
  const said = await hooks.decide?.(context);
  return tell(run, said === undefined ? tell.UNSAID : said ? tell.YES : tell.NO);
}

/**
 * Wakes whom the core says may go now, in its order.
 * @param {Run} run
 */
function wakeOthers({ engine, sleepers, clock }) {
  while (sleepers.size > 0) {
    const woken = engine.woken(clock.host.now(), clock.monotonic());
    if (woken < 0) return;
    sleepers.get(woken)?.();
  }
}

/** @type {{ text: string, quota: any }} */
let shared = { text: "", quota: undefined };

/**
 * The quota that the call waits for. Thousands wait for the same: they share one object.
 * @param {Run} run
 */
function quotaOf({ engine, id, clock }) {
  const text = engine.quotas(id, clock.host.now(), clock.monotonic());
  if (text === "") return undefined;
  if (shared.text !== text) shared = { text, quota: Object.freeze(JSON.parse(text)) };
  return shared.quota;
}

/**
 * Tells the caller's listener. Its address is origin and path: the rest of a URL holds secrets.
 * @param {Run} run
 * @param {string} type
 * @param {number} attempt
 * @param {object} more
 */
export function emit({ hooks, record, url, method, clock }, type, attempt, more) {
  if (hooks.onEvent === undefined) return;
  try {
    hooks.onEvent({ type, call: record.call, url: url.origin + url.pathname, method, attempt, at: clock.host.now(), ...more });
  } catch (error) {
    console.error(error);
  }
}
