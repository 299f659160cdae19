// @ts-check
// This machine's Node, in a folder of its own with the packed package installed.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { copyFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { promisify } from "node:util";
import { consumer } from "../packaging/consumer.js";
import { EXPECTED } from "./expected.js";
import { startUpstream } from "./upstream.js";

test(`a user's lines do the same in Node ${process.version}, from the packed package`, async (context) => {
  const upstream = await startUpstream();
  context.after(() => upstream.stop());
  const { folder, remove } = consumer();
  context.after(remove);
  copyFileSync("tests/runtimes/same-code.js", join(folder, "same-code.js"));
  writeFileSync(join(folder, "main.js"), 'import { run } from "./same-code.js";\nconsole.log(JSON.stringify(await run(process.argv[2])));\n');
  // It must also end by itself: a timer or a socket left behind would keep it up until this limit.
  const { stdout, stderr } = await promisify(execFile)(process.execPath, ["main.js", upstream.address], { cwd: folder, timeout: 20_000 });
  assert.deepEqual(JSON.parse(stdout), EXPECTED);
  assert.equal(stderr, "", "no warning");
});
