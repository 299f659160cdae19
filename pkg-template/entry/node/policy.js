// @ts-check
import { compile } from "./read.js";
import * as glue from "#glue/policy";
import spare from "#brotli/policy";

/** Whether one call may wake another here. */
export const nudges = true;

let ready = false;

/** The policy core: read from the disk and compiled, synchronously, at the first call. */
export function core() {
  if (!ready) {
    glue.initSync({ module: compile(new URL("./policy.wasm", import.meta.url), spare) });
    ready = true;
  }
  return glue;
}
