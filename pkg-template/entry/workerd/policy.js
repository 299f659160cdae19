// @ts-check
// workerd refuses to compile bytes while it answers a request; it imports a .wasm as a ready WebAssembly.Module instead.
import * as glue from "#glue/policy";
import module from "../policy.wasm";

/** Here a call that only another one can wake is a hung request: each sleeps on a timer of its own. */
export const nudges = false;

let ready = false;

/** The policy core, instantiated at the first call. */
export function core() {
  if (!ready) {
    glue.initSync({ module });
    ready = true;
  }
  return glue;
}
