// @ts-check
/**
 * The calls of policies as a value that changes, for user interfaces: React's `useSyncExternalStore`, stores of Svelte, Vue, Solid. And
 * what changes of quotas.
 */
import { FIRST_ERROR } from "./core-facts.js";
import { PolicyOptionError } from "./errors.js";

/** @typedef {import("../state.js").CallState} CallState */

/** What makes a quota another one. @param {import("../index.js").QuotaState} quota */
const keyOf = ({ scope, name, unit, window }) => JSON.stringify([scope, name, unit, window]);

/** What counts as a change: not calls that are in flight or wait. @param {import("../index.js").QuotaState} quota */
const valueOf = ({ limit, remaining, resetAt, source, expose }) => JSON.stringify([limit, remaining, resetAt, source, expose]);

/** What a listener throws harms nobody else. @template {any[]} A @param {(...args: A) => void} listener @param {A} args */
function call(listener, ...args) {
  try {
    listener(...args);
  } catch (error) {
    console.error(error);
  }
}

// A member's name survives minifiers.
export const { callStore, watchQuotas } = {
  /** A store that follows the events of the policies whose `onEvent` it is. @returns {import("../state.js").CallStore} */
  callStore() {
    /** @type {Map<number, CallState>} */
    const open = new Map();
    /** @type {Set<() => void>} */
    const listeners = new Set();
    /** @type {import("../state.js").CallsState} */
    let state = { calls: [], waiting: 0, nextAt: undefined };
    const change = () => {
      const calls = [...open.values()];
      const waits = calls.filter((call) => call.waitsFor !== undefined);
      const times = waits.map(({ until }) => /** @type {number} */ (until));
      state = { calls, waiting: waits.length, nextAt: times.length === 0 ? undefined : Math.min(...times) };
      for (const listener of [...listeners]) call(listener);
    };
    return {
      onEvent(event) {
        const { type, call, method, url, attempt } = event;
        if (type === "give-up" || (type === "response" && event.status < FIRST_ERROR)) {
          if (!open.delete(call)) return;
        } else if (type === "attempt") open.set(call, { call, method, url, attempt });
        else if (type === "wait") open.set(call, { call, method, url, attempt, waitsFor: event.reason, until: event.until });
        else return;
        change();
      },
      subscribe(listener) {
        if (typeof listener !== "function") throw new PolicyOptionError("listener", "a function");
        // One that is added twice is called twice, and each is removed by its own.
        const own = () => listener();
        listeners.add(own);
        return () => void listeners.delete(own);
      },
      getState: () => state,
    };
  },

  /**
   * Calls `listener` for each quota of a policy that changes.
   * @param {import("../index.js").Policy} policy
   * @param {(change: import("../state.js").QuotaChange) => void} listener
   */
  watchQuotas(policy, listener) {
    if (typeof policy?.subscribe !== "function") throw new PolicyOptionError("policy", "a policy");
    if (typeof listener !== "function") throw new PolicyOptionError("listener", "a function");
    let quotas = policy.getState().quotas;
    return policy.subscribe(() => {
      const before = new Map(quotas.map((quota) => [keyOf(quota), quota]));
      quotas = policy.getState().quotas;
      for (const quota of quotas) {
        const previous = before.get(keyOf(quota));
        before.delete(keyOf(quota));
        if (previous === undefined || valueOf(previous) !== valueOf(quota)) call(listener, { quota, previous });
      }
      for (const previous of before.values()) call(listener, { quota: undefined, previous });
    });
  },
};
