// @ts-check
// A plain page in headless Chromium: an import map, no bundler, another origin's API, and a Content-Security-Policy.
import assert from "node:assert/strict";
import test from "node:test";
import { EXPECTED } from "./expected.js";
import { openPage } from "./site.js";
import { startUpstream } from "./upstream.js";

const IMPORTS = { "fetch-with-policy": "/pkg/index.js", "fetch-with-policy/profiles": "/pkg/profiles.js" };
const PAGE = `<!doctype html><title>test</title><link rel="icon" href="data:,">
<script type="importmap" nonce="map">${JSON.stringify({ imports: IMPORTS })}</script>`;
const root = new URL("../../", import.meta.url);

function files(/** @type {string} */ path) {
  if (path === "/") return PAGE;
  if (path === "/same-code.js") return new URL("same-code.js", import.meta.url);
  return path.startsWith("/pkg/") ? new URL(`.${path}`, root) : undefined;
}

test("a user's lines do the same in Chromium, on a page with an import map and a CSP", async (context) => {
  const upstream = await startUpstream();
  context.after(() => upstream.stop());
  const { address, page } = await openPage(context, files);
  /** @type {string[]} */
  const errors = [];
  page.on("pageerror", (error) => errors.push(String(error)));
  await page.goto(address);
  const result = await page.evaluate(async ([module, address]) => (await import(module)).run(address), ["/same-code.js", upstream.address]);
  assert.deepEqual(result, EXPECTED);
  assert.deepEqual(errors, []);
});
