// A fetch with a policy cannot be told from fetch where it is aborted.
import assert from "node:assert/strict";
import { test } from "node:test";
import { createPolicy, fetchWithPolicy } from "fetch-with-policy";
import { scripted } from "./scripted.js";
import { script, serve } from "./server.js";
import { settled, virtualHost } from "./virtual.js";

const URL = "https://api.example.com/items";
const RETRY = { initialDelay: 1, jitter: "none", budget: false };

// What it loads for its coordinator is here after a turn.
const shared = createPolicy({ coordinator: { exchange: () => new Promise(() => {}) } });
await settled();

/** All the ways in, over `host` as the host's fetch. */
function* waysIn(host = fetch, retry = RETRY) {
  const policy = createPolicy({ retry, fetch: host });
  yield ["policy.fetch", policy.fetch];
  yield ["fetchWithPolicy", (input, init) => fetchWithPolicy(input, init, policy)];
  yield ["an extended policy", policy.extend({ timeout: { attempt: 5000, total: 9000 } }).fetch];
  yield ["a policy whose coordinator never replies", shared.extend({ retry, fetch: host }).fetch];
}

/** How many turns of the microtask queue pass until `promise` is seen settled. */
async function turns(promise) {
  let isSettled = false;
  promise.then(
    () => (isSettled = true),
    () => (isSettled = true),
  );
  let count = 0;
  for (; !isSettled; count++) await null;
  return count;
}

test("an aborted signal rejects with its own reason, in as many turns as the host's fetch", async () => {
  const reason = { its: "own" };
  const signal = AbortSignal.abort(reason);
  const rows = [() => [URL, { signal }], () => [new Request(URL, { signal })], () => [new Request(new Request(URL, { signal }), { headers: { a: "b" } })], () => [URL, { signal, method: "POST", body: "x" }]];
  for (const [name, ours] of waysIn()) {
    for (const args of rows) {
      await assert.rejects(ours(...args()), (thrown) => thrown === reason, name);
      const [theirs, own] = [await turns(fetch(...args())), await turns(ours(...args()))];
      assert.equal(own, theirs, name);
    }
  }
});

test("a signal of the Request that init takes away does not abort", async () => {
  const request = new Request(URL, { signal: AbortSignal.abort() });
  const stage = scripted([[503], [200]]);
  assert.equal((await stage.call([request, { signal: null }])).response.status, 200);
});

test("an aborted call is not sent, uses its Request up, and cancels its stream before it returns, as the host does it", () =>
  serve(script([200])).then(async (server) => {
    const signal = AbortSignal.abort();
    for (const call of [fetch, ...[...waysIn()].map(([, ours]) => ours)]) {
      const request = new Request(server.url, { method: "POST", body: "x", signal });
      await assert.rejects(call(request), { name: "AbortError" });
      let cancelled;
      const stream = new ReadableStream({ cancel: (reason) => void (cancelled = reason) });
      const promise = call(server.url, { method: "POST", body: stream, duplex: "half", signal });
      assert.equal(cancelled, signal.reason);
      await assert.rejects(promise);
    }
    assert.equal(server.stats.requests.length, 0);
    await server.close();
  }));

test("an abort before a call's turn came cancels its stream, since no host will", async () => {
  for (const form of ["init", "Request"]) {
    const clock = virtualHost();
    const policy = createPolicy({ host: clock.host, fetch: async () => new Response(), rateLimit: { quotas: [{ limit: 1, window: 60_000 }] } });
    await policy.fetch(URL);
    const controller = new AbortController();
    let cancelled;
    const init = { method: "PUT", body: new ReadableStream({ cancel: (reason) => void (cancelled = reason) }), duplex: "half" };
    const { signal } = controller;
    const call = form === "init" ? policy.fetch(URL, { ...init, signal }) : policy.fetch(new Request(URL, init), { signal });
    await settled();
    controller.abort(new Error("left"));
    await assert.rejects(call, (thrown) => thrown === signal.reason);
    assert.equal(cancelled, signal.reason, form);
  }
});
