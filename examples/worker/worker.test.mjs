// @ts-check
// The Worker in a real workerd, through miniflare: many requests at once in one isolate, by one client.
import assert from "node:assert/strict";
import test from "node:test";
import { build } from "esbuild";
import { workerOf } from "../../tests/runtimes/miniflare.js";
import { startUpstream } from "../../tests/runtimes/upstream.js";

const REQUESTS = 60;
const LIMIT = 20;
const STRICT = "no_handle_cross_request_promise_resolution";
/** @type {[string, string[]][]} */
const HOSTS = [["2025-01-01", []], ["2026-07-01", []], ["2026-07-01", [STRICT]]];

for (const [date, flags] of HOSTS) {
  const name = `a Worker in Rust, workerd of ${date} ${flags}: ${REQUESTS} requests at once keep to one quota, and none hangs`;
  test(name, { timeout: 60_000 }, async (context) => {
    const { ask, met } = await start(context, date, flags);
    const answers = await Promise.all(Array.from({ length: REQUESTS }, () => ask("")));
    const bad = answers.filter(({ status, body }) => status !== 200 || !body.startsWith('[200,{"call":'));
    assert.deepEqual(bad, []);
    assert.ok(met.refused <= 1, `${met.refused} of ${met.sent} sends were refused by a 429`);
    const waited = answers.filter(({ body }) => JSON.parse(body)[1].waited > 0);
    assert.ok(waited.length >= REQUESTS / 3, `${waited.length} waited`);
  });
}

test("a Worker in Rust explains what it was answered", { timeout: 60_000 }, async (context) => {
  const { ask } = await start(context, "2026-07-01", []);
  const { status, body } = await ask("/status/404?");
  assert.equal(status, 502, body);
  assert.equal(JSON.parse(body).kind, "not_found");
});

async function start(/** @type {import("node:test").TestContext} */ context, /** @type {string} */ date, /** @type {string[]} */ flags) {
  const { outputFiles } = await build({
    entryPoints: ["examples/worker/entry.js"],
    bundle: true,
    format: "esm",
    loader: { ".wasm": "copy" },
    external: ["cloudflare:*"],
    outdir: "out",
    write: false,
  });
  const worker = await workerOf(outputFiles, "/", date, flags);
  context.after(() => worker.dispose());
  const upstream = await startUpstream({ limit: LIMIT });
  context.after(() => upstream.stop());
  const ask = async (/** @type {string} */ path) => {
    const response = await worker.dispatchFetch(`http://worker/?upstream=${encodeURIComponent(upstream.address + path)}`);
    return { status: response.status, body: await response.text() };
  };
  return { ask, met: upstream.met };
}
