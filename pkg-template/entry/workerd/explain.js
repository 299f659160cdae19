// @ts-check
// workerd refuses to compile bytes while it answers a request; it imports a .wasm as a ready WebAssembly.Module instead.
import * as glue from "#glue/explain";
import module from "../explain.wasm";

let ready = false;

/** The explain core, instantiated at the first call. */
export function core() {
  if (!ready) {
    glue.initSync({ module });
    ready = true;
  }
  return glue;
}
