// @ts-check
// Edge runtimes refuse to compile bytes; Next's and Vercel's bundlers make a ready WebAssembly.Module of this import.
import { bind } from "#bind/explain";
import module from "../explain.wasm?module";

/** The explain core, of which each instance is new. */
export const instantiate = () => bind(module);
