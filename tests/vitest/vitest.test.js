// @ts-check
// The suites of this folder, and the guide's example of tests, run by vitest as a user's project would.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import test from "node:test";

const FOLDER = "tests/vitest";
/** The guide whose example is a file of tests. */
const GUIDE = "www/docs/guides/testing.md";

test("all that runs under vitest passes, the guide's example included", () => {
  const link = `${FOLDER}/node_modules/fetch-with-policy`;
  if (!existsSync(link)) symlinkSync("../../../pkg", link);
  mkdirSync(`${FOLDER}/out`, { recursive: true });
  try {
    const example = readFileSync(GUIDE, "utf8").match(/```js\n([^`]*from "vitest";[^]*?)```/)?.[1];
    assert.ok(example, `${GUIDE} has an example for vitest`);
    writeFileSync(`${FOLDER}/out/guide.spec.js`, example);
    const { status, stdout, stderr } = spawnSync(process.execPath, ["node_modules/vitest/vitest.mjs", "run"], { cwd: FOLDER, encoding: "utf8", timeout: 120_000 });
    assert.equal(status, 0, `${stdout}\n${stderr}`);
    const passed = stdout.match(/^ok /gm)?.length ?? 0;
    assert.ok(passed >= 6, `${passed} tests ran:\n${stdout}`);
  } finally {
    rmSync(`${FOLDER}/out`, { recursive: true });
  }
});
