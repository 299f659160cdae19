// @ts-check
// The Durable Object in a real workerd, through miniflare.
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { Miniflare } from "miniflare";

/** @param {string} upstream @param {string} [folder] where objects are stored */
export async function startWorkerd(upstream, folder) {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL("../durable-object.ts", import.meta.url))],
    bundle: true,
    format: "esm",
    conditions: ["workerd"],
    external: ["cloudflare:*"],
    loader: { ".wasm": "copy" },
    outdir: "out",
    write: false,
  });
  // The entry must come first: miniflare takes the first module as the main one.
  const modules = outputFiles
    .map(({ path, contents }) => ({ type: path.endsWith(".wasm") ? "CompiledWasm" : "ESModule", path, contents }))
    .sort((a, b) => Number(a.type === "CompiledWasm") - Number(b.type === "CompiledWasm"));
  const worker = new Miniflare({
    modules: /** @type {any} */ (modules),
    modulesRoot: "/",
    cf: false,
    compatibilityDate: "2026-07-01",
    bindings: { UPSTREAM: upstream },
    ...(folder && { durableObjectsPersist: folder }),
    durableObjects: { GATE: { className: "Gate", useSQLite: true } },
  });
  await worker.ready;
  return {
    async ask(/** @type {number} */ id) {
      const response = await worker.dispatchFetch(`http://worker/items/${id}`);
      const body = await response.text();
      if (!response.ok) throw new Error(`${response.status} ${body}`);
      return JSON.parse(body).id;
    },
    stop: () => worker.dispose(),
  };
}
