// Very many calls that wait: what each takes, in which order they go, and that none is forgotten.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { getEventListeners } from "node:events";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { createPolicy } from "fetch-with-policy";
import { settled, virtualHost } from "./virtual.js";

const URL = "https://api.example.com/items";

/** A policy on a virtual clock whose server allows `limit` in each `window`, as the policy was told; `sent` has the times. */
function stage({ limit = 100, window = 1000, ...more } = {}, options = {}) {
  const clock = virtualHost();
  const sent = [];
  const fetch = async (_, init) => (sent.push({ n: init?.n, at: clock.time }), new Response("ok"));
  const rateLimit = { maxQueue: 200_000, maxWait: 3_600_000, quotas: [{ limit, window }], ...more };
  return { clock, sent, policy: createPolicy({ host: clock.host, fetch, rateLimit, ...options }) };
}

/** Pairs that went in the wrong order, as a share of all. */
function inversions(order) {
  let wrong = 0;
  for (let a = 0; a < order.length; a++) for (let b = a + 1; b < order.length; b++) wrong += order[a] > order[b] ? 1 : 0;
  return wrong / ((order.length * (order.length - 1)) / 2);
}

test("100,000 waiting calls take less than 700 bytes each beyond their promises", () => {
  const script = fileURLToPath(new globalThis.URL("heap.js", import.meta.url));
  const { waiting, heap, linear } = JSON.parse(execFileSync(process.execPath, ["--expose-gc", script], { encoding: "utf8" }));
  assert.ok(waiting >= 99_990, `${waiting} wait`);
  assert.ok(heap > 0 && heap < 450, `${heap} bytes of V8's heap each`);
  assert.ok(heap + linear < 700, `${heap} bytes of V8's heap and ${linear} of the core's memory each`);
});

test("a call asks the host as often whether ten or ten thousand wait", () => {
  const { clock, policy } = stage();
  const counts = [];
  for (let n = 0; n < 10_100; n++) {
    const before = Object.values(clock.calls);
    policy.fetch(URL, { n });
    counts.push(Object.values(clock.calls).map((count, index) => count - before[index]));
  }
  assert.deepEqual(counts.at(-1), counts[110], "calls of the clock, of chance and of timers");
  assert.equal(counts.at(-1).at(-2), 0, "no timer is set for it");
});

test("a call costs as much time whether ten or fifty thousand wait", () => {
  const run = () => {
    const { policy } = stage();
    // Time of the processor, not of the clock: what else the machine does is not counted.
    const lap = () => {
      const before = process.cpuUsage();
      for (let n = 0; n < 5000; n++) policy.fetch(URL);
      const { user, system } = process.cpuUsage(before);
      return user + system;
    };
    const laps = Array.from({ length: 10 }, lap);
    return laps.at(-1) / laps[1];
  };
  const best = Math.min(run(), run(), run());
  assert.ok(best < 4, `the last lap took ${best} times as long`);
});

test("ten thousand that wait share one timer, and leave none", async () => {
  const { clock, sent, policy } = stage({ limit: 1000 });
  const calls = Array.from({ length: 10_000 }, (_, n) => policy.fetch(URL, { n }));
  await settled();
  assert.equal(sent.length, 1000);
  assert.equal(clock.timers.size, 1);
  await clock.pass(12_000);
  await Promise.all(calls);
  assert.equal(clock.timers.size, 0);
});

test("who asked first is sent first, and no window has more than it allows", async () => {
  const { clock, sent, policy } = stage();
  const calls = Array.from({ length: 3000 }, (_, n) => policy.fetch(URL, { n }));
  await clock.pass(40_000);
  await Promise.all(calls);
  assert.ok(inversions(sent.map(({ n }) => n)) < 0.01);
  for (const { at } of sent) assert.ok(sent.filter((other) => other.at > at - 1000 && other.at <= at).length <= 100);
  assert.ok(sent.at(-1).at <= 29_000 * 1.03, `the last one went at ${sent.at(-1).at}`);
});

test("those that wait keep their order when timers are late, as in a hidden page", async () => {
  const { clock, sent, policy } = stage({ limit: 10 });
  const calls = Array.from({ length: 100 }, (_, n) => policy.fetch(URL, { n }));
  await clock.pass(700_000, 60_000);
  await Promise.all(calls);
  assert.deepEqual(sent.map(({ n }) => n), [...Array(100).keys()]);
});

test("an abort of every seventh that waits frees its place and holds up nobody", async () => {
  const { clock, sent, policy } = stage();
  const aborts = new Map();
  const calls = Array.from({ length: 2000 }, (_, n) => {
    if (n % 7 !== 0) return policy.fetch(URL, { n });
    aborts.set(n, new AbortController());
    return policy.fetch(URL, { n, signal: aborts.get(n).signal });
  });
  const ended = Promise.allSettled(calls);
  await clock.pass(500);
  for (const [n, controller] of aborts) controller.abort(`aborted ${n}`);
  await settled();
  assert.equal(policy.quotas()[0].waiting, 1900 - [...aborts.keys()].filter((n) => n >= 100).length);
  await clock.pass(30_000);
  const results = await ended;
  for (const [n, { status, reason }] of results.entries()) {
    const waited = n >= 100 && n % 7 === 0;
    assert.deepEqual([n, status, reason], [n, waited ? "rejected" : "fulfilled", waited ? `aborted ${n}` : undefined]);
  }
  assert.deepEqual(sent.map(({ n }) => n), [...Array(2000).keys()].filter((n) => n < 100 || n % 7 !== 0));
  assert.ok(sent.at(-1).at <= 17_500, `the places of the aborted are used: the last one went at ${sent.at(-1).at}`);
  assert.deepEqual([policy.quotas()[0].waiting, policy.quotas()[0].inFlight, clock.timers.size], [0, 0, 0]);
});

