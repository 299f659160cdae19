// @ts-check
// The playground, served, and a headless Chromium: for all tests of a file.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { after, before } from "node:test";
import { chromium } from "playwright-core";

export const SCREENSHOTS = "target/screenshots";
const AXE = readFileSync(createRequire(new URL("../../www/package.json", import.meta.url)).resolve("axe-core/axe.min.js"), "utf8");

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

/**
 * A page, with everything that its console complains of.
 * @param {{ address: string, browser: import("playwright-core").Browser }} served
 * @param {import("playwright-core").BrowserContextOptions} [options]
 */
export async function openPage(served, options = {}) {
  const page = await (await served.browser.newContext(options)).newPage();
  /** @type {string[]} */
  const complaints = [];
  collect(page, complaints);
  await page.goto(served.address);
  return { page, complaints };
}

/** Adds what the page's console complains of. @param {import("playwright-core").Page} page @param {string[]} complaints */
export function collect(page, complaints) {
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
}

/** What axe-core finds in a section. @param {import("playwright-core").Page} page @param {string} section */
export async function violationsIn(page, section) {
  await page.evaluate(AXE);
  return page.evaluate(async (section) => {
    const { violations } = await /** @type {any} */ (window).axe.run(section, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] });
    return violations.map((/** @type {any} */ { id, nodes }) => `${id}: ${nodes.slice(0, 3).map((/** @type {any} */ { html }) => html.slice(0, 160)).join(" | ")}`);
  }, section);
}
