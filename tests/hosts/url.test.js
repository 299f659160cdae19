// @ts-check
// The entry whose module is a file reads it from disk in each host that has one.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import test from "node:test";
import { promisify } from "node:util";

const bin = (/** @type {string} */ name) => join(import.meta.dirname, "node_modules/.bin", name);
const HOSTS = /** @type {Record<string, string[]>} */ ({
  "Node 20": [process.env["NODE_20"] ?? "node", "url.js"],
  "Node 24": [process.env["NODE_24"] ?? process.execPath, "url.js"],
  Deno: [bin("deno"), "run", "-A", "--node-modules-dir=manual", "url.js"],
  Bun: [bin("bun"), "url.js"],
});

for (const [host, [command = "", ...args]] of Object.entries(HOSTS)) {
  test(`${host}: the first call waits for the module, and all of it works then`, async () => {
    const { stdout } = await promisify(execFile)(command, args, { cwd: import.meta.dirname, timeout: 60_000 });
    assert.deepEqual(JSON.parse(stdout), ["sent", "sent", "not_found"]);
  });
}
