// @ts-check
import { nudges } from "#policy";
import { checkOptions } from "./check-options.js";
import { createClock } from "./clock.js";
import { load, wantedBy } from "./core.js";
import { drive } from "./drive.js";
import { globals } from "./globals.js";
import { PolicyOptionError } from "./policy-errors.js";
import { retried } from "./instance.js";
import { apply, hooksOf } from "./options.js";
import { ELAPSE } from "./protocol.js";
import { Alarm } from "./sleep.js";
import { wake, wakeAll, wakeOthers } from "./wait.js";

/** @typedef {import("./driver.js").Inside} Inside */
/** @typedef {import("./driver.js").Shared} Shared */

/**
 * @param {any} options
 * @param {Inside | null | undefined} given whose state it shares and whose options it keeps
 * @param {import("./life.js").Life} life
 * @returns {Inside}
 */
export function makeInside(options, given, life) {
  const leaves = checkOptions(options ?? {}, given?.options);
  checkCoordinator(options?.coordinator, given);
  return retried(() => {
    const base = given && withCore(given);
    const core = load();
    const plan = base ? base.plan.fork() : new core.Plan();
    apply(plan, leaves);
    const hooks = hooksOf(base?.hooks ?? {}, options ?? {});
    const clock = base && options?.host === undefined ? base.clock : createClock({ ...globals, ...hooks.host });
    const all = [...(base?.options ?? []), ...leaves];
    return { plan, options: all, hooks, shared: base?.shared ?? makeShared(core, clock, hooks), life, clock, isWanted: wantedBy(plan) };
  });
}

/**
 * The same where its core works; where it has failed, one with the same options over a new, empty state, which all that
 * shared the old one share.
 * @param {Inside} inside
 * @returns {Inside}
 */
export function withCore(inside) {
  if (inside.shared.core.failure === undefined) return inside;
  return retried(() => {
    let { shared } = inside;
    while (shared.next !== undefined) shared = shared.next;
    if (shared.core.failure !== undefined) shared = replace(shared);
    const plan = new shared.core.Plan();
    apply(plan, inside.options);
    return { ...inside, plan, shared };
  });
}

/**
 * Sets the options of one call.
 * @param {import("./run.js").Run} run
 * @param {any} options
 */
export function setOwn(run, options) {
  const { inside } = run;
  const leaves = checkOptions(options, inside.options);
  checkCoordinator(options.coordinator, inside);
  const plan = inside.plan.fork();
  const hooks = hooksOf(inside.hooks, options);
  const clock = options.host === undefined ? inside.clock : createClock({ ...globals, ...hooks.host });
  run.inside = { ...inside, plan, hooks, clock };
  // Set before it can fail, so that the call fails under its own options.
  apply(plan, leaves);
  if (options.profiles !== undefined) run.inside.isWanted = wantedBy(plan);
}

/** @param {Shared} old */
function replace(old) {
  const shared = makeShared(load(), old.clock, old.hooks);
  shared.lost = old.isReported ? undefined : old;
  old.lost = undefined;
  old.next = shared;
  return shared;
}

/** How long a coordinator's reply is waited for, where it does not say, and at most, ms. */
const PATIENCE = 500;
const LONGEST = 30_000;

/**
 * Quotas are shared by all that have one state, so only that which makes the state can say where.
 * @param {any} coordinator
 * @param {Inside | null | undefined} base
 */
function checkCoordinator(coordinator, base) {
  if (coordinator === undefined) return;
  if (base) throw new PolicyOptionError("coordinator", "an option of createPolicy alone");
  if (typeof coordinator.exchange !== "function") throw new PolicyOptionError("coordinator", "an object with a function exchange");
}

/**
 * @param {ReturnType<typeof load>} core
 * @param {import("./clock.js").Clock} clock
 * @param {import("./options.js").Hooks} hooks of the policy that makes it
 * @returns {Shared}
 */
function makeShared(core, clock, hooks) {
  const alarm = new Alarm(clock, () => wakeOthers(shared, clock));
  /** @type {Shared} */
  const shared = {
    core,
    engine: new core.Engine(nudges),
    clock,
    alarm,
    parked: [],
    waiting: 0,
    relying: 0,
    isWaking: false,
    early: new Set(),
    kept: undefined,
    wakeAll: () => wakeAll(shared),
    drive,
    next: undefined,
    lost: undefined,
    isReported: false,
    hooks,
    share: undefined,
  };
  if (hooks.coordinator !== undefined) {
    const { patience: asked = PATIENCE } = hooks.coordinator;
    const patience = Math.min(Math.max(1, Math.ceil(asked)), LONGEST) || PATIENCE;
    // Before what talks to it is loaded: until a first reply, or for that long, the core sends one by one.
    if (core.failure === undefined) shared.engine.share(`${patience}`, clock.host.now(), clock.monotonic());
    const host = { patience, nudges, wakeOthers: () => wakeOthers(shared, clock), wake: (/** @type {any} */ run) => wake(run, ELAPSE) };
    import("./sharing.js").then(({ begin }) => begin(shared, host)).catch((error) => console.error("fetch-with-policy: quotas are not shared", error));
  }
  return shared;
}
