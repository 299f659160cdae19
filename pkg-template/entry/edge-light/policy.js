// @ts-check
// Edge runtimes refuse to compile bytes; Next's and Vercel's bundlers make a ready WebAssembly.Module of this import.
import { bind } from "#bind/policy";
import module from "../policy.wasm?module";

/**
 * As in workerd, which also runs what is built for this condition: a call that only another request can wake may never be woken,
 * so each sleeps on a timer of its own.
 */
export const nudges = false;

/** The policy core, of which each instance is new. */
export const instantiate = () => bind(module);
