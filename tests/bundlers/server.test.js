// @ts-check
// Who bundles for Node gets the inlined files, which run wherever the output is put.
import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { execFileSync } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { after, before } from "node:test";
import nodeResolve from "@rollup/plugin-node-resolve";
import { nodeFileTrace } from "@vercel/nft";
import { rollup } from "rollup";
import * as vite from "vite";
import webpack from "webpack";
import { consumer } from "../packaging/consumer.js";

const LIMIT = { timeout: 120_000 };
const APP = `
  import { createPolicy, explain } from "fetch-with-policy";
  const { status } = await createPolicy({ fetch: async () => new Response(null, { status: 204 }) }).fetch("https://api.example/");
  console.log(JSON.stringify([status, typeof explain({ status: 404 }).kind]));`;
/** @type {ReturnType<typeof consumer>} */
let installed;

before(() => {
  installed = consumer();
  writeFileSync(join(installed.folder, "server.js"), APP);
});
after(() => installed.remove());

/** @type {Record<string, (entry: string, out: string) => Promise<unknown>>} */
const BUILDS = {
  vite: (entry, out) =>
    vite.build({ root: installed.folder, logLevel: "error", configFile: false, ssr: { noExternal: true }, build: { ssr: entry, outDir: out, emptyOutDir: false } }),
  webpack: (entry, out) =>
    new Promise((resolve, reject) => {
      webpack({ mode: "production", target: "node", context: installed.folder, entry, experiments: { outputModule: true }, output: { path: out, module: true, library: { type: "module" } } }, (error, stats) => {
        if (error || stats?.hasErrors()) reject(error ?? new Error(stats?.toString("errors-only")));
        else resolve(stats);
      });
    }),
  async rollup(entry, out) {
    const built = await rollup({ input: entry, plugins: [nodeResolve({ exportConditions: ["node"] })] });
    await built.write({ dir: out, format: "es" });
    await built.close();
  },
};

for (const [name, build] of Object.entries(BUILDS)) {
  test(`what ${name} bundles for Node runs where the package is not`, LIMIT, async () => {
    const out = mkdtempSync(join(tmpdir(), "server-"));
    try {
      await build(join(installed.folder, "server.js"), out);
      writeFileSync(join(out, "package.json"), '{ "type": "module" }');
      const made = readdirSync(out).find((file) => /^(server|main)\.m?js$/.test(file)) ?? "";
      assert.deepEqual(JSON.parse(execFileSync(process.execPath, [join(out, made)], { cwd: out, encoding: "utf8" })), [204, "string"]);
    } finally {
      rmSync(out, { recursive: true });
    }
  });
}

// Next's standalone output and serverless hosts copy what a tracer finds, of each Node's files its own.
test("what a tracer copies for a server runs alone, by the files that Node reads", LIMIT, async () => {
  const out = mkdtempSync(join(tmpdir(), "traced-"));
  try {
    const { fileList } = await nodeFileTrace([join(installed.folder, "server.js")], { base: installed.folder });
    const files = [...fileList].map((file) => file.replaceAll("\\", "/"));
    for (const name of ["node.js", "policy.wasm", "explain.wasm"]) assert.ok(files.includes(`node_modules/fetch-with-policy/${name}`), name);
    for (const file of files) cpSync(join(installed.folder, file), join(out, file));
    assert.deepEqual(JSON.parse(execFileSync(process.execPath, [join(out, "server.js")], { cwd: out, encoding: "utf8" })), [204, "string"]);
  } finally {
    rmSync(out, { recursive: true });
  }
});
