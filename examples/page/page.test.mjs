// @ts-check
// The page as a user builds it, in Chromium, against an API that keeps its quota over real HTTP. Screenshots are left in
// target/screenshots.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import test, { after, before } from "node:test";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { chromium } from "playwright-core";
import { build } from "vite";
import { serve } from "./serve.mjs";

const BUILT = resolve("target/example/page");
const SCREENSHOTS = "target/screenshots";
/** @type {import("playwright-core").Browser} */
let browser;

before(async () => {
  mkdirSync(SCREENSHOTS, { recursive: true });
  await build({ root: import.meta.dirname, logLevel: "warn", build: { outDir: BUILT, emptyOutDir: true } });
  browser = await chromium.launch({ executablePath: process.env.CHROME ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
});
after(() => browser?.close());

test("the types hold under strict", async () => {
  const tsc = resolve("node_modules/typescript/bin/tsc");
  await promisify(execFile)(process.execPath, [tsc, "--project", import.meta.dirname]).catch(({ stdout }) => assert.fail(stdout));
});

test("thirty items load at ten per two seconds: the page says who waits, and explains what is not there", { timeout: 90_000 }, async (context) => {
  const { page, server, complaints } = await open(context);
  const waiting = await page.waitForSelector("#waiting");
  assert.match(await waiting.innerText(), /^\d+ waits? for the rate limit, the next goes (now|in \d+ s)\.$/);
  await page.screenshot({ path: join(SCREENSHOTS, "example-page-waiting.png"), fullPage: true });
  await page.getByText("30 of 30 done.").waitFor({ timeout: 60_000 });

  assert.equal(await page.locator("#waiting").count(), 0, "nobody waits any more");
  await page.getByRole("alert").waitFor();
  const texts = await page.locator("#items ~ ul li").allInnerTexts();
  assert.deepEqual(texts.filter((_, index) => index !== 6), Array.from({ length: 30 }, (_, index) => `Item ${index + 1}`).toSpliced(6, 1));
  assert.equal(texts[6], "This could not be found.", "and no button, since another try is in vain");
  const { met } = server;
  assert.deepEqual([...met.served.values()], Array(29).fill(1), "each item is read once");
  assert.ok(met.limited <= 1, `${met.limited} responses were a 429`);
  assert.equal(met.sends, 31 + met.limited, "one item fails once and is sent again, and the one that does not exist is not");
  await page.screenshot({ path: join(SCREENSHOTS, "example-page-loaded.png"), fullPage: true });
  assert.deepEqual(complaints, []);
});

test("the form shows the API's errors at their fields, and then places the order", { timeout: 90_000 }, async (context) => {
  const { page, complaints } = await open(context);
  const [name, zip, status] = [page.getByLabel("Name"), page.getByLabel("ZIP code"), page.getByRole("status")];
  await zip.fill("12");
  await page.getByRole("button", { name: "Send" }).click();
  await page.locator("input[aria-invalid=true]").nth(1).waitFor({ timeout: 60_000 });
  const described = async (/** @type {typeof name} */ field) => page.locator(`[id="${await field.getAttribute("aria-describedby")}"]`).innerText();
  assert.equal(await described(name), "can't be blank");
  assert.equal(await described(zip), "must have 5 digits");
  assert.equal(await status.innerText(), "Please check your input.");
  await page.screenshot({ path: join(SCREENSHOTS, "example-page-form.png"), fullPage: true });

  await name.fill("Ada");
  await zip.fill("12345");
  await page.getByRole("button", { name: "Send" }).click();
  await page.getByText("Order 1 is placed.").waitFor({ timeout: 60_000 });
  assert.equal(await page.locator("input[aria-invalid=true]").count(), 0);
  assert.deepEqual(complaints, []);
});

async function open(/** @type {import("node:test").TestContext} */ context) {
  const server = await serve(0, pathToFileURL(`${BUILT}/`));
  const page = await browser.newPage();
  context.after(async () => {
    await page.close();
    server.close();
  });
  /** @type {string[]} */
  const complaints = [];
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => {
    // Chromium itself reports each response that is not ok.
    if (message.type() !== "log" && !message.text().startsWith("Failed to load resource")) complaints.push(message.text());
  });
  await page.goto(server.url);
  return { page, server, complaints };
}
