// @ts-check
// `/url` in workerd, which compiles no bytes that it loads: the modules come with the code, and nothing is to be waited for.
import assert from "node:assert/strict";
import test from "node:test";
import { startWorker } from "./miniflare.js";

test("a policy is made at module scope, before anything was loaded, and what loads elsewhere is there", async (context) => {
  const worker = await startWorker("tests/runtimes/url-worker.js", "2026-07-01", []);
  context.after(() => worker.dispose());
  const response = await worker.dispatchFetch("http://worker/");
  assert.deepEqual(await response.json(), ["sent", "not_found"]);
});
