// @ts-check
/**
 * The core of a page, which comes by `import()` when a call needs it; and what happened before it was there, which it is told then.
 *
 * A load that fails is tried again, and calls go out as plain fetch meanwhile: no call waits for what may never come.
 */
import { VERSION } from "./core-facts.js";
import { globals } from "./host.js";

/** How long calls wait for the core, ms; then they go out without it, and it may still come. */
const PATIENCE = 10_000;
/** From a failed load to the next one, ms: doubled with each. */
const [FIRST_PAUSE, LONGEST_PAUSE] = [1000, 60_000];
/** What the core is told of calls that are over, at most: it learns of a run of calls, and forgets what is older. */
const MOST = 500;

/**
 * @typedef {typeof import("./core-chunk.js")} Core
 * @typedef {import("./early.js").Early} Early
 * @typedef {{ type: "begin" | "sent" | "ended" | "aborted", early: Early, wall: number, mono: number, value: any, isOffline: boolean }} Item
 */

export const page = {
  /** @type {Core | undefined} */
  core: undefined,
  /**
   * What happened, in its order.
   * @type {Item[]}
   */
  log: [],
  /**
   * The calls that are not over.
   * @type {Set<Early>}
   */
  open: new Set(),
  /**
   * What listeners are told once the core is there, or is known not to come; undefined while nothing waits for it.
   * @type {(() => void)[] | undefined}
   */
  held: undefined,
  /**
   * The core while it is told of the calls before it: those that begin now are its own.
   * @type {Core | undefined}
   */
  adopting: undefined,
  /** Why calls go out without a core. */
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
 * Writes down what happened to a call, for the core.
 * @param {Item["type"]} type
 * @param {Early} early
 * @param {any} [value]
 */
export function log(type, early, value) {
  const { log } = page;
  const item = { type, early, wall: globals.now(), mono: globals.monotonic(), value, isOffline: globals.online() === false };
  log.push(item);
  if (log.length > MOST && !page.adopting) page.log = log.filter((item, n) => n > MOST / 2 || page.open.has(item.early));
  return item;
}

/** Asks for the core. Whether it is worth waiting for. */
export function want() {
  if (loading === undefined && !isAwaited && globals.monotonic() >= nextTry) load();
  return (loading !== undefined || isAwaited) && page.failure === undefined;
}

/**
 * Loads the core; true once it is there, false where it cannot be had for now.
 * @returns {Promise<boolean>}
 */
export function load() {
  return (loading ??= begin());
}

/** @returns {Promise<boolean>} */
function begin() {
  const late = globals.setTimeout(() => degrade(new Error(`no answer within ${PATIENCE} ms`)), PATIENCE);
  return bring()
    .finally(() => globals.clearTimeout(late))
    .then(async (core) => {
      page.adopting = core;
      await core.adopt(page);
      return true;
    })
    .catch((error) => {
      loading = page.adopting = undefined;
      // Nobody can be reached: calls wait for the network as they wait for the core.
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
  // A deploy may have put another one in its place.
  if (core.VERSION !== VERSION) throw new Error(`core ${core.VERSION} instead of ${VERSION}`);
  await core.ready;
  return core;
}

/** @returns {Promise<Core>} */
function request() {
  tries++;
  return import("./core-chunk.js").catch((error) => {
    // Firefox remembers a failure by its address, which is in the message there.
    const address = tries > 1 && /\bhttps?:[^\s"')]+/.exec(error?.message)?.[0];
    if (!address) throw error;
    return import(`${address.split("?")[0]}?retry=${tries}`);
  });
}

/**
 * Calls go out as plain fetch from now on, until the core is there.
 * @param {unknown} error
 */
function degrade(error) {
  if (globals.online() === false) return;
  if (!isWarned) console.warn("fetch-with-policy: the policy cannot be loaded; calls go out without it until it is", error);
  isWarned = true;
  page.failure = error;
  for (const tell of page.held?.splice(0) ?? []) tell();
  page.held = undefined;
  for (const early of [...page.open]) early.goOn();
}
