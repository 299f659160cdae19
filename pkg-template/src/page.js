// @ts-check
/**
 * Loads the core of a page by `import()` when a call needs it, and logs what happened before, so that the core can replay it.
 *
 * A load that fails is tried again. Calls go out as plain fetch meanwhile: none waits for a file that may never arrive.
 */
import { VERSION } from "./core-facts.js";

/** How long calls wait for the core, ms; then they go out as plain fetch. The load goes on. The same as in the measured prototype. */
const PATIENCE = 10_000;
/** The longest time from a failed load to the next one, ms: doubled with each, so that a missing file costs one request a minute. */
const LONGEST_PAUSE = 60_000;
/** How many items of calls that are over the log keeps, and while the core is loading: a limit is learned from what was sent since. */
const [KEPT, KEPT_LOADING] = [250, 2500];

/**
 * @typedef {typeof import("./core-chunk.js")} Core
 * @typedef {import("./early.js").Early} Early
 * @typedef {{ type: "begin" | "sent" | "ended" | "aborted", early: Early, wall: number, mono: number, value: any, isOffline: boolean }} Item
 */

/** @type {Core | undefined} */
export let core;
/** The core while it replays the log. Calls that begin now are added to the log. @type {Core | undefined} */
export let adopting;
/** Why calls go out as plain fetch. @type {unknown} */
export let failure;
/** Calls that are not over. @type {Set<Early>} */
export const open = new Set();

/** Policies with a snapshot for the core to restore. @type {Set<import("./shell.js").Shell>} */
export const restored = new Set();

/** What happened, in order. @type {Item[]} */
let items = [];
/** The length of the log at which it is trimmed next. */
let most = 2 * KEPT;
/** Events that wait for the core, so that they are sent in order; undefined while no call waits for it. @type {(() => void)[] | undefined} */
let reports;
/** @type {Promise<boolean> | undefined} */
let loading;
/** The least time from a failed load to the next one, ms. */
let pause = 1000;
/** When a load may begin: when the device is online again, if infinite. */
let nextTry = 0;
let tries = 0;
let isWarned = false;

const isOffline = () => globalThis.navigator?.onLine === false;

/**
 * Logs what happened to a call.
 * @param {Item["type"]} type
 * @param {Early} early
 * @param {any} [value]
 */
export function log(type, early, value) {
  const item = { type, early, wall: Date.now(), mono: performance.now(), value, isOffline: isOffline() };
  if (items.push(item) > most && !adopting) trim(loading ? KEPT_LOADING : KEPT);
  return item;
}

/** Drops the older items of calls that are over, but `kept`. Not at each item: a hundred thousand calls may be open. @param {number} kept */
function trim(kept) {
  let extra = -kept;
  for (const { early } of items) if (!open.has(early)) extra++;
  items = items.filter(({ early }) => open.has(early) || extra-- <= 0);
  most = 2 * items.length + kept;
}

/** Sends an event: at once, or when the core is loaded if a call waits for it. @param {() => void} report */
export const inOrder = (report) => void (reports ? reports.push(report) : report());

/** Loads the core if it can be loaded now. Whether calls and their events wait for it. */
export function want() {
  if (!loading && performance.now() >= nextTry) load();
  const isComing = !failure && (!!loading || nextTry === Infinity);
  if (isComing) reports ??= [];
  return isComing;
}

/**
 * Loads the core: true once it is loaded, false if it cannot be loaded for now.
 * @returns {Promise<boolean>}
 */
export const load = () => (loading ??= begin());

async function begin() {
  const late = setTimeout(() => degrade(new Error(`the core did not load within ${PATIENCE} ms`)), PATIENCE);
  try {
    const made = await request().finally(() => clearTimeout(late));
    adopting = made;
    await made.adopt(items, () => {
      core = adopting;
      adopting = failure = reports = undefined;
      items = [];
    }, restored);
    return true;
  } catch (error) {
    loading = adopting = undefined;
    if (isOffline()) {
      // Calls wait for the network.
      nextTry = Infinity;
      addEventListener("online", () => ((nextTry = 0), load()), { once: true });
    } else {
      nextTry = performance.now() + pause;
      pause = Math.min(2 * pause, LONGEST_PAUSE);
      degrade(error);
    }
    return false;
  }
}

/** @returns {Promise<Core>} */
async function request() {
  tries++;
  const core = await import("./core-chunk.js").catch((error) => {
    // Firefox never requests a module again that failed to load, by its URL, which is in the message there.
    const address = tries > 1 && /\bhttps?:[^\s"')]+/.exec(error?.message)?.[0];
    if (!address) throw error;
    return import(`${address.split("?")[0]}?retry=${tries}`);
  });
  // A deploy may have replaced the file.
  if (core.VERSION !== VERSION) throw new Error(`core ${core.VERSION} instead of ${VERSION}`);
  await core.ready;
  return core;
}

/**
 * From now on calls go out as plain fetch, until the core is loaded.
 * @param {unknown} error
 */
function degrade(error) {
  if (isOffline()) return;
  if (!isWarned) console.warn("fetch-with-policy: the policy cannot be loaded; calls go out without it until it is", error);
  isWarned = true;
  failure = error;
  const due = reports ?? [];
  reports = undefined;
  for (const report of due) report();
  for (const early of open) early.goOn();
}
