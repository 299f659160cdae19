// @ts-check
// What sharing quotas costs a page: nothing before the first call where no coordinator is imported, and one adapter where one is.
import assert from "node:assert/strict";
import { basename } from "node:path";
import test from "node:test";
import { build } from "esbuild";
import { consumer } from "./consumer.js";

/** The package's files that a page loads at once and later, by name, and the bytes that it loads at once. */
async function loads(/** @type {string} */ folder, /** @type {string} */ contents) {
  const { metafile } = await build({
    stdin: { contents, resolveDir: folder },
    absWorkingDir: folder,
    bundle: true,
    minify: true,
    format: "esm",
    splitting: true,
    outdir: "out",
    loader: { ".wasm": "copy" },
    write: false,
    metafile: true,
  });
  const { outputs } = metafile;
  const entry = Object.keys(outputs).find((path) => outputs[path]?.entryPoint === "<stdin>") ?? "";
  const now = new Set([entry]);
  for (const path of now) for (const { path: next, kind } of outputs[path]?.imports ?? []) if (kind !== "dynamic-import") now.add(next);
  const of = (/** @type {string[]} */ paths) => paths.flatMap((path) => Object.keys(outputs[path]?.inputs ?? {})).map((path) => basename(path));
  return {
    now: of([...now]),
    later: of(Object.keys(outputs).filter((path) => !now.has(path))),
    bytes: [...now].reduce((sum, path) => sum + (outputs[path]?.bytes ?? 0), 0),
  };
}

test("a page that imports no coordinator loads nothing of sharing before it has a policy with one, and no adapter ever", async (context) => {
  const { folder, remove } = consumer();
  context.after(remove);
  const policy = 'import { createPolicy, fetchWithPolicy } from "fetch-with-policy"; globalThis.used = [createPolicy, fetchWithPolicy];';
  const without = await loads(folder, policy);
  assert.deepEqual(without.now.filter((name) => /^shar/.test(name)), []);
  assert.deepEqual(without.later.filter((name) => /^shar/.test(name)), ["sharing.js"]);
  for (const [file, names] of /** @type {const} */ ([["tabs", "tabs"], ["redis", "redis"], ["", "createLedger, storeCoordinator"]])) {
    const entry = file === "" ? "share" : `share/${file}`;
    const own = entry.replace("/", "-");
    const more = await loads(folder, `${policy} import { ${names} } from "fetch-with-policy/${entry}"; globalThis.also = [${names}];`);
    assert.deepEqual(more.now.filter((name) => /^shar/.test(name)), [`${own}.js`], entry);
    context.diagnostic(`${entry}: ${more.bytes - without.bytes} bytes more, not compressed`);
  }
});
