// @ts-check
import { PolicyError } from "./errors.js";

/**
 * An instance of a core; a clear error where the host allows no WebAssembly.
 * @template T
 * @param {() => T} instantiate
 * @returns {T}
 */
export function load(instantiate) {
  try {
    return instantiate();
  } catch (cause) {
    // Of the entry that loads a file: not there yet, or not to be had.
    if (PolicyError.is(cause)) throw cause;
    const forbidden = "cannot be compiled here. In a page, add 'wasm-unsafe-eval' to script-src of the Content-Security-Policy,";
    const what = cause instanceof RangeError ? "has no memory here: free some," : forbidden;
    throw new PolicyError("wasm-unavailable", `WebAssembly ${what} or let calls through unmanaged with unavailable: "bypass"`, { cause });
  }
}
