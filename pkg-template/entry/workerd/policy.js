// @ts-check
// workerd refuses to compile bytes while it answers a request; it imports a .wasm as a ready WebAssembly.Module instead.
import { bind } from "#bind/policy";
import module from "../policy.wasm";

/** Here a call that only another one can wake is a hung request: each sleeps on a timer of its own. */
export const nudges = false;

/** The policy core, of which each instance is new. */
export const instantiate = () => bind(module);
