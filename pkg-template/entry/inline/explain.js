// @ts-check
import { decode } from "./decode.js";
import * as glue from "#glue/explain";
import hex from "#wasm/explain";

let ready = false;

/** The explain core: compiled from the inlined bytes, synchronously, at the first call. */
export function core() {
  if (!ready) {
    glue.initSync({ module: new WebAssembly.Module(decode(hex)) });
    ready = true;
  }
  return glue;
}
