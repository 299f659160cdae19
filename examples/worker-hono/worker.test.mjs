// @ts-check
// The Worker in a real workerd, through miniflare: many requests of several users at once in one isolate.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join, resolve } from "node:path";
import test from "node:test";
import { promisify } from "node:util";
import { bundle, workerOf } from "../../tests/runtimes/miniflare.js";
import { startUpstream } from "../../tests/runtimes/upstream.js";

const USERS = ["ada", "bob", "cy", "dan", "eve"];
const REQUESTS = 18;
const LIMIT = 10;

test("the types hold under strict", async () => {
  const tsc = resolve("node_modules/typescript/bin/tsc");
  await promisify(execFile)(process.execPath, [tsc, "--project", import.meta.dirname]).catch(({ stdout }) => assert.fail(stdout));
});

test("five users at once: each keeps to a quota of their own, and none is refused", { timeout: 60_000 }, async (context) => {
  const { ask, met } = await start(context, { limit: LIMIT, window: 3000 });
  const responses = await Promise.all(USERS.flatMap((user) => Array.from({ length: REQUESTS }, () => ask("/api/items", user))));
  assert.deepEqual(new Set(responses.map(({ status, body }) => `${status} ${body}`)), new Set(['200 "item"']));
  assert.ok(met.refused <= USERS.length, `${met.refused} of ${met.sent} sends were refused by a 429`);
  assert.equal(met.sent - met.refused, USERS.length * REQUESTS);
});

test("one response of twenty calls, at ten per three seconds", { timeout: 60_000 }, async (context) => {
  const { ask, met } = await start(context, { limit: LIMIT, window: 3000 });
  const { status, body } = await ask("/summary", "ada");
  assert.equal(status, 200, body);
  assert.deepEqual(JSON.parse(body).items, Array(20).fill("item"));
  assert.ok(met.refused <= 1, `${met.refused} of ${met.sent} sends were refused by a 429`);
});

test("who would wait for half an hour is refused at once, and another user is not", { timeout: 60_000 }, async (context) => {
  // The server's windows are aligned to the clock: about an hour each, so that half of one is left.
  const window = Date.now() / (Math.floor(Date.now() / 3_600_000) + 0.5);
  const { ask, met } = await start(context, { limit: 1, window });
  assert.equal((await ask("/api/items", "ada")).status, 200);
  const { status, body, headers } = await ask("/api/items", "ada");
  assert.equal(status, 429);
  assert.match(body, /Try again in \d+ s/);
  assert.ok(Number(headers.get("retry-after")) > 1000);
  assert.equal((await ask("/api/items", "bob")).status, 200);
  assert.deepEqual(met, { sent: 2, refused: 0 }, "the upstream was not asked");
});

test("a response that is an error is passed on, and explained where the Worker answers itself", { timeout: 60_000 }, async (context) => {
  const { ask, met } = await start(context, {});
  assert.equal((await ask("/api/status/404", "ada")).status, 404);
  assert.equal((await ask("/api/status/500", "ada")).status, 500);
  assert.equal(met.sent, 5, "a 404 is sent once, a 500 four times");
  const { ask: askOwn } = await start(context, {}, "/status/404?");
  const { status, body } = await askOwn("/summary", "ada");
  assert.equal(status, 502);
  assert.deepEqual(JSON.parse(body), { error: "This could not be found.", kind: "not_found" });
});

/**
 * @param {import("node:test").TestContext} context
 * @param {{ limit?: number, window?: number }} options
 * @param {string} [path] of all that is asked upstream
 */
async function start(context, options, path = "") {
  const upstream = await startUpstream(options);
  context.after(() => upstream.stop());
  const bindings = { UPSTREAM: upstream.address + path };
  const files = await bundle(join(import.meta.dirname, "src/index.ts"));
  const worker = await workerOf(files, "/", "2026-07-01", ["enable_request_signal"], { bindings });
  context.after(() => worker.dispose());
  const ask = async (/** @type {string} */ target, /** @type {string} */ user) => {
    const response = await worker.dispatchFetch(`http://worker${target}`, { headers: { authorization: `Bearer ${user}` } });
    return { status: response.status, headers: response.headers, body: await response.text() };
  };
  return { ask, met: upstream.met };
}
