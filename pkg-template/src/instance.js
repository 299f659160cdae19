// @ts-check
/**
 * The instance of a core, and a new one where it has trapped.
 *
 * A trap (out of memory, a stack that overflows) leaves an instance in the middle of something, so nothing in it can be used
 * again. What it exports is guarded here, and nowhere else: the first trap marks it as failed and lets go of its memory, and
 * from then on each export gives what stands in for it, or throws a `PolicyError` with the code "core-failed".
 */
import { PolicyError } from "./errors.js";
import { load } from "./wasm.js";

/**
 * @typedef {object} Health of an instance
 * @property {unknown} failure what it trapped with; undefined while it works
 * @property {Set<() => void>} listeners called once it has failed, after the turn in which it did
 */

/**
 * Gives the instance in use: made at the first call, and where the last one has failed.
 * @template T
 * @param {() => { exports: T, close(): void }} instantiate
 * @param {Record<string, (...args: any[]) => unknown>} [standIns] by method, for what must not throw
 * @returns {() => T & Health}
 */
export function replaced(instantiate, standIns) {
  /** @type {T & Health | undefined} */
  let core;
  return () => (core === undefined || core.failure !== undefined ? (core = guard(load(instantiate), standIns)) : core);
}

/**
 * Whether a core can be had here.
 * @param {() => unknown} load
 */
export function canLoad(load) {
  try {
    load();
    return true;
  } catch {
    return false;
  }
}

/**
 * Does what needs a core; where that fails on the way, once more, for which `replaced` gives a new one.
 * @template T
 * @param {() => T} does
 * @returns {T}
 */
export function retried(does) {
  try {
    return does();
  } catch (error) {
    if (/** @type {any} */ (error)?.code !== "core-failed") throw error;
    return does();
  }
}

/**
 * @template T
 * @param {{ exports: T, close(): void }} bound
 * @param {Record<string, (...args: any[]) => unknown>} [standIns]
 * @returns {T & Health}
 */
function guard({ exports, close }, standIns = {}) {
  /** @type {any} */
  const core = { failure: undefined, listeners: new Set() };
  /** @param {any} does @param {(...args: any[]) => unknown} [standIn] */
  const guarded = (does, standIn) =>
    /** @this {any} @param {any[]} args */
    function (...args) {
      if (core.failure === undefined) {
        try {
          return does.apply(this, args);
        } catch (error) {
          if (!isTrap(error)) throw error;
          core.failure = error;
          close();
          for (const listener of core.listeners) queueMicrotask(listener);
        }
      }
      if (standIn !== undefined) return standIn(...args);
      throw new PolicyError("core-failed", "the WebAssembly of this package failed; the next call has a new instance", { cause: core.failure });
    };
  for (const [name, part] of Object.entries(/** @type {any} */ (exports))) {
    const isClass = /^[A-Z]/.test(name);
    core[name] = guarded(isClass ? (/** @type {any[]} */ ...args) => new part(...args) : part);
    if (!isClass) continue;
    for (const method of Object.getOwnPropertyNames(part.prototype)) {
      if (method !== "constructor") part.prototype[method] = guarded(part.prototype[method], standIns[method]);
    }
  }
  return core;
}

/**
 * Whether an instance cannot go on after this. A stack overflows with an error of the host's: RangeError, in Firefox InternalError.
 * @param {any} error
 */
function isTrap(error) {
  return error instanceof WebAssembly.RuntimeError || error instanceof RangeError || error?.name === "InternalError";
}
