// @ts-check
// A real workerd, through miniflare: a Worker bundled by the package's `workerd` condition.
import { build } from "esbuild";
import { Miniflare } from "miniflare";

/**
 * @param {string} entry
 * @param {string} compatibilityDate
 * @param {string[]} compatibilityFlags
 */
export async function startWorker(entry, compatibilityDate, compatibilityFlags) {
  const outputFiles = await bundle(entry);
  const modules = outputFiles.filter(({ path }) => path.endsWith(".wasm"));
  if (modules.length === 0 || outputFiles.length - modules.length !== 1) {
    throw new Error(`expected the worker and the .wasm files that the condition imports, got ${outputFiles.map(({ path }) => path).join(", ")}`);
  }
  return workerOf(outputFiles, "/", compatibilityDate, compatibilityFlags);
}

/**
 * The Worker of `entry` and the .wasm files that it imports, as wrangler bundles it.
 * @param {string} entry
 */
export async function bundle(entry) {
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    format: "esm",
    conditions: ["workerd"],
    external: ["cloudflare:*"],
    loader: { ".wasm": "copy" },
    outdir: "out",
    write: false,
  });
  return outputFiles;
}

/**
 * A Worker of files that are built already.
 * @param {{ path: string, contents: Uint8Array }[]} files
 * @param {string} modulesRoot
 * @param {string} compatibilityDate
 * @param {string[]} [compatibilityFlags]
 * @param {Partial<import("miniflare").WorkerOptions & import("miniflare").SharedOptions>} [options] bindings and the like
 */
export async function workerOf(files, modulesRoot, compatibilityDate, compatibilityFlags = [], options = {}) {
  // The entry must come first: miniflare takes the first module as the main one.
  const modules = files
    .map(({ path, contents }) => ({ type: path.endsWith(".wasm") ? "CompiledWasm" : "ESModule", path, contents }))
    .sort((a, b) => Number(a.type === "CompiledWasm") - Number(b.type === "CompiledWasm"));
  const worker = new Miniflare({ ...options, modules: /** @type {any} */ (modules), modulesRoot, cf: false, compatibilityDate, compatibilityFlags });
  await worker.ready;
  return worker;
}
