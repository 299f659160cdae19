// @ts-check
import { decode } from "./decode.js";
import * as glue from "#glue/policy";
import hex from "#wasm/policy";

/** Whether one call may wake another here. */
export const nudges = true;

let ready = false;

/** The policy core: compiled from the inlined bytes, synchronously, at the first call. */
export function core() {
  if (!ready) {
    glue.initSync({ module: new WebAssembly.Module(decode(hex)) });
    ready = true;
  }
  return glue;
}
