// @ts-check
// The part of the playground that several tabs share, in headless Chromium. Screenshots are left in target/screenshots.
import assert from "node:assert/strict";
import test from "node:test";
import { SCREENSHOTS, collect, openPage, servePlayground, violationsIn } from "./playground.js";

// Two tabs, 60 calls each at 20 each 2 s, twice, on a busy machine.
const RUN = { timeout: 120_000 };
const CALLS = 60;
const served = servePlayground();

for (const colorScheme of /** @type {const} */ (["light", "dark"])) {
  test(`two tabs share a quota: fewer 429s than without a coordinator, shown in both, by keyboard alone, without a complaint of axe-core: ${colorScheme}`, async (context) => {
    const { page, complaints } = await openPage(served, { colorScheme, viewport: { width: 1280, height: 900 } });
    assert.equal(await rows(page).count(), 1);
    await page.focus("#shared .button");
    const [other] = await Promise.all([page.context().waitForEvent("page"), page.keyboard.press("Enter")]);
    collect(other, complaints);
    for (const [tab, names] of /** @type {const} */ ([[page, ["tab 1, this one", "tab 2"]], [other, ["tab 1", "tab 2, this one"]]])) {
      await tab.waitForFunction((count) => document.querySelectorAll("#shared tbody tr").length === count, 2, RUN);
      assert.deepEqual(await rows(tab).locator("th").allInnerTexts(), names);
    }
    await page.bringToFront();
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => document.querySelector("#shared [role=status]")?.textContent === "The tabs share the quota.", undefined, RUN);
    await page.waitForFunction(() => [...document.querySelectorAll("#shared tbody td:last-child")].every(({ textContent }) => Number(textContent) > 0), undefined, RUN);
    await page.locator("#shared").screenshot({ path: `${SCREENSHOTS}/shared-running-${colorScheme}.png` });
    await page.waitForFunction(() => /^2 tabs: \d+ refusals without a coordinator, \d+ with it\.$/.test(document.querySelector("#shared [role=status]")?.textContent ?? ""), undefined, RUN);
    assert.equal(await page.evaluate(() => document.activeElement?.textContent), "Send 60 calls from each tab", "the keyboard's focus stays");
    const [, alone, through, limited] = await numbers(page.locator("#shared tfoot td"));
    context.diagnostic(`${limited} 429s, and ${alone} without a coordinator`);
    assert.equal(through, 2 * CALLS, "with a coordinator no call is lost");
    assert.ok(alone > 0, "without a coordinator there are refusals, or there is nothing to show");
    assert.ok(2 * limited <= alone, `${limited} refusals with a coordinator, ${alone} without`);
    // What one tab shows, the other shows.
    const last = await rows(page).locator("td").allInnerTexts();
    await other.waitForFunction((last) => JSON.stringify([...document.querySelectorAll("#shared tbody td")].map(({ textContent }) => textContent)) === last, JSON.stringify(last), RUN);
    assert.deepEqual(await violationsIn(page, "#shared"), []);
    await page.locator("#shared").screenshot({ path: `${SCREENSHOTS}/shared-done-${colorScheme}.png` });
    await other.close();
    await page.waitForFunction(() => document.querySelectorAll("#shared tbody tr").length === 1, undefined, RUN);
    assert.deepEqual(complaints, []);
    await page.context().close();
  });
}

test("one tab alone is told to open another, and a tab that is reloaded is no third one", async () => {
  const { page, complaints } = await openPage(served);
  const other = await page.context().newPage();
  await other.goto(served.address);
  await page.waitForFunction(() => document.querySelectorAll("#shared tbody tr").length === 2, undefined, RUN);
  await other.reload();
  await other.waitForFunction(() => document.querySelectorAll("#shared tbody tr").length === 2, undefined, RUN);
  assert.equal(await rows(page).count(), 2);
  await other.close();
  await page.waitForFunction(() => document.querySelectorAll("#shared tbody tr").length === 1, undefined, RUN);
  await page.click("#shared button");
  await page.waitForFunction(() => /to itself: \d+ refusals .* Open another tab\.$/.test(document.querySelector("#shared [role=status]")?.textContent ?? ""), undefined, RUN);
  assert.equal((await numbers(page.locator("#shared tfoot td")))[2], CALLS);
  assert.deepEqual(complaints, []);
  await page.context().close();
});

test("at 360 px nothing scrolls sideways but the table, which the tab key reaches", async () => {
  const { page } = await openPage(served, { viewport: { width: 360, height: 740 } });
  const [scroll, width] = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
  assert.ok(Number(scroll) <= Number(width), `${scroll} px of content in ${width}`);
  await page.focus("#shared button");
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement?.className), "wide");
  await page.locator("#shared").screenshot({ path: `${SCREENSHOTS}/shared-360.png` });
  await page.context().close();
});

const rows = (/** @type {import("playwright-core").Page} */ page) => page.locator("#shared tbody tr");

/** @param {import("playwright-core").Locator} cells */
const numbers = async (cells) => (await cells.allInnerTexts()).map(Number);
