// @ts-check
/** The calls of policies as a value that changes, for user interfaces: React's `useSyncExternalStore`, stores of Svelte, Vue, Solid. */
import { FIRST_ERROR } from "./core-facts.js";
import { PolicyOptionError } from "./errors.js";

/** @typedef {import("../state.js").CallState} CallState */

// A member's name survives minifiers.
export const { callStore } = {
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
      for (const listener of [...listeners]) {
        try {
          listener();
        } catch (error) {
          console.error(error);
        }
      }
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
};
