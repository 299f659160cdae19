// @ts-check
import { PolicyError } from "../../src/errors.js";

/**
 * A module from the file beside the code. Node's file system is looked up at the call: an import of `node:fs` makes Node load all
 * that its names stand for (measured: 1.4 ms in Node 20, 2.7 in Node 24).
 * @param {URL} file
 */
export function compile(file) {
  return new WebAssembly.Module(read(file));
}

/** @param {URL} file */
function read(file) {
  const { process } = /** @type {any} */ (globalThis);
  try {
    return process.getBuiltinModule("fs").readFileSync(file);
  } catch (cause) {
    const message = `${file} cannot be read. A bundler that moves this code needs the condition "module", which inlines it`;
    throw new PolicyError("wasm-unavailable", message, { cause });
  }
}
