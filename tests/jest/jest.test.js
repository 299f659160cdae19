// @ts-check
// The suite of this folder, run by jest as a user's project would: modules as they are, nothing transformed.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, symlinkSync } from "node:fs";
import test from "node:test";

const FOLDER = "tests/jest";

test("all that runs under jest passes", () => {
  const link = `${FOLDER}/node_modules/fetch-with-policy`;
  if (!existsSync(link)) symlinkSync("../../../pkg", link);
  const { status, stderr } = spawnSync(process.execPath, ["--experimental-vm-modules", "node_modules/jest/bin/jest.js"], { cwd: FOLDER, encoding: "utf8", timeout: 120_000 });
  assert.equal(status, 0, stderr);
  assert.match(stderr, /^Tests: +2 passed, 2 total$/m);
});
