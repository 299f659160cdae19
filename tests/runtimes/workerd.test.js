// @ts-check
// A real workerd, through miniflare: the package bundled by its `workerd` condition, many requests at once in one isolate.
//
// There a request may act only in its own context: a promise that only another request can resolve is a hung request, and a
// timer of a finished request never fires. The flag below is the older, stricter behaviour; both must do.
import assert from "node:assert/strict";
import test from "node:test";
import { EXPECTED } from "./expected.js";
import { startWorker as start } from "./miniflare.js";
import { startUpstream } from "./upstream.js";

const REQUESTS = 200;
const LIMIT = 100;
const WINDOW = 2000;
// A run that takes this long hangs: the quota alone takes two windows.
const LONGEST = 60_000;
const STRICT = "no_handle_cross_request_promise_resolution";

const HOSTS = [
  { date: "2025-01-01", flags: [] },
  { date: "2025-01-01", flags: [STRICT] },
  { date: "2026-07-01", flags: [] },
  { date: "2026-07-01", flags: [STRICT] },
];

for (const { date, flags } of HOSTS) {
  const name = `workerd of ${date}${flags.map((flag) => ` with ${flag}`).join("")}`;

  test(`${name}: ${REQUESTS} requests at once in one isolate keep to one quota, and none hangs`, async (context) => {
    const upstream = await startUpstream({ limit: LIMIT, window: WINDOW });
    context.after(() => upstream.stop());
    const worker = await startWorker(date, flags);
    context.after(() => worker.dispose());
    const started = Date.now();
    const answers = await Promise.all(
      Array.from({ length: REQUESTS }, async () => {
        const response = await worker.dispatchFetch(`http://worker/paced?upstream=${upstream.address}`);
        const text = await response.text();
        return response.ok ? JSON.parse(text) : { status: response.status, body: text };
      }),
    );
    const took = Date.now() - started;
    const bad = answers.filter(({ status, body }) => status !== 200 || body !== '"item"');
    assert.deepEqual(bad, [], "every request is answered in its own context");
    // One early send at most finds out how the reset is rounded.
    assert.ok(upstream.met.refused <= 1, `${upstream.met.refused} of ${upstream.met.sent} sends were refused by a 429`);
    assert.equal(upstream.met.sent - upstream.met.refused, REQUESTS, "nothing is sent twice");
    assert.ok(took <= LONGEST, `took ${took} ms, over ${LONGEST}`);
  });

  test(`${name}: a user's lines do the same`, async (context) => {
    const upstream = await startUpstream();
    context.after(() => upstream.stop());
    const worker = await startWorker(date, flags);
    context.after(() => worker.dispose());
    const response = await worker.dispatchFetch(`http://worker/same-code?upstream=${upstream.address}`);
    const text = await response.text();
    assert.equal(response.status, 200, text);
    assert.deepEqual(JSON.parse(text), EXPECTED);
  });
}

const startWorker = (/** @type {string} */ date, /** @type {string[]} */ flags) => start("tests/runtimes/worker.js", date, flags);
