// @ts-check
// The package without a build: a page imports cdn.js from another origin, as from a CDN, which serves the files of the package.
import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import test from "node:test";
import { chromium } from "playwright-core";

/** @param {import("node:http").RequestListener} listener @param {import("node:test").TestContext} context */
async function serve(listener, context) {
  const server = createServer(listener);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  context.after(() => void (server.closeAllConnections(), server.close()));
  return `http://127.0.0.1:${/** @type {import("node:net").AddressInfo} */ (server.address()).port}`;
}

test("a page imports cdn.js from a CDN: the core and the explainer come from there when they are needed", async (context) => {
  const BELOW = "/npm/fetch-with-policy@0.1.0/";
  /** @type {string[]} */
  const asked = [];
  const cdn = await serve(({ url = "" }, response) => {
    const file = join("pkg", url.slice(BELOW.length));
    asked.push(url.slice(BELOW.length));
    if (!url.startsWith(BELOW) || !/^[\w./-]+\.js$/.test(file) || !statSync(file, { throwIfNoEntry: false })) return void response.writeHead(404).end();
    response.writeHead(200, { "content-type": "text/javascript", "access-control-allow-origin": "*" }).end(readFileSync(file));
  }, context);
  const manifest = JSON.parse(readFileSync("pkg/package.json", "utf8"));
  assert.deepEqual([manifest.jsdelivr, manifest.unpkg], ["./cdn.js", "./cdn.js"]);
  const page = `<!doctype html><title>x</title><script type="module">
    import { explainResponse, fetchWithPolicy, callRecord } from "${cdn}${BELOW}cdn.js";
    window.first = (await fetchWithPolicy("/fine")).status;
    window.before = performance.getEntriesByType("resource").map(({ name }) => name.split("/").at(-1));
    const second = await fetchWithPolicy("/busy");
    const third = await fetchWithPolicy("/missing");
    window.seen = [second.status, callRecord(second).attempts.length, (await explainResponse(third)).kind];
  </script>`;
  let busy = 0;
  const site = await serve(({ url }, response) => {
    if (url === "/") return void response.writeHead(200, { "content-type": "text/html" }).end(page);
    if (url === "/busy" && busy++ === 0) return void response.writeHead(503, { "retry-after": "1" }).end();
    response.writeHead(url === "/fine" || url === "/busy" ? 200 : 404, { "content-type": "application/json" }).end("{}");
  }, context);
  const browser = await chromium.launch({ executablePath: process.env.CHROME ?? "/usr/bin/chromium" });
  context.after(() => browser.close());
  const tab = await browser.newPage();
  /** @type {string[]} */
  const errors = [];
  tab.on("pageerror", (error) => errors.push(String(error)));
  await tab.goto(site);
  await tab.waitForFunction("window.seen", undefined, { timeout: 60_000 });
  assert.deepEqual(await tab.evaluate("[window.first, window.seen]"), [200, [200, 2, "not_found"]]);
  const before = /** @type {string[]} */ (await tab.evaluate("window.before"));
  assert.ok(before.includes("shell.js") && !before.includes("core-chunk.js") && !before.includes("explain.js"), before.join());
  assert.ok(asked.includes("core-chunk.js") && asked.includes("explain.js"), asked.join());
  assert.deepEqual(errors, []);
});
