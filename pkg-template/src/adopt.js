// @ts-check
/**
 * Takes over the calls that began before the core was loaded: makes their policies and replays the log, in order, on a clock that shows
 * the time of each item. State, records and events are then the same as if the core had been loaded from the start.
 *
 * The driver runs each call as usual, except that its first send returns the result of the send that was made. Calls that the core wakes
 * during the replay are sent after it, and timers that are set during it start after it, with the time that is left of them.
 */
import { FIRST_ERROR } from "./core-facts.js";
import { adoptOn, sharedOf } from "./driver.js";
import { emit, notify } from "./emit.js";
import { globals, times } from "./globals.js";
import { hostFetch, isOwn, mark } from "./host.js";
import { change } from "./life.js";
import { giveUp } from "./outcome.js";
import { policyOf } from "./policy-of.js";
import { ADOPTED, ELAPSE } from "./protocol.js";
import { keep } from "./record.js";
import { abort, wake, wakeOthers } from "./wait.js";

/** Microtask turns that the driver takes after an item; more after a response, whose body it may read. */
const [TURNS, TURNS_OF_RESPONSE] = [24, 150];

/** @typedef {import("./early.js").Early} Early */
/** @typedef {import("./page.js").Item} Item */
/**
 * @typedef {object} Adopted
 * @property {boolean} isOver
 * @property {import("./run.js").Run} run
 * @property {Promise<Response> | undefined} sent
 * @property {(reason: unknown) => void} abort
 * @property {(response: Response) => void} handOn ends a call whose good response came while the core has it wait
 * @property {(item: Item) => void} settle
 */

const none = () => {};

/** A timer that starts after the replay. */
class Later {
  /** @param {() => void} callback @param {number} due @param {number} ms */
  constructor(callback, due, ms) {
    this.callback = callback;
    this.due = due;
    this.ms = ms;
    /** @type {any} */
    this.handle = undefined;
    this.isCleared = false;
  }
}

/**
 * @param {Item[]} items
 * @param {() => void} done called when the log is replayed, before any call goes on
 * @param {Set<import("./shell.js").Shell>} restored those with a snapshot to restore
 */
