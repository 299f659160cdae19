// @ts-check
import { compile } from "./read.js";
import * as glue from "#glue/explain";
import spare from "#brotli/explain";

let ready = false;

/** The explain core: read from the disk and compiled, synchronously, at the first call. */
export function core() {
  if (!ready) {
    glue.initSync({ module: compile(new URL("./explain.wasm", import.meta.url), spare) });
    ready = true;
  }
  return glue;
}
