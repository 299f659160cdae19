// @ts-check
// What browsers do to a page's timers: hidden tabs, frozen ones, and pages that come back from the back-forward cache. A wait
// may end late there, never early, and a call is never lost.
import assert from "node:assert/strict";
import test from "node:test";
import puppeteer from "puppeteer-core";
import { startSite } from "./browsers.js";
import { startUpstream } from "./upstream.js";

const BROWSERS = /** @type {const} */ ({ chrome: process.env.CHROME ?? "chromium", firefox: process.env.FIREFOX ?? "firefox-esr" });
const LIMIT = { timeout: 120_000 };
/** A page that was frozen stays hidden, and hidden pages draw no frames, which puppeteer would wait for. */
const POLLING = { polling: 100, timeout: 60_000 };
const sleep = (/** @type {number} */ ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** @param {import("node:test").TestContext} context @param {keyof typeof BROWSERS} name */
async function pageIn(context, name) {
  const upstream = await startUpstream();
  context.after(upstream.stop);
  const site = await startSite({ page: "waiting.js" });
  context.after(site.stop);
  const browser = await puppeteer.launch({ browser: name, executablePath: BROWSERS[name], headless: true, args: name === "chrome" ? ["--no-sandbox", "--disable-dev-shm-usage"] : [] });
  context.after(() => browser.close());
  const page = await browser.newPage();
  const address = `${site.address}/?api=${encodeURIComponent(upstream.address)}`;
  await page.goto(address);
  await page.waitForFunction("globalThis.ready === true", POLLING);
  const met = async (/** @type {string} */ token) => (await fetch(`${upstream.address}/met?token=${token}`)).json();
  return { browser, page, site, met };
}
/** Starts a call whose first answer says to wait `seconds`, and waits until that answer is there. @param {import("puppeteer-core").Page} page @param {number} seconds */
const begin = (page, seconds) => page.evaluate((/** @type {number} */ wait) => /** @type {any} */ (globalThis).begin(wait), seconds);
/** What became of it. @param {import("puppeteer-core").Page} page */
const outcome = (page) => page.evaluate(() => /** @type {any} */ (globalThis).outcome);

for (const name of /** @type {(keyof typeof BROWSERS)[]} */ (["chrome", "firefox"])) {
  test(`${name}: a call that waits in a hidden tab goes on, and not early`, LIMIT, async (context) => {
    const { browser, page, met } = await pageIn(context, name);
    const token = await begin(page, 2);
    const other = await browser.newPage();
    await other.bringToFront();
    await page.waitForFunction("globalThis.outcome !== undefined", POLLING);
    const hidden = await page.evaluate(() => document.visibilityState);
    const [first, second] = await met(token);
    assert.equal(hidden, "hidden", "all the while");
    assert.ok(second.at - first.at >= 2000, `${second.at - first.at} ms`);
    assert.equal(await outcome(page), 200);
  });

  test(`${name}: a page that comes back from the back-forward cache finishes its call, and sends nothing while it is away`, LIMIT, async (context) => {
    const { page, site, met } = await pageIn(context, name);
    const token = await begin(page, 2);
    await page.evaluate(() => addEventListener("pageshow", ({ persisted }) => void (/** @type {any} */ (globalThis).persisted = persisted)));
    await page.goto(`${site.address}/blank`);
    await sleep(3000);
    const away = (await met(token)).length;
    const back = Date.now();
    await page.goBack({ timeout: 3000 }).catch(() => {});
    await page.waitForFunction("globalThis.persisted === true", POLLING);
    await page.waitForFunction("globalThis.outcome !== undefined", POLLING);
    assert.equal(away, 1, "nothing is sent from the cache");
    assert.equal(await outcome(page), 200);
    const sends = await met(token);
    assert.equal(sends.length, 2);
    assert.ok(sends[1].at >= back, "after it came back");
  });
}

test("chrome: a frozen page sends nothing, and goes on when it thaws", LIMIT, async (context) => {
  const { page, met } = await pageIn(context, "chrome");
  const token = await begin(page, 1);
  const session = await page.createCDPSession();
  await session.send("Page.setWebLifecycleState", { state: "frozen" });
  await sleep(3000);
  const frozen = (await met(token)).length;
  await session.send("Page.setWebLifecycleState", { state: "active" });
  await page.waitForFunction("globalThis.outcome !== undefined", POLLING);
  assert.equal(frozen, 1);
  assert.equal(await outcome(page), 200);
  assert.equal((await met(token)).length, 2);
});
