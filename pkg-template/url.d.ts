/**
 * The main entry with the WebAssembly as files of their own, `policy.wasm` and `explain.wasm`: streamed, cached apart from the
 * code, and less to load than inlined, by 5 % for `fetchWithPolicy` and 7 % for `explain` (brotli). From disk they are read
 * (Node, Deno, Bun). Needs `connect-src` for where they lie, in a page with a Content-Security-Policy.
 *
 * Vite, webpack and parcel know `new URL("x.wasm", import.meta.url)` and copy the files. esbuild and rollup do not: there
 * serve the two files of `node_modules/fetch-with-policy/` yourself, and give `initPolicy` and `initExplain` their addresses
 * before the first call.
 *
 * A file cannot be there at once, so this differs from the main entry: `fetchWithPolicy` and `explainResponse` load theirs at
 * the first call and wait for it, where the main entry sends in the same turn. What cannot wait (`createPolicy`, `explain`,
 * `readQuotas`) throws a `PolicyError` with code "wasm-not-ready" before `await initPolicy()`, or `await initExplain()`.
 */
export * from "./index.js";

/** Where the module comes from: an address (absolute, or as the page resolves it), a response, its bytes, or the compiled module; a promise of one of them too. */
export type WasmSource = string | URL | Response | ArrayBuffer | ArrayBufferView | WebAssemblyModule;
/** A `WebAssembly.Module`. */
export type WebAssemblyModule = object;

/**
 * Loads the policy's module; the first `source` counts. Resolves with the compiled module, to hand to workers, which then neither load
 * nor compile it: a page's worker starts its policy in a millisecond in place of 4 to 11. Undefined in workerd and edge runtimes, where
 * the host has the module ready.
 *
 * @param source @default the package's own `policy.wasm`
 * @throws {PolicyError} code "wasm-unavailable": it cannot be loaded or compiled. The next call tries again.
 *
 * @example
 * ```js
 * import { createPolicy, initPolicy } from "fetch-with-policy/url";
 * await initPolicy();
 * const policy = createPolicy({ timeout: { total: 10_000 } });
 *
 * // In a page:
 * worker.postMessage(await initPolicy());
 * // In its worker:
 * addEventListener("message", ({ data }) => initPolicy(data), { once: true });
 * ```
 */
export function initPolicy(source?: WasmSource | Promise<WasmSource>): Promise<WebAssemblyModule | undefined>;

/** The same for the explainer's, `explain.wasm`. */
export function initExplain(source?: WasmSource | Promise<WasmSource>): Promise<WebAssemblyModule | undefined>;
