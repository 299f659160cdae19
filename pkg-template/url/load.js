// @ts-check
import { PolicyError } from "./errors.js";

/**
 * Loads a module that lies beside the code as a file, at the first call that needs it: streamed where the server says what
 * it is, from its bytes where it does not, from the disk where the code is on one.
 * @template T
 * @param {(module: WebAssembly.Module) => T} bind
 * @param {() => URL} address
 */
export function loader(bind, address) {
  /** @type {Promise<WebAssembly.Module> | undefined} */
  let loading;
  /** @type {(() => T) | undefined} */
  let make;
  /** @type {unknown} */
  let failure;
  return {
    get isReady() {
      return make !== undefined;
    },
    /**
     * The module, once it is there; a failed load is tried again at the next call.
     * @param {any} [source] instead of the file
     * @returns {Promise<WebAssembly.Module>}
     */
    ready(source) {
      loading ??= compile(source ?? address()).then(
        (module) => {
          // Made now, so that a module of another kind is refused here.
          /** @type {T | undefined} */
          let first = bind(module);
          make = () => {
            const instance = first ?? bind(module);
            first = undefined;
            return instance;
          };
          return module;
        },
        (error) => {
          [loading, failure] = [undefined, error];
          throw error;
        },
      );
      return loading;
    },
    /** A new instance, or why there is none. */
    instantiate() {
      if (make !== undefined) return make();
      if (failure !== undefined) throw failure;
      throw new PolicyError("wasm-not-ready", "the module is not loaded yet: `await initPolicy()` or `await initExplain()` before this");
    },
  };
}

/** @param {any} given @returns {Promise<WebAssembly.Module>} */
async function compile(given) {
  const source = await given;
  if (source instanceof WebAssembly.Module) return source;
  if (source instanceof ArrayBuffer || ArrayBuffer.isView(source)) return WebAssembly.compile(/** @type {BufferSource} */ (source));
  const response = source instanceof Response ? source : await open(source);
  if (!(response instanceof Response)) return WebAssembly.compile(response);
  if (!response.ok) throw lost(response.url, `status ${response.status}`);
  const isTyped = response.headers.get("content-type")?.startsWith("application/wasm");
  return isTyped && WebAssembly.compileStreaming ? WebAssembly.compileStreaming(response) : WebAssembly.compile(await response.arrayBuffer());
}

/** @param {string | URL} address @returns {Promise<Response | Uint8Array<ArrayBuffer>>} */
async function open(address) {
  // Not against import.meta.url: webpack takes any such pair for a file of its own.
  const url = new URL(address, globalThis.location?.href);
  const { process } = /** @type {any} */ (globalThis);
  // Node's fetch reads no files.
  if (url.protocol === "file:" && process?.getBuiltinModule) return process.getBuiltinModule("fs").readFileSync(url);
  return fetch(url).catch((cause) => {
    throw lost(url.href, "no answer", cause);
  });
}

/**
 * @param {string} address
 * @param {string} why
 * @param {unknown} [cause]
 */
function lost(address, why, cause) {
  return new PolicyError("wasm-unavailable", `the module could not be loaded from ${address.split("?")[0]}: ${why}`, { cause });
}
