// @ts-check
// The panel of fetch-with-policy/devtools on the playground, in headless Chromium. Screenshots are left in target/screenshots.
import assert from "node:assert/strict";
import test from "node:test";
import { SCREENSHOTS, openPage, servePlayground, violationsIn } from "./playground.js";

const PANEL = "fetch-with-policy-devtools";
// 30 calls at 10 each 3 s, on a busy machine.
const RUN = { timeout: 60_000 };
const served = servePlayground();

for (const colorScheme of /** @type {const} */ (["light", "dark"])) {
  test(`calls, their causes and the quota are shown, by keyboard alone and without a complaint of axe-core: ${colorScheme}`, async () => {
    const { page, complaints } = await openPage(served, { colorScheme, viewport: { width: 1280, height: 900 } });
    await page.focus("#devtools button");
    await page.keyboard.press("Enter");
    await page.waitForSelector(`${PANEL} .waits`, RUN);
    assert.match(await page.locator(`${PANEL} #summary`).innerText(), /^\d+ in flight, \d+ waiting, the next until .* \(\d/);
    await page.locator(`${PANEL} .waits`, { hasText: /for the quota .*10 in 3\.0 s.*, which the header ratelimit reports, until / }).first().waitFor(RUN);
    assert.deepEqual(await violationsIn(page, "#devtools"), [], "while calls wait");
    await page.locator("#devtools").screenshot({ path: `${SCREENSHOTS}/devtools-${colorScheme}.png` });
    assert.equal(await page.locator(`${PANEL} meter`).first().getAttribute("max"), "10");
    await page.waitForFunction(() => /29 of 30 calls came through/.test(document.querySelector("#devtools [role=status]")?.textContent ?? ""), undefined, RUN);
    await page.waitForSelector(`${PANEL} .failed`);
    assert.match(await page.locator(`${PANEL} .failed`).innerText(), /GET https:\/\/api\.example\.com\/items\/\d+\s+failed\s+status 404, not-retryable/);
    await page.locator(`${PANEL} .done`).nth(28).waitFor(RUN);
    assert.match(await page.locator(`${PANEL} #summary`).innerText(), /^0 in flight, 0 waiting$/);
    assert.deepEqual(await violationsIn(page, "#devtools"), [], "when they are over");
    await page.locator("#devtools").screenshot({ path: `${SCREENSHOTS}/devtools-done-${colorScheme}.png` });
    const background = await page.locator(PANEL).evaluate((panel) => getComputedStyle(panel).backgroundColor);
    assert.equal(background, colorScheme === "light" ? "rgb(255, 255, 255)" : "rgb(18, 18, 18)");
    // What scrolls and the button are reached by the tab key, and the button works by it.
    const stops = [];
    for (let presses = 0; presses < 3; presses++) {
      await page.keyboard.press("Tab");
      stops.push(await page.locator(PANEL).evaluate((panel) => panel.shadowRoot?.activeElement?.getAttribute("aria-labelledby") ?? panel.shadowRoot?.activeElement?.textContent));
    }
    assert.deepEqual(stops, ["Clear", "calls", "quotas"]);
    await page.keyboard.press("Shift+Tab");
    await page.keyboard.press("Shift+Tab");
    await page.keyboard.press("Enter");
    assert.equal(await page.locator(`${PANEL} tbody tr:not(:has(meter))`).count(), 0, "calls that are over are forgotten");
    assert.deepEqual(complaints, []);
    await page.context().close();
  });
}

test("at 360 px nothing scrolls sideways but the tables", async () => {
  const { page } = await openPage(served, { viewport: { width: 360, height: 740 } });
  await page.click("#devtools button");
  await page.waitForSelector(`${PANEL} .waits`, RUN);
  const [scroll, width] = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
  assert.ok(Number(scroll) <= Number(width), `${scroll} px of content in ${width}`);
  await page.locator("#devtools").screenshot({ path: `${SCREENSHOTS}/devtools-360.png` });
  await page.context().close();
});

test("it draws and listens only while it is in the page, and is refused what is no policy", async () => {
  const { page, complaints } = await openPage(served);
  const seen = await page.evaluate(async () => {
    const { devtools } = await import(/** @type {any} */ ("/pkg/devtools.js"));
    let [listeners, left] = [0, 0];
    const policy = {
      subscribe: () => (listeners++, () => left++),
      getState: () => ({ quotas: [{ scope: "a", source: "none", headersHidden: true, expose: "Access-Control-Expose-Headers: Date", inFlight: 0, waiting: 1 }] }),
    };
    const panel = devtools(policy, policy);
    const counts = [[listeners, left]];
    document.body.append(panel);
    counts.push([listeners, left]);
    const text = panel.shadowRoot.textContent;
    for (let call = 1; call <= 150; call++) panel.onEvent({ type: "attempt", call, method: "GET", url: "https://a.example/<b>x</b>", attempt: 1, at: 0 });
    panel.onEvent({ type: "misuse", call: 1, method: "GET", url: "https://a.example/", attempt: 0, at: 0, what: "option-in-init", option: "retry" });
    await new Promise((resolve) => setTimeout(resolve, 400));
    const [rows, bold, notes] = ["tbody tr", "b", "li"].map((selector) => panel.shadowRoot.querySelectorAll(selector).length);
    panel.remove();
    counts.push([listeners, left]);
    document.body.append(panel);
    panel.remove();
    counts.push([listeners, left]);
    let refused;
    try {
      devtools({});
    } catch (error) {
      refused = /** @type {any} */ (error).field;
    }
    return { counts, text, rows, bold, notes, refused };
  });
  assert.deepEqual(seen.counts, [[0, 0], [1, 0], [1, 1], [2, 2]]);
  assert.match(seen.text, /headers are hidden; the API should send Access-Control-Expose-Headers: Date/);
  assert.deepEqual([seen.rows, seen.bold, seen.notes, seen.refused], [101, 0, 1, "policy"]);
  assert.deepEqual(complaints, []);
  await page.context().close();
});
