// @ts-check
/**
 * Loads the core of a page by `import()` when a call needs it, and logs what happened before, so that the core can replay it.
 *
 * A load that fails is tried again. Calls go out as plain fetch meanwhile: none waits for a file that may never arrive.
 */
import { VERSION } from "./core-facts.js";
import { globals } from "./host.js";

/** How long calls wait for the core, ms; then they go out as plain fetch. The load goes on. The same as in the measured prototype. */
const PATIENCE = 10_000;
/** The least time from a failed load to the next one, ms: doubled with each, so that a missing file costs one request a minute. */
const [FIRST_PAUSE, LONGEST_PAUSE] = [1000, 60_000];
/** How many items of calls that are over the log keeps, and while the core is loading: a limit is learned from what was sent since. */
const [MOST, MOST_LOADING] = [500, 5000];

/**
 * @typedef {typeof import("./core-chunk.js")} Core
 * @typedef {import("./early.js").Early} Early
 * @typedef {{ type: "begin" | "sent" | "ended" | "aborted", early: Early, wall: number, mono: number, value: any, isOffline: boolean }} Item
 */

export const page = {
  /** @type {Core | undefined} */
  core: undefined,
  /**
   * What happened, in order.
   * @type {Item[]}
   */
  log: [],
  /**
   * Calls that are not over.
   * @type {Set<Early>}
   */
  open: new Set(),
  /**
   * Events that wait for the core, so that they are sent in order; undefined while no call waits for it.
   * @type {(() => void)[] | undefined}
   */
  reports: undefined,
  /**
   * The core while it replays the log. Calls that begin now are added to the log.
   * @type {Core | undefined}
   */
  adopting: undefined,
  /** Why calls go out as plain fetch. */
  failure: /** @type {unknown} */ (undefined),
};

/** @type {Promise<boolean> | undefined} */
let loading;
let isAwaited = false;
let pause = FIRST_PAUSE;
let nextTry = 0;
let tries = 0;
let isWarned = false;

/**
 * Logs what happened to a call.
 * @param {Item["type"]} type
 * @param {Early} early
 * @param {any} [value]
 */
export function log(type, early, value) {
  const { log } = page;
  const item = { type, early, wall: globals.now(), mono: globals.monotonic(), value, isOffline: globals.online() === false };
  log.push(item);
  if (log.length > most && !page.adopting) trim(loading ? MOST_LOADING : MOST);
  return item;
}

/** The length of the log at which it is trimmed next. */
let most = MOST;

/** Drops the older items of calls that are over, but `kept`. Not at each item: a hundred thousand calls may be open. @param {number} kept */
function trim(kept) {
  let extra = -kept / 2;
  for (const { early } of page.log) if (early.isOver) extra++;
  page.log = page.log.filter(({ early }) => !early.isOver || extra-- <= 0);
  most = 2 * page.log.length + kept / 2;
}

/** Loads the core if a load may begin now. Whether calls should wait for it. */
export function want() {
  if (loading === undefined && !isAwaited && globals.monotonic() >= nextTry) load();
  return (loading !== undefined || isAwaited) && page.failure === undefined;
}

/**
 * Loads the core: true once it is loaded, false if it cannot be loaded for now.
 * @returns {Promise<boolean>}
 */
export function load() {
  return (loading ??= begin());
}

/** @returns {Promise<boolean>} */
function begin() {
  const late = globals.setTimeout(() => degrade(new Error(`the core did not load within ${PATIENCE} ms`)), PATIENCE);
  return bring()
    .finally(() => globals.clearTimeout(late))
    .then(async (core) => {
      page.adopting = core;
      await core.adopt(page);
      return true;
    })
    .catch((error) => {
      loading = page.adopting = undefined;
      // Offline: calls wait for the network.
      if (globals.online() === false && globalThis.addEventListener) {
        isAwaited = true;
        globalThis.addEventListener("online", () => ((isAwaited = false), load()), { once: true });
        return false;
      }
      nextTry = globals.monotonic() + pause;
      pause = Math.min(2 * pause, LONGEST_PAUSE);
      degrade(error);
      return false;
    });
}

/** @returns {Promise<Core>} */
async function bring() {
  const core = await request();
  // A deploy may have replaced the file.
  if (core.VERSION !== VERSION) throw new Error(`core ${core.VERSION} instead of ${VERSION}`);
  await core.ready;
  return core;
}

/** @returns {Promise<Core>} */
function request() {
  tries++;
  return import("./core-chunk.js").catch((error) => {
    // Firefox never requests a module again that failed to load, by its URL, which is in the message there.
    const address = tries > 1 && /\bhttps?:[^\s"')]+/.exec(error?.message)?.[0];
    if (!address) throw error;
    return import(`${address.split("?")[0]}?retry=${tries}`);
  });
}

/**
 * From now on calls go out as plain fetch, until the core is loaded.
 * @param {unknown} error
 */
function degrade(error) {
  if (globals.online() === false) return;
  if (!isWarned) console.warn("fetch-with-policy: the policy cannot be loaded; calls go out without it until it is", error);
  isWarned = true;
  page.failure = error;
  for (const report of page.reports?.splice(0) ?? []) report();
  page.reports = undefined;
  for (const early of [...page.open]) early.goOn();
}
