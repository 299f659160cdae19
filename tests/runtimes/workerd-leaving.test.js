// @ts-check
// workerd: a caller that disconnects takes its call out of the queue, by the request's signal.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { Miniflare } from "miniflare";
import { bundle } from "./miniflare.js";
import { startUpstream } from "./upstream.js";

const DATE = "2026-07-01";

test("a caller that disconnects takes its call out of the queue; the other waits on, and nothing is sent for it", { timeout: 90_000 }, async (context) => {
  const upstream = await startUpstream();
  context.after(() => upstream.stop());
  const files = (await bundle("tests/runtimes/leaving-worker.js")).sort((a, b) => Number(a.path.endsWith(".wasm")) - Number(b.path.endsWith(".wasm")));
  const workers = /** @type {any} */ ([
    { name: "front", modules: [{ type: "ESModule", path: "front.js", contents: readFileSync("tests/runtimes/leaving-front.js", "utf8") }], modulesRoot: "/", compatibilityDate: DATE, serviceBindings: { BACK: "back" } },
    {
      name: "back",
      modules: files.map(({ path, contents }) => ({ type: path.endsWith(".wasm") ? "CompiledWasm" : "ESModule", path, contents })),
      modulesRoot: "/",
      compatibilityDate: DATE,
      compatibilityFlags: ["enable_request_signal"],
    },
  ]);
  const worker = new Miniflare({ workers, cf: false });
  context.after(() => worker.dispose());
  const response = await worker.dispatchFetch(`http://front/?upstream=${upstream.address}`);
  const text = await response.text();
  assert.equal(response.status, 200, text);
  const { before, after } = JSON.parse(text);
  assert.deepEqual([before.pending, before.waiting, before.ends], [2, 2, { "/call/first": "200" }]);
  assert.deepEqual([after.pending, after.waiting, after.ends], [1, 1, { "/call/first": "200", "/call/leaves": "AbortError" }]);
  assert.equal(upstream.met.sent, 1, "the call that was left is not sent");
});
