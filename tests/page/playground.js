// @ts-check
// The playground, served, and a headless Chromium: for all tests of a file.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { createInterface } from "node:readline";
import { after, before } from "node:test";
import { chromium } from "playwright-core";

export const SCREENSHOTS = "target/screenshots";

/** Serves it for the tests of the file that calls this; what is returned is filled in before the first one. */
export function servePlayground() {
  const served = { address: "", browser: /** @type {import("playwright-core").Browser} */ (/** @type {unknown} */ (undefined)) };
  /** @type {import("node:child_process").ChildProcess} */
  let server;
  before(async () => {
    mkdirSync(SCREENSHOTS, { recursive: true });
    server = spawn(process.execPath, ["www/playground/serve.mjs", "--port", "0"], { stdio: ["ignore", "pipe", "inherit"] });
    const [line] = await once(createInterface({ input: /** @type {import("node:stream").Readable} */ (server.stdout) }), "line");
    served.address = /http:\/\/[^\s]+/.exec(line)?.[0] ?? "";
    assert.ok(served.address, `an address in "${line}"`);
    served.browser = await chromium.launch({ executablePath: process.env.CHROME ?? "/usr/bin/chromium" });
  });
  after(async () => {
    await served.browser?.close();
    server?.kill();
  });
  return served;
}
