// @ts-check
import { PolicyError } from "./errors.js";

/**
 * A core's module; a clear error where the host allows no WebAssembly.
 * @template T
 * @param {() => T} core
 * @returns {T}
 */
export function load(core) {
  try {
    return core();
  } catch (cause) {
    // Of the entry that loads a file: not there yet, or not to be had.
    if (PolicyError.is(cause)) throw cause;
    throw new PolicyError(
      "wasm-unavailable",
      "WebAssembly cannot be compiled here. In a page, add 'wasm-unsafe-eval' to script-src of the Content-Security-Policy, " +
        'or let calls through unmanaged with unavailable: "bypass"',
      { cause },
    );
  }
}
