// @ts-check
// The packed package in Vercel's edge runtime, by its own npm package, set to compile no bytes and evaluate no text as its servers
// are. Bundled as Vercel's builder does it: `x.wasm?module` is a module that the host made, under a name of its own.
import assert from "node:assert/strict";
import { cpSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import test, { after, before } from "node:test";
import { EdgeRuntime } from "edge-runtime";
import * as esbuild from "esbuild";
import { startUpstream } from "../hosts/upstream.js";
import { consumer } from "../packaging/consumer.js";

const LIMIT = { timeout: 120_000 };
const HANDLER = 'import worker from "./worker.js"; addEventListener("fetch", (event) => event.respondWith(worker.fetch(event.request)));';
/** @type {ReturnType<typeof consumer>} */
let installed;
/** @type {Awaited<ReturnType<typeof startUpstream>>} */
let upstream;

before(async () => {
  installed = consumer();
  cpSync(join(import.meta.dirname, "app"), installed.folder, { recursive: true });
  upstream = await startUpstream();
});
after(() => {
  upstream.stop();
  installed.remove();
});

/** Bundles the app under export conditions, and gives it to the runtime. @param {string[]} conditions @param {string} [code] */
async function edge(conditions, code = HANDLER) {
  /** @type {Record<string, WebAssembly.Module>} */
  const modules = {};
  const asModule = {
    name: "wasm as a module",
    setup(/** @type {esbuild.PluginBuild} */ build) {
      build.onResolve({ filter: /\.wasm\?module$/ }, ({ path, resolveDir }) => ({ path: join(resolveDir, path.replace("?module", "")), namespace: "wasm" }));
      build.onLoad({ filter: /.*/, namespace: "wasm" }, ({ path }) => {
        const name = `wasm_${basename(path, ".wasm")}`;
        modules[name] = new WebAssembly.Module(readFileSync(path));
        return { contents: `export default globalThis.${name};` };
      });
    },
  };
  const { outputFiles } = await esbuild.build({
    stdin: { contents: code, resolveDir: installed.folder },
    bundle: true,
    format: "iife",
    conditions,
    plugins: [asModule],
    write: false,
  });
  const initialCode = outputFiles[0]?.text ?? "";
  const runtime = new EdgeRuntime(/** @type {any} */ ({ codeGeneration: { strings: false, wasm: false }, extend: (/** @type {any} */ context) => Object.assign(context, modules), initialCode }));
  return { runtime, modules, initialCode };
}

test("an edge function calls, retries and explains, with modules that are imported", LIMIT, async () => {
  const { runtime, modules, initialCode } = await edge(["edge-light"]);
  const response = await runtime.dispatchFetch(`http://edge/?api=${encodeURIComponent(upstream.address)}`);
  assert.deepEqual(await response.json(), { flaky: [503, 200], kind: "not_found" });
  assert.deepEqual(Object.keys(modules).sort(), ["wasm_explain", "wasm_policy"]);
  assert.ok(initialCode.length < 400_000, `no module is in the code as text: ${initialCode.length}`);
});

test("its first send is made in the caller's own turn, and /url has nothing to wait for", LIMIT, async () => {
  const first = `let sent = 0; createPolicy({ fetch: async () => new Response(\`\${++sent}\`) }).fetch("https://api.example/"); globalThis.sent = sent;`;
  for (const entry of ["", "/url", "/static"]) {
    const { runtime } = await edge(["edge-light"], `import { createPolicy } from "fetch-with-policy${entry}"; ${first}`);
    assert.equal(runtime.evaluate("globalThis.sent"), 1, entry);
  }
});

test("the inlined module is refused there, which is why it is not used", LIMIT, async () => {
  const code = `import { createPolicy } from "fetch-with-policy"; try { createPolicy(); } catch (error) { globalThis.code = error.code; }`;
  const { runtime, modules } = await edge(["module", "deno"], code);
  assert.deepEqual([runtime.evaluate("globalThis.code"), modules], ["wasm-unavailable", {}]);
});
