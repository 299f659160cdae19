// @ts-check
import { listen, unlisten } from "./abort.js";
import { tell } from "./core.js";
import { delayOf, reliesOf } from "./details.js";
import { emit } from "./emit.js";
import { listenOnline, unlistenOnline } from "./online.js";
import { keepInit } from "./kept.js";
import { change } from "./life.js";
import { ABORT, ELAPSE, NEVER, OFFLINE, ONLINE, WAIT } from "./protocol.js";
import { isRequest } from "./request.js";
import { sleep } from "./sleep.js";
import { measureWait } from "./timing.js";
import { whyOf } from "./why.js";

/** @typedef {import("./run.js").Run} Run */

// So many at once only learn what else they wait for; then others have their turn, and the alarm goes on with it.
const AT_ONCE = 1000;

// Stands where a call's own timer would: the policy's alarm serves it.
const ALARM = Symbol("alarm");

/** The reason of a wait that ends once the host is online. */
const FOR_ONLINE = "offline";

/**
 * Takes the place of a closure for each of the thousands that may wait.
 * @type {((outcome: any) => void) | undefined}
 */
let resumed;
/** @param {(outcome: any) => void} resolve */
const stash = (resolve) => void (resumed = resolve);

/**
 * Waits as the core just said. The promise is of the next action; for a call that waits before its first send, which has no loop of
 * its own yet, of the call's result.
 * @param {Run} run
 * @returns {Promise<any>}
 */
export function pause(run) {
  const promise = new Promise(stash);
  run.resume = resumed;
  resumed = undefined;
  park(run);
  if (run.signal?.aborted || run.inside.life.isClosed) abort(run);
  run.inside.shared.share?.(run);
  wakeOthers(run.inside.shared, run.clock);
  return promise;
}

/**
 * Ends a wait: the call learns what to do now, which may be to wait on.
 * @param {Run} run
 * @param {import("./protocol.js").Event} event
 */
export function wake(run, event) {
  if (!leave(run)) return;
  try {
    // Whoever wakes it may do so from the signal's own event, before ours is told.
    if (run.signal?.aborted || run.inside.life.isClosed) {
      // What the attempt before failed with is not why the call ends.
      run.failure = undefined;
      event = ABORT;
    } else if (run.why?.reason === FOR_ONLINE) event = online(run);
    const action = tell(run, event);
    if (action === WAIT) {
      park(run);
      // Where only a call that waits may ask a coordinator, one that waits on does, too.
      return void run.inside.shared.share?.(run);
    }
    settle(run, run.flight === undefined ? run.inside.shared.drive(run, action) : action);
  } catch (error) {
    settle(run, Promise.reject(error));
  }
}

/** @param {Run} run */
const online = ({ clock }) => (clock.host.online() === false ? OFFLINE : ONLINE);

/**
 * What happens when the signal aborts a call that waits, or whose response's body is looked at.
 * @param {Run} run
 */
export function abort(run) {
  if (run.inside.shared.parked[run.id] === run) wake(run, ABORT);
  else settle(run, undefined);
}

/**
 * @param {Run} run
 * @param {any} outcome
 */
function settle(run, outcome) {
  const { resume } = run;
  run.resume = undefined;
  resume?.(outcome);
}

/**
 * Wakes whom the core says may go now, in its order. To be called after whatever may have made room.
 * @param {import("./driver.js").Shared} shared
 * @param {import("./clock.js").Clock} clock
 */
export function wakeOthers(shared, clock) {
  // One who is woken to be refused is over at once, and would wake the next from within, thousands deep.
  if (shared.isWaking) return;
  shared.share?.();
  shared.isWaking = true;
  let told = 0;
  try {
    while (shared.waiting > 0 && told < AT_ONCE) {
      const woken = shared.engine.woken(clock.host.now(), clock.monotonic());
      if (woken === NEVER) break;
      const run = shared.parked[woken];
      if (run === undefined) {
        // The core knows that it waits, and it is on its way here: kept for `park`, since the core says it once.
        shared.early.add(woken);
        continue;
      }
      wake(run, ELAPSE);
      if (shared.parked[woken] === run) told++;
    }
  } finally {
    shared.isWaking = false;
  }
  // Who has a timer of its own does without the alarm, unless the core has more to say of it.
  if (shared.relying === 0 && told < AT_ONCE) return;
  const delay = shared.engine.alarm(shared.clock.host.now(), shared.clock.monotonic());
  if (delay !== NEVER) shared.alarm.set(Math.max(1, delay));
}

/**
 * Ends all waits: their core has failed.
 * @param {import("./driver.js").Shared} shared
 */
export function wakeAll(shared) {
  for (const run of shared.parked) if (run !== undefined) wake(run, ELAPSE);
}

/**
 * @param {Run} run
 */
function park(run) {
  const { id, signal } = run;
  const { shared, clock, hooks } = run.inside;
  const delay = delayOf(run);
  const relies = reliesOf(run) && clock === shared.clock;
  run.why = whyOf(run);
  run.response?.body?.cancel().catch(() => {});
  if (!run.isOurs) {
    // Nothing is sent in this turn: what the caller does with its objects after it must not reach the send.
    run.isOurs = true;
    run.init = keepInit(run.init, shared);
    if (typeof run.input !== "string" && !isRequest(run.input)) run.input = run.href;
  }
  // Whole, as the core has it: a number with a fraction is an object.
  run.since = hooks.userTiming ? clock.monotonic() : Math.floor(clock.monotonic());
  // An array without gaps takes a word for each.
  while (shared.parked.length < run.id) shared.parked.push(undefined);
  shared.parked[run.id] = run;
  change(run.inside.life, 0);
  if (shared.waiting++ === 0) shared.core.listeners.add(shared.wakeAll);
  if (signal) listen(signal, run);
  if (run.why.reason === FOR_ONLINE) listenOnline(run, () => wake(run, ELAPSE));
  if (relies) {
    shared.relying++;
    run.timer = ALARM;
    shared.alarm.set(delay);
  } else {
    run.timer = sleep(clock, delay, () => wake(run, ELAPSE));
  }
  // It failed as it was asked about this wait: those who waited then may be woken already.
  if (shared.core.failure !== undefined) queueMicrotask(shared.wakeAll);
  else if (hooks.onEvent !== undefined) {
    const { reason, quota } = run.why;
    emit(run, "wait", run.attempt + 1, { reason, delay, until: clock.host.now() + delay, ...(quota && { quota }) });
  }
  if (shared.early.delete(id)) wake(run, ELAPSE);
}

/**
 * Takes back all that was set up for a wait. False if the call does not wait.
 * @param {Run} run
 */
function leave(run) {
  const { shared, clock, hooks } = run.inside;
  if (shared.parked[run.id] !== run) return false;
  shared.parked[run.id] = undefined;
  shared.waiting--;
  change(run.inside.life, 0);
  if (run.timer === ALARM) {
    shared.relying--;
  } else {
    run.timer?.end();
  }
  run.timer = undefined;
  if (shared.waiting === 0) {
    shared.alarm.clear();
    // It may hold credentials.
    shared.kept = undefined;
    shared.core.listeners.delete(shared.wakeAll);
  }
  if (run.signal) unlisten(run.signal, run);
  if (run.why?.reason === FOR_ONLINE) unlistenOnline(run);
  const now = clock.monotonic();
  run.waited += Math.max(0, Math.floor(now) - Math.floor(run.since));
  if (hooks.userTiming) measureWait(run, now - run.since);
  return true;
}
