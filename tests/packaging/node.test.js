// @ts-check
// Which file each host gets: Node the one that reads the modules from the disk, at the first call; bundlers, for Node too, get the inlined ones, and where they choose Node's file it runs without the disk.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { after, before } from "node:test";
import { build } from "esbuild";
import { consumer } from "./consumer.js";

/** @type {ReturnType<typeof consumer>} */
let installed;
let home = "";

before(() => {
  installed = consumer();
  home = join(installed.folder, "node_modules/fetch-with-policy");
});
after(() => installed.remove());

const run = (/** @type {string} */ code, /** @type {string[]} */ args = []) =>
  JSON.parse(execFileSync(process.execPath, [...args, "--input-type=module", "--eval", code], { cwd: installed.folder, encoding: "utf8" }));
const CALLS = `
  const { status } = await createPolicy({ fetch: async () => new Response(null, { status: 204 }) }).fetch("https://api.example/");
  console.log(JSON.stringify([status, explain({ status: 404 }).status ?? 404]));`;

// Before, `require` takes no ESM.
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
const requires = major > 22 || (major === 22 && minor >= 12) || (major === 20 && minor >= 19);

test("Node gets one file for the index, by import and by require", () => {
  const entries = ["", "/testing", "/opentelemetry"];
  const found = run(`console.log(JSON.stringify(${JSON.stringify(entries)}.map((entry) => import.meta.resolve("fetch-with-policy" + entry))));`);
  assert.deepEqual(found.map((/** @type {string} */ url) => url.split("/").at(-1)), ["node.js", "node-testing.js", "node-opentelemetry.js"]);
  const code = readFileSync(join(home, "node.js"), "utf8");
  assert.doesNotMatch(code, /\bimport\s*["{*(]|\bexport\s*[*{][^}]*}\s*from/, "it imports nothing");
  if (!requires) return;
  const same = run(`
    import { createRequire } from "node:module";
    import { createPolicy } from "fetch-with-policy";
    console.log(createRequire(import.meta.url.startsWith("file:") ? import.meta.url : ${JSON.stringify(join(home, "../x.js"))})("fetch-with-policy").createPolicy === createPolicy);`, ["--no-warnings"]);
  assert.equal(same, true, "one state, however it is loaded");
});

test("an import reads no module from the disk; each is read once, at the first call that needs it", () => {
  const read = run(`
    import fs from "node:fs";
    const read = [];
    const { readFileSync } = fs;
    fs.readFileSync = (path, ...more) => (/\\.wasm$/.test(path) && read.push(String(path).split("/").at(-1)), readFileSync(path, ...more));
    const { createPolicy, explain } = await import("fetch-with-policy");
    const steps = [read.splice(0)];
    for (let n = 0; n < 2; n++) await createPolicy({ fetch: async () => new Response("") }).fetch("https://api.example/");
    steps.push(read.splice(0));
    for (let n = 0; n < 2; n++) explain({ status: 404 });
    steps.push(read.splice(0));
    console.log(JSON.stringify(steps));`);
  assert.deepEqual(read, [[], ["policy.wasm"], ["explain.wasm"]]);
});

test("in Node an error of another entry is an instance of the index's classes", () => {
  const told = run(`
    import { PolicyError, PolicyOptionError } from "fetch-with-policy";
    import { createSimulator } from "fetch-with-policy/testing";
    try {
      createSimulator({ limits: "none" });
    } catch (error) {
      console.log(JSON.stringify([error instanceof PolicyOptionError, error instanceof PolicyError]));
    }`);
  assert.deepEqual(told, [true, true]);
});

// esbuild leaves out its condition "module" where it is given others, as Bun's bundler does always for Node.
for (const conditions of [undefined, [], ["development"]]) {
  test(`a bundle for Node by the conditions ${JSON.stringify(conditions) ?? "of esbuild"} holds its modules and runs where the package is not`, async () => {
    const elsewhere = mkdtempSync(join(tmpdir(), "bundled-"));
    try {
      const contents = `import { createPolicy, explain } from "fetch-with-policy";${CALLS}`;
      const outfile = join(elsewhere, "app.mjs");
      await build({ stdin: { contents, resolveDir: installed.folder }, bundle: true, platform: "node", format: "esm", outfile, ...(conditions && { conditions }) });
      assert.deepEqual(JSON.parse(execFileSync(process.execPath, [outfile], { cwd: elsewhere, encoding: "utf8" })), [204, 404]);
    } finally {
      rmSync(elsewhere, { recursive: true });
    }
  });
}

test("where the files beside the code are lost, the code's own copies serve", () => {
  const elsewhere = mkdtempSync(join(tmpdir(), "lost-"));
  try {
    cpSync(join(home, "node.js"), join(elsewhere, "node.mjs"));
    writeFileSync(join(elsewhere, "app.mjs"), `import { createPolicy, explain } from "./node.mjs";${CALLS}`);
    assert.deepEqual(JSON.parse(execFileSync(process.execPath, [join(elsewhere, "app.mjs")], { encoding: "utf8" })), [204, 404]);
  } finally {
    rmSync(elsewhere, { recursive: true });
  }
});

test("a Node too old to give its own modules at the call is told so", () => {
  const told = run(`
    process.getBuiltinModule = undefined;
    const { explain } = await import("fetch-with-policy");
    try {
      explain({ status: 404 });
    } catch (error) {
      console.log(JSON.stringify([error.name, error.code, error.message]));
    }`);
  assert.deepEqual(told.slice(0, 2), ["PolicyError", "wasm-unavailable"]);
  assert.match(told[2], /Node 20\.16, 22\.3.*"module"/);
});
