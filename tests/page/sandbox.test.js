// @ts-check
// The sandbox of the playground in headless Chromium, used as a person would. Screenshots are left in target/screenshots.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import test from "node:test";
import { createPolicy } from "../../pkg/index.js";
import { createSimulator } from "../../pkg/testing.js";
import { runSandbox } from "../../www/playground/sandbox-run.js";
import { SCREENSHOTS, servePlayground } from "./playground.js";

const AXE = readFileSync(createRequire(new URL("../../www/package.json", import.meta.url)).resolve("axe-core/axe.min.js"), "utf8");
const served = servePlayground();

/** As the form has it at first. */
const SETTINGS = {
  server: { seed: 1, limit: 100, window: 10_000, algorithm: "fixed", dialect: "ietf-draft-10", errors: { share: 0.02 } },
  calls: 300,
  options: { rateLimit: { maxWait: 120_000 } },
};

test("by keyboard alone: a run shows the figures that the same run has in Node", async () => {
  const { page, complaints, elsewhere } = await open();
  await page.focus("#sandbox-limit");
  await page.keyboard.press("Enter");
  await done(page);
  const expected = await runSandbox({ createPolicy, createSimulator }, SETTINGS);
  assert.deepEqual(await figures(page), figuresOf(expected));
  assert.match(await page.locator("#sandbox [role=status]").innerText(), /^With the policy: all 300 came through in [\d.]+ s, \d+ refused\. With the loop: all 300 came through in [\d.]+ s, \d{3} refused\.$/);
  assert.equal(expected.policy.lost, 0);

  await page.focus("#sandbox-dialect");
  await page.keyboard.type("Retry-After");
  await page.focus("#sandbox-errors");
  await page.keyboard.press("ControlOrMeta+A");
  await page.keyboard.type("0");
  await page.focus("#sandbox-hidden");
  await page.keyboard.press("Space");
  await page.focus("#sandbox-options");
  await page.keyboard.press("ControlOrMeta+A");
  await page.keyboard.type('{"retry": false}');
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement?.textContent), "Run");
  await page.keyboard.press("Enter");
  await done(page);
  const { errors, ...server } = SETTINGS.server;
  assert.ok(errors);
  const other = await runSandbox({ createPolicy, createSimulator }, { ...SETTINGS, server: { ...server, dialect: "retry-after", hidden: true }, options: { retry: false } });
  assert.deepEqual(await figures(page), figuresOf(other));
  assert.notDeepEqual(figuresOf(other), figuresOf(expected));
  assert.deepEqual([complaints, elsewhere], [[], []]);
  await page.context().close();
});

test("each kind of server and policy gives the same in the page as in Node, to the millisecond of each request", async () => {
  const { page, complaints } = await open();
  /** @type {[Record<string, any>, Record<string, any>?][]} */
  const rows = [
    [{ algorithm: "sliding", dialect: "none", hidden: true }],
    [{ algorithm: "token-bucket", dialect: "openai", errors: { share: 0.2 } }],
    [{ algorithm: "first-request", dialect: "shopify", errors: { share: 0.3 } }, { retry: { maxAttempts: 8 } }],
    [{ dialect: "github", hidden: true, errors: { share: 0.1 } }, { circuitBreaker: { minimumCalls: 5 } }],
    [{ dialect: "slack", latency: [80, 900] }, { hedge: { delay: 300 }, timeout: { attempt: 700 } }],
  ];
  for (const [server, options = {}] of rows) {
    const settings = { server: { ...SETTINGS.server, ...server }, calls: 250, options };
    const here = await runSandbox({ createPolicy, createSimulator }, settings);
    const there = await page.evaluate(async (settings) => {
      const at = (/** @type {string} */ name) => import(new URL(name, document.baseURI).href);
      const [{ runSandbox }, { createPolicy }, { createSimulator }] = await Promise.all([at("sandbox-run.js"), at("pkg/index.js"), at("pkg/testing.js")]);
      return runSandbox({ createPolicy, createSimulator }, settings);
    }, settings);
    assert.deepEqual(there, here, JSON.stringify(settings));
  }
  assert.deepEqual(complaints, []);
  await page.context().close();
});

