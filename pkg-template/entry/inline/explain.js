// @ts-check
import { decode } from "./decode.js";
import * as glue from "#glue/explain";
import base64 from "#wasm/explain";

let ready = false;

/** The explain core: compiled from the inlined bytes, synchronously, at the first call. */
export function core() {
  if (!ready) {
    glue.initSync({ module: new WebAssembly.Module(decode(base64)) });
    ready = true;
  }
  return glue;
}
