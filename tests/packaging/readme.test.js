// @ts-check
// The README's example runs as it stands, but for the address.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { promisify } from "node:util";
import { startUpstream } from "../runtimes/upstream.js";
import { consumer } from "./consumer.js";

const ADDRESS = "https://api.clever.com/v3.0/users?limit=100";

test("the README's example runs, for a response that is ok and for one that is not", async (context) => {
  const example = /```js\n([\s\S]*?)```/.exec(readFileSync("README.md", "utf8"))?.[1] ?? "";
  assert.ok(example.includes(ADDRESS), "the address to be replaced");
  const upstream = await startUpstream();
  context.after(() => upstream.stop());
  const { folder, remove } = consumer();
  context.after(remove);

  const run = async (/** @type {string} */ path) => {
    writeFileSync(join(folder, "main.js"), example.replace(ADDRESS, `${upstream.address}${path}`));
    return promisify(execFile)(process.execPath, ["main.js"], { cwd: folder, timeout: 20_000 });
  };
  assert.deepEqual(await run("/items"), { stdout: "item\n", stderr: "" });
  const { stdout, stderr } = await run("/status/404");
  assert.equal(stdout, "");
  assert.ok(stderr.trim().length > 0, "the action is printed");
});

test("the package has the repository's README", () => {
  const { folder, remove } = consumer();
  const packed = readFileSync(join(folder, "node_modules/fetch-with-policy/README.md"), "utf8");
  remove();
  assert.equal(packed, readFileSync("README.md", "utf8"));
});
