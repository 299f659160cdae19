// @ts-check
// A page in Chromium whose API is of another origin and exposes no header: the quota is learnt from refusals alone, no call is
// lost, and the console says once which line the API should send.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import test, { describe } from "node:test";
import puppeteer from "puppeteer-core";
import { startSite } from "./browsers.js";

const CALLS = 50;
const LIMIT = 20;
const WINDOW = 8000;

/**
 * 20 in 8 s from the first request on. Its headers tell that, and no other origin may read them; where `bare`, its refusals lack
 * the CORS header too, as a gateway's do, and the page sees a fetch that fails.
 * @param {boolean} bare
 */
async function startApi(bare) {
  let [began, used] = [-Infinity, 0];
  const counts = { granted: 0, refused: 0 };
  const server = createServer((_, response) => {
    const now = performance.now();
    if (now >= began + WINDOW) [began, used] = [now, 0];
    const refuses = used >= LIMIT;
    counts[refuses ? "refused" : "granted"]++;
    if (!refuses) used++;
    const left = Math.ceil((began + WINDOW - now) / 1000);
    response.setHeader("ratelimit", `"default";r=${LIMIT - used};t=${left}`);
    response.setHeader("ratelimit-policy", `"default";q=${LIMIT};w=${WINDOW / 1000}`);
    if (refuses) response.setHeader("retry-after", left);
    if (!refuses || !bare) response.setHeader("access-control-allow-origin", "*");
    response.writeHead(refuses ? 429 : 200, { "cache-control": "no-store" }).end("{}");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  return { address: `http://127.0.0.1:${port}`, counts, stop: () => void (server.closeAllConnections(), server.close()) };
}

/** In the page: all calls at once, under the defaults; then one more policy, which must not say the same again. @param {string} api @param {number} calls */
async function inPage(api, calls) {
  const specifier = "/pkg/index.js";
  const { createPolicy, fetchWithPolicy } = await import(specifier);
  const get = (/** @type {any} */ fetch, /** @type {number} */ n) =>
    fetch(`${api}/items/${n}`).then(
      (/** @type {Response} */ { status }) => status,
      (/** @type {unknown} */ error) => String(error),
    );
  const outcomes = await Promise.all(Array.from({ length: calls }, (_, n) => get(fetchWithPolicy, n)));
  await get(createPolicy().fetch, calls);
  return outcomes.filter((outcome) => outcome !== 200);
}

// Each has an API and a browser of its own, and waits for its windows.
describe("a page that may read no header", { concurrency: true }, () => {
  for (const bare of [false, true]) {
    const refusals = bare ? "429s that lack the CORS header" : "429s that can be read";
    test(`chromium: ${CALLS} GETs at ${LIMIT} per ${WINDOW / 1000} s, headers hidden, ${refusals}: none is lost, and the console says once what to send`, { timeout: 180_000 }, async (context) => {
      const api = await startApi(bare);
      context.after(api.stop);
      const site = await startSite({ page: "blank" });
      context.after(site.stop);
      const browser = await puppeteer.launch({ executablePath: process.env["CHROME"] ?? "chromium", headless: true, args: ["--no-sandbox", "--disable-dev-shm-usage"] });
      context.after(() => browser.close());
      const page = await browser.newPage();
      /** @type {string[]} */
      const said = [];
      page.on("console", (message) => void said.push(message.text()));
      await page.goto(`${site.address}/blank`);
      const lost = await page.evaluate(inPage, api.address, CALLS);
      context.diagnostic(JSON.stringify(api.counts));
      assert.deepEqual(lost, []);
      const lines = said.filter((text) => text.includes("Access-Control-Expose-Headers"));
      assert.equal(lines.length, 1, said.join("\n"));
      assert.match(lines[0] ?? "", /Access-Control-Expose-Headers: Date, Retry-After, RateLimit/);
    });
  }
});