test("a thousand that wait under one signal have one listener, and all end with its reason", async () => {
  const { clock, policy } = stage({ limit: 1 });
  const controller = new AbortController();
  const calls = Array.from({ length: 1001 }, () => policy.fetch(URL, { signal: controller.signal }));
  const ended = Promise.allSettled(calls);
  await settled();
  assert.equal(getEventListeners(controller.signal, "abort").length, 1);
  await clock.pass(2500);
  const reason = new Error("the user left");
  controller.abort(reason);
  const results = await ended;
  assert.equal(results.filter(({ status }) => status === "fulfilled").length, 3);
  assert.ok(results.every((result) => result.status === "fulfilled" || result.reason === reason));
  assert.deepEqual([getEventListeners(controller.signal, "abort").length, clock.timers.size], [0, 0]);
});

test("a call that a refusal ends while it waits is refused in time, though it has no timer", async () => {
  const clock = virtualHost();
  const answers = [() => new Response(null, { status: 429, headers: { "retry-after": "50" } })];
  const fetch = async () => answers.shift()?.() ?? new Response("ok");
  const policy = createPolicy({ host: clock.host, fetch, rateLimit: { quotas: [{ limit: 1, window: 1000 }], maxWait: 5000 }, retry: { maxRetryAfter: 60_000 } });
  const [first, second] = [policy.fetch(URL), policy.fetch(URL)];
  let code;
  second.catch((error) => (code = error.code));
  await clock.pass(6000);
  assert.equal(code, "quota-wait-too-long");
  await clock.pass(60_000);
  assert.equal((await first).status, 200);
});

test("thousands that wait for a probe's answer are refused soon after it tells that their turn is too far off", async () => {
  const clock = virtualHost();
  const headers = { "ratelimit-policy": '"hour";q=1;w=3600', ratelimit: '"hour";r=0;t=3600' };
  const policy = createPolicy({ host: clock.host, fetch: async () => new Response("ok", { headers }), rateLimit: { probe: 1 } });
  const calls = Array.from({ length: 5000 }, () => policy.fetch(URL));
  const codes = new Map();
  for (const call of calls) call.then(() => "sent", ({ code }) => code).then((code) => codes.set(code, (codes.get(code) ?? 0) + 1));
  await clock.pass(2000);
  assert.deepEqual([...codes], [["sent", 1], ["quota-wait-too-long", 4999]]);
  assert.equal(clock.timers.size, 0);
});

test("a call with a deadline is not kept waiting past it", async () => {
  const { clock, policy } = stage({ limit: 1, window: 10_000 });
  const first = policy.fetch(URL);
  const late = policy.fetch(URL, {}, { timeout: { total: 5000 } }).catch((error) => error.name);
  const fits = policy.fetch(URL, {}, { timeout: { total: 15_000 } });
  await clock.pass(20_000);
  assert.deepEqual([(await first).status, await late, (await fits).status], [200, "TimeoutError", 200]);
});

test("a call with a clock of its own waits on that", async () => {
  const { clock, policy } = stage({ limit: 1 });
  const other = virtualHost();
  await policy.fetch(URL);
  const call = policy.fetch(URL, {}, { host: other.host });
  await settled();
  assert.deepEqual([clock.timers.size, other.timers.size], [0, 1]);
  await other.pass(1500);
  assert.equal((await call).status, 200);
});

test("what callers change while they wait does not reach the send, nor does what a transport changes reach the others", async () => {
  const clock = virtualHost();
  const seen = [];
  const fetch = async (input, init) => {
    seen.push([`${input}`, init.headers.n, init.body]);
    init.headers.n = "spoilt";
    return new Response("ok");
  };
  const policy = createPolicy({ host: clock.host, fetch, rateLimit: { quotas: [{ limit: 1, window: 1000 }] } });
  const url = new globalThis.URL("https://api.example.com/0");
  const init = { method: "PUT", headers: {} };
  const calls = [];
  for (let n = 0; n < 6; n++) {
    url.pathname = `/${n}`;
    init.headers.n = `${n >> 1}`;
    init.body = `${n >> 2}`;
    calls.push(policy.fetch(url, n === 0 ? { ...init, headers: { ...init.headers } } : init));
  }
  await clock.pass(10_000);
  await Promise.all(calls);
  assert.deepEqual(seen, Array.from({ length: 6 }, (_, n) => [`https://api.example.com/${n}`, `${n >> 1}`, `${n >> 2}`]));
});

test("what a test's fake timers took away with them does not keep later calls waiting", async (t) => {
  const policy = createPolicy({ fetch: async () => new Response("ok"), rateLimit: { quotas: [{ limit: 1, window: 60 }] } });
  t.mock.timers.enable({ apis: ["setTimeout"] });
  await policy.fetch(URL);
  const forgotten = policy.fetch(URL);
  await settled();
  t.mock.timers.reset();
  const later = policy.fetch(URL);
  assert.deepEqual((await Promise.all([forgotten, later])).map(({ status }) => status), [200, 200]);
});
