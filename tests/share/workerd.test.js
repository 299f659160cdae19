// @ts-check
// Ten isolates of a real workerd, each a Worker with its policy at module scope, share a quota through a real Durable Object:
// many short requests, requests that end while they ask, and an object that is evicted. Judged by counts: each call is granted, and
// refusals are few beside those that the same isolates meet without a coordinator.
import assert from "node:assert/strict";
import test from "node:test";
import { build } from "esbuild";
import { Miniflare } from "miniflare";
import { assertFewRefusals } from "./judge.js";
import { startUpstream } from "./upstream.js";

const ISOLATES = 10;
const REQUESTS = 10;
const CALLS = 3;
const COUNT = ISOLATES * REQUESTS * CALLS;
const LIMIT = 60;
const WINDOW = 2000;
const HANG = { timeout: 150_000 };
const STRICT = "no_handle_cross_request_promise_resolution";

/** @param {import("node:test").TestContext} context */
async function isolates(context) {
  const { outputFiles } = await build({
    entryPoints: ["tests/share/worker.js"],
    bundle: true,
    format: "esm",
    conditions: ["workerd"],
    loader: { ".wasm": "copy" },
    external: ["cloudflare:workers"],
    outdir: "out",
    write: false,
  });
  const modules = outputFiles
    .map(({ path, contents }) => ({ type: path.endsWith(".wasm") ? "CompiledWasm" : "ESModule", path, contents }))
    .sort((a, b) => Number(a.type === "CompiledWasm") - Number(b.type === "CompiledWasm"));
  const worker = (/** @type {number} */ n) => ({
    name: `isolate-${n}`,
    modules: /** @type {any} */ (modules),
    modulesRoot: "/",
    compatibilityDate: "2026-07-01",
    compatibilityFlags: [STRICT],
    durableObjects: { QUOTAS: { className: "Quotas", scriptName: "isolate-0", useSQLite: true } },
  });
  const server = new Miniflare({ cf: false, workers: Array.from({ length: ISOLATES }, (_, n) => worker(n)) });
  context.after(() => server.dispose());
  const workers = await Promise.all(Array.from({ length: ISOLATES }, (_, n) => server.getWorker(`isolate-${n}`)));
  const upstream = await startUpstream();
  context.after(upstream.stop);
  const ask = async (/** @type {number} */ n, /** @type {string} */ path) => {
    const url = `${upstream.address}/quota?token=${path === "/alone" ? "alone" : "shared"}&limit=${LIMIT}&window=${WINDOW}&client=${n}`;
    const response = await /** @type {any} */ (workers[n]).fetch(`http://worker${path}?${new URLSearchParams({ url, calls: String(CALLS) })}`);
    return response.text();
  };
  /** All requests of all isolates at once. @returns {Promise<unknown[]>} */
  const all = async (path = "/") => {
    const told = await Promise.all(Array.from({ length: ISOLATES * REQUESTS }, (_, n) => ask(n % ISOLATES, path)));
    return told.flatMap((text) => JSON.parse(text));
  };
  const events = async () => {
    const told = await Promise.all(workers.map((_, n) => ask(n, "/events")));
    /** @type {Record<string, number>} */
    const sum = {};
    for (const text of told) for (const [name, count] of Object.entries(JSON.parse(text))) sum[name] = (sum[name] ?? 0) + Number(count);
    return sum;
  };
  return { all, ask, events, upstream };
}

/** @param {unknown[]} outcomes @param {number} count */
function granted(outcomes, count) {
  assert.deepEqual(
    outcomes.filter((status) => status !== 200),
    [],
  );
  assert.equal(outcomes.length, count);
}

test(`workerd: ${ISOLATES} isolates x ${REQUESTS} requests x ${CALLS} calls share one quota`, HANG, async (context) => {
  const { all, events, upstream } = await isolates(context);
  // Some may be lost.
  await all("/alone");
  granted(await all(), COUNT);
  const told = await events();
  assertFewRefusals(upstream.met("shared"), upstream.met("alone"), (text) => context.diagnostic(`${text}; ${JSON.stringify(told)}`));
  assert.ok((told["exchange"] ?? 0) >= ISOLATES, "each isolate asks");
});

test("workerd: an object that is evicted is one that knows nothing, and no call is lost", HANG, async (context) => {
  const { all, ask, upstream } = await isolates(context);
  const done = all();
  await upstream.reached("shared", COUNT / 3);
  await ask(1, "/evict");
  granted(await done, COUNT);
  const { messages } = JSON.parse(await ask(1, "/messages"));
  context.diagnostic(`429s: ${upstream.met("shared").refused}`);
  assert.ok(messages.length > 0, "the new object is asked");
});

test("workerd: no secret, no scope and no address is in a message or an object's name", HANG, async (context) => {
  const { ask } = await isolates(context);
  const outcomes = await Promise.all([1, 2].map(async (n) => JSON.parse(await ask(n, "/"))));
  granted(outcomes.flat(), 2 * CALLS);
  const text = await ask(1, "/messages");
  const { name, messages } = JSON.parse(text);
  assert.match(name, /^[0-9a-f]{32}$/);
  assert.ok(messages.length > 0);
  for (const planted of ["hunter2", "a secret of the tests", "127.0.0.1"]) assert.ok(!text.includes(planted), planted);
  for (const message of messages) assert.equal(message.scope, name);
});

test("workerd: requests that end while they ask hang nobody", HANG, async (context) => {
  const { all, ask, upstream } = await isolates(context);
  await Promise.all(Array.from({ length: ISOLATES * 4 }, (_, n) => ask(n % ISOLATES, "/abandon")));
  granted(await all(), COUNT);
  context.diagnostic(`429s: ${upstream.met("shared").refused}`);
});
