// @ts-check
// The entry with the modules as files, in Chromium: streamed, under a CSP that lets them be compiled and one that does not.
import assert from "node:assert/strict";
import test from "node:test";
import { EXPECTED } from "./expected.js";
import { openPage } from "./site.js";
import { startUpstream } from "./upstream.js";

const IMPORTS = { "fetch-with-policy": "/pkg/url/index.js", "fetch-with-policy/profiles": "/pkg/profiles.js" };
const head = (/** @type {string} */ more) => `<!doctype html><title>test</title><link rel="icon" href="data:,">${more}
<script type="importmap" nonce="map">${JSON.stringify({ imports: IMPORTS })}</script>`;
const FORBIDDING = `<meta http-equiv="Content-Security-Policy" content="script-src 'self' 'nonce-map'">`;
const root = new URL("../../", import.meta.url);

function files(/** @type {string} */ path) {
  if (path === "/" || path === "/forbidden") return head(path === "/" ? "" : FORBIDDING);
  if (path === "/same-code.js" || path === "/handed-worker.js") return new URL(path.slice(1), import.meta.url);
  return path.startsWith("/pkg/") ? new URL(`.${path}`, root) : undefined;
}

test("a user's lines do the same, nothing is loaded at import, and each module once at the first need", async (context) => {
  const { address, page } = await openPage(context, files);
  const upstream = await startUpstream();
  context.after(() => upstream.stop());
  /** @type {string[]} */
  const loaded = [];
  page.on("request", (request) => request.url().endsWith(".wasm") && loaded.push(new URL(request.url()).pathname));
  await page.goto(address);
  await page.evaluate((module) => import(module), "/pkg/url/index.js");
  assert.deepEqual(loaded, []);
  const first = await page.evaluate(
    async ([module, address]) => {
      const { fetchWithPolicy, callRecord } = await import(module);
      const answers = await Promise.all([1, 2, 3].map(() => fetchWithPolicy(`${address}/items`)));
      return answers.map((answer) => [answer.status, callRecord(answer).attempts.length]);
    },
    /** @type {const} */ (["/pkg/url/index.js", upstream.address]),
  );
  assert.deepEqual(first, [[200, 1], [200, 1], [200, 1]]);
  assert.deepEqual(loaded, ["/pkg/policy.wasm"]);
  const result = await page.evaluate(
    async ([entry, module, address]) => {
      await (await import(entry)).initExplain();
      return (await import(module)).run(address);
    },
    /** @type {const} */ (["/pkg/url/index.js", "/same-code.js", upstream.address]),
  );
  assert.deepEqual(result, EXPECTED);
  assert.deepEqual(loaded, ["/pkg/policy.wasm", "/pkg/explain.wasm"]);
});

test("a worker that the page hands its module to loads none", async (context) => {
  const { address, page } = await openPage(context, files);
  await page.goto(address);
  const result = await page.evaluate(async (module) => {
    const { initPolicy } = await import(module);
    const worker = new Worker("/handed-worker.js", { type: "module" });
    worker.postMessage(await initPolicy());
    return new Promise((resolve) => (worker.onmessage = ({ data }) => resolve(data)));
  }, "/pkg/url/index.js");
  assert.deepEqual(result, [404, true, []]);
});

test("a CSP that forbids WebAssembly is told with the directive that would allow it", async (context) => {
  const { address, page } = await openPage(context, files);
  await page.goto(`${address}/forbidden`);
  const told = await page.evaluate(async (module) => {
    const { initPolicy } = await import(module);
    return initPolicy().then(
      () => [],
      (/** @type {any} */ error) => [error.name, error.code, error.message],
    );
  }, "/pkg/url/index.js");
  assert.deepEqual(told.slice(0, 2), ["PolicyError", "wasm-unavailable"]);
  assert.match(told[2], /'wasm-unsafe-eval'/);
});
