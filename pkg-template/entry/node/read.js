// @ts-check
import { PolicyError } from "../../src/errors.js";

/**
 * A module from the file beside the code; where a bundler took the code elsewhere, from the bytes that the code brings (Brotli, as
 * base64), which takes 3 ms longer. Node's own modules are looked up at the call: an import of `node:fs` makes Node load all that
 * its names stand for (measured: 1.4 ms in Node 20, 2.7 in Node 24).
 * @param {URL} file @param {string} spare
 */
export function compile(file, spare) {
  return new WebAssembly.Module(read(file, spare));
}

/** @param {URL} file @param {string} spare */
function read(file, spare) {
  const { process, Buffer } = /** @type {any} */ (globalThis);
  try {
    return process.getBuiltinModule("fs").readFileSync(file);
  } catch {
    // Lost: the other copy is here.
  }
  try {
    return process.getBuiltinModule("zlib").brotliDecompressSync(Buffer.from(spare, "base64"));
  } catch (cause) {
    throw new PolicyError("wasm-unavailable", 'this file is for Node 20.16, 22.3 and newer; elsewhere give the condition "module"', { cause });
  }
}
