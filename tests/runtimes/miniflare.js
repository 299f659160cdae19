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
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    format: "esm",
    conditions: ["workerd"],
    loader: { ".wasm": "copy" },
    outdir: "out",
    write: false,
  });
  // The entry must come first: miniflare takes the first module as the main one.
  const modules = outputFiles
    .map(({ path, contents }) => ({ type: path.endsWith(".wasm") ? "CompiledWasm" : "ESModule", path, contents }))
    .sort((a, b) => Number(a.type === "CompiledWasm") - Number(b.type === "CompiledWasm"));
  if (modules.length !== 3) throw new Error(`expected the worker and the two .wasm files that the condition imports, got ${modules.length} files`);
  const worker = new Miniflare({ modules: /** @type {any} */ (modules), modulesRoot: "/", cf: false, compatibilityDate, compatibilityFlags });
  await worker.ready;
  return worker;
}
