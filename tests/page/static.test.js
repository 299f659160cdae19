// @ts-check
// The page as a static site: dumb files below a path of any host, and the explain box on them. Screenshots in target/screenshots.
import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join } from "node:path";
import test, { after, before } from "node:test";
import { chromium } from "playwright-core";

const SCREENSHOTS = "target/screenshots";
const BELOW = "/some/where/playground/";
const TYPES = /** @type {Record<string, string>} */ ({ ".css": "text/css", ".html": "text/html", ".js": "text/javascript" });
const RUN = 90_000;
/** @type {import("node:http").Server} */
let server;
/** @type {import("playwright-core").Browser} */
let browser;
let address = "";
/** @type {string[]} */
let missed = [];

before(async () => {
  mkdirSync(SCREENSHOTS, { recursive: true });
  assert.ok(existsSync("target/site/playground/index.html"), "build the site: cargo xtask site");
  server = createServer(({ url = "" }, response) => {
    try {
      const path = url.startsWith(BELOW) ? url.slice(BELOW.length) || "index.html" : "outside";
      const body = readFileSync(join("target/site/playground", path));
      response.writeHead(200, { "content-type": TYPES[extname(path)] ?? "application/octet-stream" }).end(body);
    } catch {
      missed.push(url);
      response.writeHead(404).end();
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  address = `http://127.0.0.1:${/** @type {import("node:net").AddressInfo} */ (server.address()).port}${BELOW}`;
  browser = await chromium.launch({ executablePath: process.env.CHROME ?? "/usr/bin/chromium" });
});

after(async () => {
  await browser?.close();
  server?.closeAllConnections();
  server?.close();
});

test("the quota is run without a server: the policy loses nothing and meets one 429 at most, bare fetch loses most", async () => {
  const { page, complaints } = await open();
  await page.click("#start");
  await page.waitForFunction(() => document.querySelector("#run-status")?.textContent === "done", undefined, { timeout: RUN });
  const count = async (/** @type {string} */ of) => Number(await page.locator(of).innerText());
  assert.equal(await count('#policy [data-count="lost"]'), 0);
  assert.equal(await count('#policy [data-count="ok"]'), 600);
  assert.ok((await count('#policy [data-count="429"]')) <= 1);
  assert.ok((await count('#bare [data-count="lost"]')) >= 200);
  assert.ok(await page.isVisible('[data-of="page"]'), "it is said that no server is behind it");
  await page.screenshot({ path: `${SCREENSHOTS}/static-run.png`, fullPage: true });
  assert.deepEqual([complaints, missed], [[], []]);
  await page.context().close();
});

test("what curl -i printed is pasted, and all that is known of it is shown, the wait counted down", async () => {
  const { page, complaints } = await open();
  const body = '{"error":{"code":"RATE_LIMIT_EXCEEDED","message":"You have exceeded your allowed request rate. Please try again later."}}';
  await page.fill("#report-paste", `HTTP/2 429\ncontent-type: application/json\nretry-after: 30\n\n${body}`);
  const output = page.locator("#explain-output");
  assert.equal(await output.locator("[data-kind]").getAttribute("data-kind"), "rate_limited");
  assert.equal(await page.inputValue("#report-status"), "429");
  assert.equal(await output.locator("[data-verdict]").getAttribute("data-verdict"), "after");
  assert.ok((await output.locator(".action").innerText()).length > 10);
  assert.ok((await output.locator("blockquote").innerText()).length > 10);
  await page.selectOption("#language", "de");
  await page.waitForFunction(() => /Anfragen.*30 Sekunden/.test(document.querySelector("#explain-output blockquote[lang=de]")?.textContent ?? ""), undefined, { timeout: 30_000 });
  const left = async () => Number(await output.locator(".countdown").getAttribute("data-left"));
  const first = await left();
  assert.ok(first >= 28 && first <= 30, `${first}`);
  await page.waitForFunction((was) => Number(document.querySelector(".countdown")?.getAttribute("data-left")) <= was - 2, first, { timeout: 30_000 });
  await page.locator("#explain").screenshot({ path: `${SCREENSHOTS}/static-explain.png` });
  assert.deepEqual(complaints, []);
  await page.context().close();
});

test("JSON is pasted: its fields are shown and the evidence is marked in the body; what is no answer is told as such and changes nothing", async () => {
  const { page, complaints } = await open();
  const report = { status: 422, headers: { "content-type": "application/json" }, body: '{"errors":{"email":["is invalid"]}}', url: "https://api.example.com/users", method: "POST" };
  await page.fill("#report-paste", JSON.stringify(report));
  assert.equal(await page.locator("#explain-output [data-kind]").getAttribute("data-kind"), "validation_failed");
  assert.match(await page.locator("#explain-output .fields").innerText(), /email/);
  assert.equal(await page.locator("#explain-output .countdown").count(), 0, "nothing to wait for");
  const grant = { status: 400, body: '{"error":"Invalid grant: invalid code"}', url: "https://clever.com/oauth/tokens", method: "POST" };
  await page.fill("#report-paste", JSON.stringify(grant));
  assert.deepEqual(await page.locator("#explain-output mark").allInnerTexts(), ["Invalid grant: invalid code"]);
  await page.fill("#report-paste", "hello");
  assert.match(await page.locator("#paste-complaint").innerText(), /HTTP\/1.1/);
  assert.equal(await page.inputValue("#report-status"), "400");
  assert.deepEqual(complaints, []);
  await page.context().close();
});

async function open() {
  const page = await (await browser.newContext()).newPage();
  /** @type {string[]} */
  const complaints = [];
  missed = [];
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => message.type() === "error" && complaints.push(`${message.text()} ${message.location().url}`));
  await page.goto(address);
  return { page, complaints };
}