export async function adopt(items, done, restored) {
  const real = { ...times };
  /** @type {Later[]} */
  const timers = [];
  /** @type {Set<import("./driver.js").Shared>} */
  const all = new Set();
  /** Calls that the core woke during the replay. @type {Map<import("./driver.js").Shared, number[]>} */
  const woken = new Map();
  /** @type {Map<Early, Adopted | undefined>} */
  const adopted = new Map();
  try {
    // Items are added during the replay.
    for (const item of items) {
      Object.assign(times, {
        now: () => item.wall,
        monotonic: () => item.mono,
        online: () => !item.isOffline && real.online(),
        setTimeout: (/** @type {() => void} */ callback, /** @type {number} */ ms) => {
          const timer = new Later(callback, item.mono + ms, ms);
          timers.push(timer);
          return timer;
        },
        clearTimeout: (/** @type {any} */ handle) => {
          if (!(handle instanceof Later)) return real.clearTimeout(handle);
          handle.isCleared = true;
          real.clearTimeout(handle.handle);
        },
      });
      try {
        replay(item);
      } catch {
        // A call that cannot be adopted ends with the result of its own send.
        giveBack(item.early);
      }
      const known = adopted.get(item.early);
      const isEnd = item.type === "ended";
      for (let turn = isEnd && !known?.isOver ? TURNS_OF_RESPONSE : TURNS; turn > 0; turn--) await undefined;
      // Its caller has the result of its send already: the core must not retry it.
      if (isEnd && known?.isOver) {
        if (item.value.response) known.handOn(item.value.response);
        known.abort(undefined);
      }
    }
  } finally {
    // Only this `clearTimeout` knows the timers that were set during the replay.
    Object.assign(times, { ...real, clearTimeout: times.clearTimeout });
    for (const timer of timers) if (!timer.isCleared) timer.handle = real.setTimeout(timer.callback, Math.max(0, timer.due - real.monotonic()));
  }
  done();
  // What was seen before is without the core.
  for (const known of adopted.values()) if (known) change(known.run.inside.life, 0);
  for (const shell of restored) {
    try {
      policyOf(shell);
    } catch {
      // Its next call reports it.
    }
    change(shell.life, 0);
  }
  restored.clear();
  for (const shared of all) {
    shared.engine.tell(0, ADOPTED, real.now(), real.monotonic(), 0);
    shared.isWaking = false;
    for (const id of woken.get(shared) ?? []) {
      const run = shared.parked[id];
      if (run !== undefined) wake(run, ELAPSE);
    }
    wakeOthers(shared, shared.clock);
  }
  // The core may have a call wait that was sent already: a good response to it does not wait.
  for (const known of adopted.values()) if (known && !known.isOver) known.sent?.then(known.handOn, none);

  /** @param {Item} item */
  function replay(item) {
    const { early, type } = item;
    const known = adopted.get(early);
    if (type === "begin") return void adopted.set(early, begin(early));
    if (known === undefined) return;
    if (type === "ended") known.settle(item);
    else if (type === "aborted") known.abort(item.value);
    else if (known.run.inside.shared.parked[known.run.id] === known.run) wakeUpTo(known.run);
  }

  /** @param {Early} early @returns {Adopted | undefined} */
  function begin(early) {
    const taken = early.take();
    const { args: given, call, hasEnded, isOver, isSent, limit, made, options, promise: sent, record, reported, shell, signal, startedAt } = taken;
    const { gaveUp, waited } = record;
    let { isPlain } = taken;
    // It never was sent, and is not now.
    if (isOver && !isSent) return isPlain ? undefined : void emit(taken, "give-up", 0, { reason: gaveUp, at: startedAt });
    const policy = policyOf(shell);
    const shared = sharedOf(policy);
    if (shared === undefined) return void giveBack(early);
    shared.isWaking = true;
    all.add(shared);
    // Its signal is aborted again at the item of its abort.
    const controller = isOver || signal?.aborted ? new AbortController() : undefined;
    const args = controller ? [given[0], { ...given[1], signal: controller.signal }] : given;
    /** @type {(value: any) => void} */
    let end = () => {};
    const ended = new Promise((resolve) => (end = resolve));
    // Its run may end without it.
    ended.catch(none);
    /** @type {number | undefined} */
    let endedAt;
    let isFirst = isSent;
    /** @param {import("./emit.js").Listeners} onEvent */
    const listener = (onEvent) => (/** @type {any} */ event) => {
      // What was sent at once did not wait, whatever the core says of it now.
      if (isPlain || (event.type === "wait" && isFirst && (!waited || reported.has("attempt")))) return;
      if (!reported.delete(event.type)) notify(onEvent, event);
    };
    const own = { call, record: isPlain ? /** @type {any} */ ({ call }) : record };
    const { run, promise } = adoptOn(policy, args, options ?? undefined, own, ({ fetch, prepare, onEvent, idempotencyKey }) => {
      /** @param {any[]} given */
      const send = (...given) => {
        if (!isFirst) return (fetch ?? hostFetch())(.../** @type {[any]} */ (given));
        isFirst = false;
        given[1]?.signal?.addEventListener("abort", () => limit?.abort(given[1].signal.reason));
        return hasEnded || isOver ? ended : sent;
      };
      const key = () => {
        if (made.error !== undefined) throw made.error;
        return made.key;
      };
      return {
        fetch: /** @type {any} */ (fetch !== undefined && isOwn(fetch) ? mark(send) : send),
        ...(onEvent && { onEvent: new Set([listener(onEvent)]) }),
        ...(prepare && {
          prepare: (/** @type {[any, number, any]} */ ...given) => {
            if (made.error !== undefined) throw made.error;
            return given[1] === 1 && "headers" in made ? made.headers : prepare(...given);
          },
        }),
        ...(idempotencyKey && ("key" in made || made.error !== undefined) && { idempotencyKey: key }),
      };
    });
    /** @type {(response: Response) => void} */
    let resolve = none;
    if (!isOver) taken.resolve(Promise.race([promise, new Promise((now) => (resolve = now))]));
    // It was stopped while its response waited for the core.
    else {
      promise
        .then(
          () => gaveUp && run.record.gaveUp === undefined && giveUp(run, gaveUp, 0),
          // Its caller has this error, with the record of the call.
          (error) => keep(error, record, taken),
        )
        .catch(none);
    }
    return {
      isOver,
      run,
      sent,
      abort: (reason) => controller?.abort(reason),
      handOn(response) {
        const { status } = response;
        if (!isFirst || status >= FIRST_ERROR) return;
        isFirst = false;
        run.written = undefined;
        if (!isPlain) {
          const at = endedAt ?? globals.now();
          if (!reported.has("attempt")) emit(taken, "attempt", 1, { at: startedAt });
          if (!reported.has("response")) emit(taken, "response", 1, { at, status, quotas: [] });
          record.waited = waited;
          record.attempts.push({ startedAt, endedAt: at, waitedBefore: waited, status });
          keep(response, record, taken);
        }
        isPlain = true;
        resolve(response);
        abort(run);
      },
      settle({ value, wall }) {
        endedAt = wall;
        end(value.response ?? Promise.reject(value.error));
      },
    };
  }

  // It was sent before the core was loaded, so the core also wakes the calls that are queued before it.
  /** @param {import("./run.js").Run} run */
  function wakeUpTo(run) {
    const { shared, clock } = run.inside;
    const list = woken.get(shared) ?? [];
    woken.set(shared, list);
    for (;;) {
      const id = shared.engine.woken(clock.host.now(), clock.monotonic());
      if (id < 0 || id === run.id) break;
      list.push(id);
    }
    wake(run, ELAPSE);
  }

  /** @param {Early} early */
  function giveBack(early) {
    const { promise, hooks, args, resolve } = early.take();
    resolve(promise ?? new Promise((resolve) => resolve((hooks.fetch ?? hostFetch())(...args))));
  }
}
