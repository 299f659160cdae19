// @ts-check
// The suites of this folder, and the READMEs' examples of tests, run by vitest as a user's project would.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import test from "node:test";

const FOLDER = "tests/vitest";
const READMES = ["README.md", "pkg-template/README.md"];

test("all that runs under vitest passes, the READMEs' examples included", () => {
  const link = `${FOLDER}/node_modules/fetch-with-policy`;
  if (!existsSync(link)) symlinkSync("../../../pkg", link);
  mkdirSync(`${FOLDER}/out`, { recursive: true });
  try {
    for (const [n, readme] of READMES.entries()) {
      const example = readFileSync(readme, "utf8").match(/```js\n([^`]*from "vitest";[^]*?)```/)?.[1];
      assert.ok(example, `${readme} has an example for vitest`);
      writeFileSync(`${FOLDER}/out/readme-${n}.spec.js`, example);
    }
    const { status, stdout, stderr } = spawnSync(process.execPath, ["node_modules/vitest/vitest.mjs", "run"], { cwd: FOLDER, encoding: "utf8", timeout: 120_000 });
    assert.equal(status, 0, `${stdout}\n${stderr}`);
    const passed = stdout.match(/^ok /gm)?.length ?? 0;
    assert.ok(passed >= 8, `${passed} tests ran:\n${stdout}`);
  } finally {
    rmSync(`${FOLDER}/out`, { recursive: true });
  }
});
