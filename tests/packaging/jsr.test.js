// @ts-check
// What would be published on JSR: each entry has its types, imports nothing by a name, and exports what npm's does.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import test from "node:test";
import { pathToFileURL } from "node:url";

test("jsr.json names an entry for each of npm's that needs no condition, each with its types, and they run", async (context) => {
  const folder = mkdtempSync(join(tmpdir(), "jsr-"));
  context.after(() => rmSync(folder, { recursive: true }));
  execFileSync(process.execPath, ["xtask/jsr.mjs", folder]);
  const manifest = JSON.parse(readFileSync("pkg/package.json", "utf8"));
  const { name, version, license, exports } = JSON.parse(readFileSync(join(folder, "jsr.json"), "utf8"));
  assert.match(name, /^@[\w-]+\/fetch-with-policy$/);
  assert.deepEqual([version, license], [manifest.version, manifest.license]);
  assert.deepEqual(Object.keys(manifest.exports).filter((entry) => !(entry in exports)), ["./opentelemetry", "./url", "./share/durable-object", "./package.json"]);
  for (const [entry, file] of /** @type {[string, string][]} */ (Object.entries(exports))) {
    const types = /^\/\* @ts-self-types="([^"]+)" \*\/\n/.exec(readFileSync(join(folder, file), "utf8"))?.[1] ?? assert.fail(entry);
    assert.ok(existsSync(join(folder, dirname(file), types)), `${entry}: ${types}`);
    // Code that is named has no types in Deno.
    for (const [, name = ""] of readFileSync(join(folder, dirname(file), types), "utf8").matchAll(/^(?:import|export) .* from "([^"]+)"/gm)) {
      assert.match(name, /^\..*\.d\.ts$/, types);
      assert.ok(existsSync(join(folder, dirname(file), dirname(types), name)), `${types}: ${name}`);
    }
  }
  const { createPolicy, explain } = await import(pathToFileURL(join(folder, exports["."])).href);
  const policy = createPolicy({ fetch: async () => new Response("no", { status: 404 }) });
  assert.equal((await policy.fetch("https://api.example.com/")).status, 404);
  assert.equal(explain({ status: 404 }).kind, "not_found");
  assert.equal((await import(pathToFileURL(join(folder, exports["./messages/de"])).href)).default.locale, "de");
});