test("the chart has a name, and a table with every request", async () => {
  const { page, complaints } = await open();
  await run(page);
  const [policy] = await page.locator("#sandbox svg[role=img]").evaluateAll((all) => all.map((svg) => svg.getAttribute("aria-label")));
  assert.match(policy ?? "", /^Requests with the policy against time: \d+ sent in .+ refused by the quota, \d+ failed/);
  const expected = await runSandbox({ createPolicy, createSimulator }, SETTINGS);
  for (const [n, { sent }] of [expected.policy, expected.loop].entries()) {
    const table = page.locator(".sandbox-run").nth(n);
    await table.locator("summary").click();
    const cells = await table.locator("tbody td").allInnerTexts();
    assert.equal(cells.reduce((sum, text) => sum + Number(text), 0), sent.length);
  }
  const code = await page.locator("#sandbox pre").textContent();
  assert.match(code ?? "", /createSimulator\(\{[^]*"limit": 100[^]*maxWait[^]*length: 300/);
  assert.deepEqual(complaints, []);
  await page.context().close();
});

test("a bad setting shows its typed error at its input, and the run before stays", async () => {
  const { page, complaints } = await open();
  await run(page);
  const before = await figures(page);
  const rows = [
    ["options", '{"retry":{"maxAttempts":0}}', "PolicyOptionError: retry.maxAttempts: expected a whole number of 1 or more, which counts the first send"],
    ["options", '{"retires":3}', 'PolicyOptionError: unknown option "retires"'],
    ["options", '{"retry":', /^options: /],
    ["options", "5", "PolicyOptionError: options: expected an object"],
    ["limit", "0", "PolicyOptionError: limit: expected a number above 0"],
    ["window", "", "PolicyOptionError: window: expected a number above 0"],
    ["errors", "150", "PolicyOptionError: errors.share: expected a share from 0 to 1"],
    ["calls", "2001", "TypeError: calls: expected a whole number from 1 to 2000"],
    ["seed", "1.5", "PolicyOptionError: seed: expected a whole number from 0 on"],
  ];
  for (const [name, value, message] of rows) {
    const input = page.locator(`#sandbox [name=${name}]`);
    const was = await input.inputValue();
    await input.fill(String(value));
    await page.click("#sandbox [type=submit]");
    await page.waitForSelector("#sandbox .complaint:not(:empty)");
    const shown = await page.locator("#sandbox .complaint").innerText();
    if (message instanceof RegExp) assert.match(shown, message);
    else assert.equal(shown, message);
    assert.deepEqual(await page.evaluate(() => [document.activeElement?.getAttribute("name"), document.activeElement?.getAttribute("aria-invalid")]), [name, "true"], `${name}`);
    await input.fill(was);
  }
  await page.locator("#sandbox").screenshot({ path: `${SCREENSHOTS}/sandbox-error.png` });
  assert.deepEqual(await figures(page), before);
  await run(page);
  assert.equal(await page.locator("#sandbox .complaint").innerText(), "");
  assert.equal(await page.locator("#sandbox [aria-invalid]").count(), 0);
  assert.deepEqual(complaints, []);
  await page.context().close();
});

test("a run is stopped, and another one can be started", async () => {
  const { page, complaints } = await open();
  // Its worker is not loaded before it is stopped.
  let goOn = () => {};
  const isStopped = new Promise((resolve) => (goOn = () => resolve(undefined)));
  await page.route("**/sandbox-worker.js", async (route) => isStopped.then(() => route.continue()).catch(() => {}));
  await page.click("#sandbox [type=submit]");
  assert.equal(await page.locator("#sandbox [role=status]").innerText(), "running");
  // A second time does nothing.
  await page.focus("#sandbox-limit");
  await page.keyboard.press("Enter");
  await page.click("#sandbox [data-stop]");
  goOn();
  assert.equal(await page.locator("#sandbox [role=status]").innerText(), "stopped");
  assert.equal(await page.evaluate(() => document.activeElement?.textContent), "Run");
  assert.equal(await page.locator(".sandbox-figures").count(), 0);
  await run(page);
  assert.equal(await page.isDisabled("#sandbox [data-stop]"), true);
  assert.deepEqual(complaints, []);
  await page.context().close();
});

for (const colorScheme of /** @type {const} */ (["light", "dark"])) {
  test(`axe-core finds nothing in it, ${colorScheme}, wide and at 360 px, and nothing scrolls sideways`, async () => {
    for (const viewport of [{ width: 1280, height: 900 }, { width: 360, height: 740 }]) {
      const { page, complaints } = await open({ colorScheme, viewport });
      await run(page);
      // One table is open, the other is not.
      await page.locator(".sandbox-run summary").first().click();
      await page.evaluate(AXE);
      const found = await page.evaluate(async () => {
        const { violations } = await /** @type {any} */ (window).axe.run("#sandbox", { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] });
        return violations.map((/** @type {any} */ { id, nodes }) => `${id}: ${nodes.slice(0, 3).map((/** @type {any} */ { html }) => html.slice(0, 160)).join(" | ")}`);
      });
      assert.deepEqual(found, []);
      const [scroll, width] = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
      assert.ok(Number(scroll) <= Number(width), `${scroll} px of content in ${width}`);
      await page.locator("#sandbox").screenshot({ path: `${SCREENSHOTS}/sandbox-${viewport.width}-${colorScheme}.png` });
      assert.deepEqual(complaints, []);
      await page.context().close();
    }
  });
}

/** @param {import("../../www/playground/sandbox-run.js").Result} result */
function figuresOf({ policy, loop }) {
  const rows = /** @type {const} */ (["ok", "lost", "limited", "failed"]);
  return Object.fromEntries([...rows.map((name) => [name, [policy[name], loop[name]]]), ["sent", [policy.sent.length, loop.sent.length]], ["time", [shown(policy.time), shown(loop.time)]]]);
}

/** @param {number} ms */
const shown = (ms) => Number(ms < 10_000 ? (ms / 1000).toFixed(2) : (ms / 1000).toFixed(1));

/** @param {import("playwright-core").Page} page */
async function figures(page) {
  const rows = await page.locator(".sandbox-figures tbody tr").evaluateAll((all) => all.map((row) => /** @type {const} */ ([row.getAttribute("data-row"), [...row.querySelectorAll("td")].map((cell) => Number.parseFloat(cell.textContent ?? ""))])));
  return Object.fromEntries(rows);
}

/** @param {import("playwright-core").Page} page */
async function run(page) {
  await page.click("#sandbox [type=submit]");
  await done(page);
}

/** @param {import("playwright-core").Page} page */
const done = (page) => page.waitForFunction(() => /^With the policy/.test(document.querySelector("#sandbox [role=status]")?.textContent ?? ""), undefined, { timeout: 60_000 });

/** A page of its own, with what it complains of and what it asks of other hosts. @param {import("playwright-core").BrowserContextOptions} [options] */
async function open(options = {}) {
  const page = await (await served.browser.newContext(options)).newPage();
  /** @type {string[]} */
  const complaints = [];
  /** @type {string[]} */
  const elsewhere = [];
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => message.type() === "error" && complaints.push(`${message.text()} ${message.location().url}`));
  page.on("request", (request) => !request.url().startsWith(served.address) && !/^(data|blob):/.test(request.url()) && elsewhere.push(request.url()));
  await page.goto(served.address);
  return { page, complaints, elsewhere };
}
