// A shell on a simulated clock, for the tests of what a page loads at once.
import { mock } from "node:test";
import { fakeGlobals, freshShell, manual } from "./fresh-shell.js";

/** A shell on a simulated clock, whose transport the test controls. */
export async function stage(context, { gate, online = true } = {}) {
  const shell = await freshShell(gate);
  const { clock, restore } = fakeGlobals();
  const { sends, fetch } = manual();
  globalThis.fetch = fetch;
  const warn = mock.method(console, "warn", () => {});
  const target = new EventTarget();
  const before = Object.getOwnPropertyDescriptor(globalThis, "navigator");
  const state = { online };
  Object.defineProperty(globalThis, "navigator", { configurable: true, value: { get onLine() { return state.online; } } });
  globalThis.addEventListener = target.addEventListener.bind(target);
  globalThis.removeEventListener = target.removeEventListener.bind(target);
  context.after(() => {
    restore();
    warn.mock.restore();
    delete globalThis.addEventListener;
    delete globalThis.removeEventListener;
    if (before) Object.defineProperty(globalThis, "navigator", before);
    else delete globalThis.navigator;
  });
  return {
    shell,
    clock,
    sends,
    warn,
    rest: () => shell.rest(),
    answer: (number, init = {}) => sends[number].resolve(new Response("answer", init)),
    goOnline() {
      state.online = true;
      target.dispatchEvent(new Event("online"));
    },
  };
}

/** How a promise ended, when it has. */
export function watch(promise) {
  const seen = {};
  promise.then((value) => (seen.value = value), (error) => (seen.error = error));
  return seen;
}
