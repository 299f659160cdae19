// @ts-check
// The page in Chromium, against an API that enforces its quota over real HTTP.
import assert from "node:assert/strict";
import test, { after, before } from "node:test";
import { chromium } from "playwright-core";
import { serve } from "./serve.mjs";

/** @type {Awaited<ReturnType<typeof serve>>} */
let server;
/** @type {import("playwright-core").Browser} */
let browser;
/** @type {import("playwright-core").Page} */
let page;
/** @type {string[]} */
const complaints = [];

before(async () => {
  server = await serve();
  browser = await chromium.launch({ executablePath: process.env.CHROME ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
  page = await browser.newPage();
  page.on("pageerror", (error) => complaints.push(String(error)));
  await page.goto(server.url);
});

after(async () => {
  await browser?.close();
  server?.close();
});

const text = (/** @type {string} */ id) => page.locator(`#${id}`).innerText();
const number = async (/** @type {string} */ id) => Number(await text(id));
const state = (/** @type {string} */ wanted, timeout = 60_000) =>
  page.waitForFunction((word) => document.querySelector("#state")?.textContent === word, wanted, { timeout });

test("a page in Rust keeps to the quota, sends again what failed and explains what is not there", { timeout: 90_000 }, async () => {
  const start = Date.now();
  await page.click("#start");
  await state("done");
  const took = Date.now() - start;
  assert.equal(await number("done"), 29);
  assert.equal(server.api.served, 29);
  assert.equal(await page.locator("#explained li").count(), 1);
  assert.match(await text("explained"), /^\D+$/, "what end users read has no code and no id");
  assert.ok(server.api.limited <= 2, `${server.api.limited} answers were a 429`);
  assert.equal(await number("sent"), 31 + server.api.limited);
  assert.equal(await number("retried"), 1 + server.api.limited);
  assert.ok((await number("waits")) >= 20, "most have to wait");
  // Thirty-one requests are four windows, of which the first begins at once.
  assert.ok(took >= 5800, `${took} ms`);
  assert.deepEqual(complaints, []);
});

test("stop drops the calls: what is under way is aborted, and another load finds its places free", { timeout: 90_000 }, async () => {
  server.api.holds = true;
  await page.waitForTimeout(2100);
  await page.click("#start");
  await page.waitForFunction(() => Number(document.querySelector("#sent")?.textContent) > 0);
  await page.waitForTimeout(100);
  const sent = await number("sent");
  await page.click("#stop");
  await state("stopped");
  for (let waits = 0; server.api.left < 1 && waits < 100; waits++) await page.waitForTimeout(20);
  await page.waitForTimeout(200);
  assert.ok(server.api.left >= 1, "the server sees its clients leave");
  assert.equal(await number("sent"), sent, "nothing is sent after it");
  server.api.holds = false;
  await page.click("#start");
  await state("done");
  assert.equal(await number("done"), 29);
  assert.deepEqual(complaints, []);
});
