// @ts-check
import { bytesOf } from "../inline/decode.js";
import { joining } from "../inline/join.js";
import { bind } from "#bind/policy";
import text from "#wasm/policy";
import { turn } from "../../src/turn.js";

/** Whether one call may wake another here. */
export const nudges = true;

/** How many steps are taken at once: some 10 ms on a phone. */
const STEPS = 150;

/** @type {WebAssembly.Module} */
let module;

/** Settles once the module is compiled, which the page does not wait for. */
export const ready = compile();

// In parts, so that a page that is used meanwhile is not held up.
async function compile() {
  const steps = joining(bytesOf(text));
  await turn();
  for (let count = 1; ; count++) {
    const { done, value } = steps.next();
    if (done) return void (module = await WebAssembly.compile(value));
    if (count % STEPS === 0) await turn();
  }
}

/** The policy core, of which each instance is new. */
export const instantiate = () => bind(module);
