// @ts-check
// The demo's page in headless Chromium, used as a person would. Screenshots are left in target/screenshots.
import assert from "node:assert/strict";
import test from "node:test";
import { SCREENSHOTS, servePlayground } from "./playground.js";

// 600 calls at 200 each 3 s, for the policy and for bare fetch, on a busy machine.
const RUN = 90_000;
const served = servePlayground();

test("a run ends with no call lost and at most one 429, and the page says so", async () => {
  const { page, complaints } = await open();
  await page.click("#start");
  await status(page, "running");
  await status(page, "done", RUN);
  const count = (/** @type {string} */ name) => number(page, `#policy [data-count="${name}"]`);
  assert.equal(await count("lost"), 0);
  const limited = await count("429");
  assert.ok(limited <= 1, `${limited} answers were a 429`);
  const [through, sent] = [await count("ok"), await count("sent")];
  assert.ok(through > 100 && sent >= through, `${through} came through of ${sent} sent`);
  assert.ok((await number(page, '#bare [data-count="lost"]')) > 0, "bare fetch loses some, or there is nothing to show");
  await page.screenshot({ path: `${SCREENSHOTS}/run-light.png`, fullPage: true });
  assert.deepEqual(complaints, []);
  await page.context().close();
});

test("stop ends a run at once, and another can be started", async () => {
  const { page, complaints } = await open();
  await page.click("#start");
  await status(page, "running");
  await page.waitForTimeout(500);
  await page.click("#stop");
  await status(page, "stopped");
  const sent = await number(page, '#policy [data-count="sent"]');
  await page.waitForTimeout(4000);
  assert.equal(await number(page, '#policy [data-count="sent"]'), sent, "nothing is sent after the stop");
  assert.ok(await page.isEnabled("#start"));
  assert.deepEqual(complaints, []);
  await page.context().close();
});

test("every example of the explain box is explained, by keyboard too", async () => {
  const { page, complaints } = await open();
  const rows = page.locator("[data-row]");
  const total = await rows.count();
  assert.ok(total > 20, `${total} examples`);
  for (let index = 0; index < total; index++) {
    const row = rows.nth(index);
    await row.focus();
    await page.keyboard.press("Enter");
    const id = await row.getAttribute("data-row");
    const kind = await page.locator("#explain-output [data-kind]").first().getAttribute("data-kind");
    assert.ok(kind, `${id} has a kind`);
    assert.equal(await row.getAttribute("aria-pressed"), "true", `${id} is shown as chosen`);
  }
  assert.deepEqual(complaints, []);
  await page.context().close();
});

test("the list of examples is one stop of the tab key, and arrow keys go through it", async () => {
  const { page, complaints } = await open();
  const chosen = () => page.evaluate(() => document.activeElement?.getAttribute("data-row"));
  await page.focus("#row-search");
  await page.keyboard.press("Tab");
  const first = await chosen();
  assert.ok(first, "the example that is shown has the focus");
  await page.keyboard.press("ArrowDown");
  const second = await chosen();
  assert.ok(second && second !== first);
  await page.keyboard.press("ArrowUp");
  assert.equal(await chosen(), first);
  await page.keyboard.press("End");
  const last = await chosen();
  await page.keyboard.press("ArrowDown");
  assert.equal(await chosen(), last, "the end is the end");
  await page.keyboard.press("Home");
  assert.equal(await page.locator("[data-row]").first().getAttribute("data-row"), await chosen());
  await page.keyboard.press("Tab");
  assert.equal(await chosen(), null, "the next tab leaves the list");
  await page.fill("#row-search", "429");
  assert.equal(await page.locator('[data-row][tabindex="0"]:visible').count(), 1, "what is left of it is reached too");
  assert.deepEqual(complaints, []);
  await page.context().close();
});

test("the limits that a response reports are listed", async () => {
  const { page, complaints } = await open();
  await page.fill("#report-paste", "HTTP/1.1 200 OK\nx-ratelimit-limit: 60\nx-ratelimit-remaining: 12\nx-ratelimit-reset: 30\n\n{}");
  assert.match(await page.locator("#explain-output .limits").innerText(), /12 of 60 left.*x-ratelimit/s);
  await page.fill("#report-paste", "HTTP/1.1 404 Not Found\n\n{}");
  assert.equal(await page.locator("#explain-output .limits").count(), 0);
  assert.deepEqual(complaints, []);
  await page.context().close();
});

test("in the dark, and at 360 px, all of it is on the page and nothing scrolls sideways", async () => {
  const { page, complaints } = await open({ colorScheme: "dark", viewport: { width: 360, height: 740 } });
  await page.locator("[data-row]").first().click();
  const { scroll, width, background } = await page.evaluate(() => ({
    scroll: document.documentElement.scrollWidth,
    width: document.documentElement.clientWidth,
    background: getComputedStyle(document.body).backgroundColor,
  }));
  assert.ok(scroll <= width, `${scroll} px of content in ${width}`);
  await page.screenshot({ path: `${SCREENSHOTS}/narrow-dark.png`, fullPage: true });
  await page.emulateMedia({ colorScheme: "light" });
  const light = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  assert.notEqual(background, light, "dark and light differ");
  assert.deepEqual(complaints, []);
  await page.context().close();
});

/** A page of its own, with everything that the console or an unanswered request complains of. */
async function open(/** @type {import("playwright-core").BrowserContextOptions} */ options = {}) {
  const context = await served.browser.newContext(options);
  const page = await context.newPage();
  /** @type {string[]} */
  const complaints = [];
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => {
    // Chromium itself reports each response that is not ok; those of the demo's API are what it is about.
    const expected = message.location().url.includes("/api/");
    if (message.type() === "error" && !expected) complaints.push(`${message.text()} ${message.location().url}`);
  });
  await page.goto(served.address);
  return { page, complaints };
}

async function status(/** @type {import("playwright-core").Page} */ page, /** @type {string} */ wanted, timeout = 30_000) {
  await page.waitForFunction((text) => document.querySelector("#run-status")?.textContent?.trim() === text, wanted, { timeout });
}

async function number(/** @type {import("playwright-core").Page} */ page, /** @type {string} */ selector) {
  return Number((await page.locator(selector).first().innerText()).replace(/[^\d.-]/g, ""));
}
