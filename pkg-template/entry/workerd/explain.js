// @ts-check
// workerd refuses to compile bytes while it answers a request; it imports a .wasm as a ready WebAssembly.Module instead.
import { bind } from "#bind/explain";
import module from "../explain.wasm";

/** The explain core, of which each instance is new. */
export const instantiate = () => bind(module);
