// The driver and what calls wait for, and when they do not: hints, bodies that are read ahead, time limits, quotas.
import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { test } from "node:test";
import { callRecord, createPolicy, PolicyError, RateLimitError } from "fetch-with-policy";
import { countingHost, script, withServer } from "./server.js";
import { virtualHost } from "./virtual.js";

const QUICK = { retry: { initialDelay: 20, maxDelay: 40 } };

test("Retry-After of 30 days is given up at once, with the time told", () =>
  withServer(script([429, { "retry-after": "2592000" }]), async ({ url, stats }) => {
    const at = Date.now();
    const response = await createPolicy().fetch(url);
    const record = callRecord(response);
    assert.deepEqual([response.status, stats.requests.length, record.gaveUp], [429, 1, "hint-too-long"]);
    // A second at either end: of a hint in whole seconds, and of two clocks that are read.
    assert.ok(record.retryAt >= at + 2_592_000_000 - 1000 && record.retryAt <= Date.now() + 2_592_000_000 + 1000);
  }));

for (const [limit, options, least, most] of [
  ["maxRetryAfter", { retry: { maxRetryAfter: 30_000 } }, 30_000, 65_000],
  ["maxWait", { rateLimit: { maxWait: 10_000 } }, 10_000, 65_000],
  ["timeout.total", { timeout: { total: 50_000 } }, 25_000, 49_000],
]) {
  test(`a wait that only GitHub's message implies ends no call, where ${limit} is shorter than a minute`, async () => {
    const { host, pass } = virtualHost();
    const sent = [];
    const refused = () => new Response('{"message":"You have exceeded a secondary rate limit"}', { status: 403 });
    const fetch = async () => (sent.push(host.now()), sent.length < 2 ? refused() : new Response("ok"));
    const call = createPolicy({ host, fetch, ...options }).fetch("https://api.example.com/");
    await pass(100_000);
    assert.equal((await call).status, 200);
    const gap = sent[1] - sent[0];
    assert.ok(gap >= least && gap <= most, `sent again after ${gap} ms`);
  });
}

test("a GitHub 403 for a secondary limit is given as the last answer, its body unread", () =>
  withServer(script([403, {}, '{"message":"You have exceeded a secondary rate limit"}']), async ({ url, stats }) => {
    const response = await createPolicy({ retry: { maxAttempts: 1 } }).fetch(url);
    assert.deepEqual([response.status, stats.requests.length, callRecord(response).gaveUp], [403, 1, "attempts-exhausted"]);
    assert.equal(response.bodyUsed, false);
    assert.match((await response.json()).message, /secondary/);
  }));

test("reading a body ahead leaves no timer and no listener, and a large one is left whole", async () => {
  const large = "x".repeat(200_000);
  const host = countingHost();
  const { signal } = new AbortController();
  // A mock, since the host's own fetch leaves a listener of its own.
  const policy = createPolicy({ host, retry: { maxAttempts: 1 }, fetch: async () => new Response(large, { status: 429 }) });
  const response = await policy.fetch("https://api.example.com/", { signal });
  assert.equal(host.timers.size, 0);
  assert.equal(getEventListeners(signal, "abort").length, 0);
  assert.equal(await response.text(), large);
});

test("a response without a status, as those that are opaque, is handed through", async () => {
  const opaque = Response.error();
  assert.equal(opaque.status, 0);
  assert.equal(await createPolicy({ fetch: async () => opaque }).fetch("https://api.example.com/"), opaque);
});

test("an answer whose body cannot be copied is judged by its status", async () => {
  for (const body of [null, "x"]) {
    const response = new Response(body, { status: 403 });
    if (body !== null) await response.text();
    assert.equal(await createPolicy({ fetch: async () => response }).fetch("https://api.example.com/"), response);
    assert.equal(callRecord(response).gaveUp, "not-retryable");
  }
});

test("Retry-After of 2 s is never cut short", () =>
  withServer(script([429, { "retry-after": "2" }], [200]), async ({ url, stats }) => {
    assert.equal((await createPolicy().fetch(url)).status, 200);
    const gap = stats.requests[1].at - stats.requests[0].at;
    assert.ok(gap >= 2000 && gap < 10_000, `${gap} ms`);
  }));

test("a wait above 2^31-1 ms is slept in parts", async () => {
  const set = [];
  const host = { setTimeout: (callback, ms) => (set.push(ms), queueMicrotask(callback)), clearTimeout: () => {} };
  const month = 40 * 86_400_000;
  let now = 0;
  host.monotonic = () => now;
  host.setTimeout = (callback, ms) => (set.push(ms), (now += ms), queueMicrotask(callback));
  const answers = [new Response(null, { status: 429, headers: { "retry-after": `${month / 1000}` } }), new Response("ok")];
  const policy = createPolicy({ host, retry: { maxRetryAfter: Infinity }, rateLimit: false, fetch: async () => answers.shift() });
  assert.equal((await policy.fetch("https://api.example.com/")).status, 200);
  assert.ok(set.every((ms) => ms <= 2 ** 31 - 1) && set.reduce((sum, ms) => sum + ms) >= month, `${set}`);
});

test("the time for one attempt ends it, and it is tried again", () =>
  withServer((_, response, stats) => stats.requests.length === 1 || response.end("late"), async ({ url, stats }) => {
    const response = await createPolicy({ ...QUICK, timeout: { attempt: 1000 } }).fetch(url);
    assert.equal(await response.text(), "late");
    assert.equal(stats.requests.length, 2);
    assert.equal(callRecord(response).attempts[0].error, "TimeoutError 23");
  }));

test("the deadline for the whole call rejects with a TimeoutError", () =>
  withServer(() => {}, async ({ url }) => {
    const at = Date.now();
    await assert.rejects(createPolicy({ timeout: { total: 200 } }).fetch(url), { name: "TimeoutError", constructor: DOMException });
    assert.ok(Date.now() - at < 30_000);
  }));

test("a wait that does not fit the deadline is not begun: the response is the answer", () =>
  withServer(script([503, { "retry-after": "2" }, "body"]), async ({ url }) => {
    const response = await createPolicy({ timeout: { total: 1000 } }).fetch(url);
    assert.deepEqual([response.status, await response.text(), callRecord(response).gaveUp], [503, "body", "deadline"]);
  }));

/** Five requests, then none for a minute. */
function fiveAMinute(_, response, stats) {
  const used = stats.requests.length;
  const told = { "x-ratelimit-limit": 5, "x-ratelimit-remaining": Math.max(5 - used, 0), "x-ratelimit-reset": 60 };
  response.writeHead(used > 5 ? 429 : 200, told).end();
}

test("who would wait for longer than maxWait is refused with RateLimitError and the time", () =>
  withServer(fiveAMinute, async ({ url }) => {
    const policy = createPolicy({ rateLimit: { quotas: [{ limit: 5, window: 60_000 }], maxWait: 1000 } });
    const results = await Promise.allSettled(Array.from({ length: 8 }, () => policy.fetch(url)));
    const refused = results.filter((result) => result.status === "rejected").map((result) => result.reason);
    assert.equal(refused.length, 3);
    for (const error of refused) {
      assert.ok(RateLimitError.is(error) && PolicyError.is(error) && error instanceof RateLimitError);
      assert.equal(error.code, "quota-wait-too-long");
      assert.ok(error.retryAt > Date.now() + 50_000, `${error.retryAt - Date.now()} ms`);
      assert.equal(error.record.attempts.length, 0);
      assert.equal(callRecord(error).gaveUp, "quota-wait-too-long");
    }
  }));
