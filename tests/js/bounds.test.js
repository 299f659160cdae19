// How much of a response is read: what a server sends costs no more than that, in time and in memory.
import assert from "node:assert/strict";
import { test } from "node:test";
// Before the package, whose memory it measures.
import { linear } from "./footprint.js";
import { createPolicy, explainResponse, readQuotas } from "fetch-with-policy";

const MEGABYTE = 2 ** 20;

test("of a long list the members that are whole in 4 KB are read, and 64 at most", () => {
  const names = (ratelimit) => readQuotas({ ratelimit }).quotas.map(({ name }) => name);
  const named = (count, pad) => Array.from({ length: count }, (_, n) => `"${`${n}`.padStart(pad, "0")}";r=${n};t=1`);
  assert.equal(names(named(20, 3).join()).length, 20);
  assert.equal(names(named(20, 400).join()).length, 9, "as many as 4 KB hold");
  const same = (count) => Array(count).fill('"a";r=1');
  assert.deepEqual(names([...same(63), '"z";r=0'].join()), ["a", "z"]);
  assert.deepEqual(names([...same(64), '"z";r=0'].join()), ["a"]);
  // Wherever the cut falls, a number is read whole or not at all.
  const found = new Set();
  for (let length = 4050; length < 4090; length++) {
    const { quotas } = readQuotas({ ratelimit: `"${"f".repeat(length)}";r=1,"z";r=123456` });
    found.add(quotas.find(({ name }) => name === "z")?.remaining);
  }
  assert.deepEqual(found, new Set([123_456, undefined]));
});

test("a value that is too long is ignored, and hides no other", () => {
  assert.deepEqual(readQuotas({ "x-ratelimit-limit": "1".repeat(5000) }), { quotas: [] });
  const { quotas, retryAfter } = readQuotas({ "ratelimit-policy": "x".repeat(9000), "x-ratelimit-limit": "5", "retry-after": "1".repeat(9000), "x-retry-after": "3" }, { now: 0 });
  assert.deepEqual([quotas.map(({ limit }) => limit), retryAfter.delay], [[5], 3000]);
});

test("a name of over 128 bytes is kept as a hash, the same each time and another for each name", () => {
  const name = (end) => readQuotas({ ratelimit: `"${"n".repeat(200)}${end}";r=1;t=1` }).quotas[0].name;
  assert.match(name("a"), /^#[0-9a-f]{16}$/);
  assert.equal(name("a"), name("a"));
  assert.notEqual(name("a"), name("b"));
  const short = "n".repeat(128);
  assert.equal(readQuotas({ ratelimit: `"${short}";r=1;t=1` }).quotas[0].name, short);
  const of = (headers) => readQuotas({ "x-ratelimit-limit": "5", ...headers }).quotas[0];
  assert.match(of({ "x-ratelimit-bucket": "b".repeat(300) }).name, /^#[0-9a-f]{16}$/);
  assert.match(readQuotas({ ratelimit: `"a";r=1;qu="${"u".repeat(300)}"` }).quotas[0].unit, /^#[0-9a-f]{16}$/);
  const long = readQuotas({ [`x-ratelimit-limit-${"d".repeat(300)}`]: "5" }).quotas[0];
  assert.match(long.name, /^#[0-9a-f]{16}$/);
  assert.match(long.source, /^#[0-9a-f]{16}$/);
  assert.match(readQuotas({ [`x-${"d-".repeat(300)}retry-after`]: "5" }).retryAfter.source, /^#[0-9a-f]{16}$/);
});

test("names that a server chooses do not fill the memory", async () => {
  // As many headers as quotas may be, each of another name.
  const headers = Array.from({ length: 16 }, (_, n) => [`x-ratelimit-limit-${n}-${"n".repeat(15_000)}`, "100"]);
  const policy = createPolicy({ fetch: async () => new Response("ok", { headers }) });
  const call = (n) => policy.fetch("https://api.example.com/", { headers: { authorization: `Bearer ${n}` } });
  await call(0);
  const before = linear();
  for (let n = 1; n <= 200; n++) await call(n);
  assert.ok(linear() - before < 4 * MEGABYTE, `${(linear() - before) / MEGABYTE} MB`);
  const quotas = policy.quotas();
  assert.ok(quotas.length >= 200 * 16, `${quotas.length} quotas`);
  assert.ok(quotas.every(({ name, source }) => `${name}`.length <= 128 && source.length <= 128));
  assert.equal(new Set(quotas.map(({ name }) => name)).size, 16);
});

test("no more of a body, and of a header, crosses to the core than it reads", () => {
  const front = '{"message":"You are being rate limited. Try again in 7s."';
  const body = front + " ".repeat(65_536 - front.length);
  const read = readQuotas({}, { status: 429, body });
  assert.equal(read.retryAfter.delay, 7000);
  const before = linear();
  assert.deepEqual(readQuotas({}, { status: 429, body: body + "x".repeat(40 * MEGABYTE) }), read);
  assert.deepEqual(readQuotas({}, { status: 429, body: "é".repeat(20 * MEGABYTE) }), { quotas: [], limited: true });
  assert.deepEqual(readQuotas({ "x-ratelimit-limit": "1".repeat(40 * MEGABYTE) }), { quotas: [] });
  assert.ok(linear() - before < 2 * MEGABYTE, `${(linear() - before) / MEGABYTE} MB`);
});

/** A body of empty chunks, which breaks off where a reader without a bound would still read. */
function empty(pulls, end) {
  return new ReadableStream(
    {
      pull(controller) {
        if (++pulls.count > end) controller.error(new Error("read for too long"));
        else controller.enqueue(new Uint8Array(0));
      },
    },
    { highWaterMark: 0 },
  );
}

test("a body of empty chunks without end is let go of by the policy and by the explainer", async () => {
  for (const read of [
    (make) => createPolicy({ fetch: async () => make(), retry: false }).fetch("https://api.example.com/"),
    async (make) => void (await explainResponse(make())),
  ]) {
    const pulls = { count: 0 };
    const response = await read(() => new Response(empty(pulls, 100_000), { status: 403 }));
    assert.ok(pulls.count > 100 && pulls.count < 10_000, `${pulls.count} chunks`);
    await response?.body.cancel();
  }
});

test("what was peeked at is the caller's to read, and a body in small chunks is read as far as it tells", async () => {
  const text = JSON.stringify({ message: "You have exceeded a secondary rate limit", more: "x".repeat(2000) });
  const chunks = () => {
    let at = 0;
    return new ReadableStream({
      pull(controller) {
        if (at === text.length) return controller.close();
        controller.enqueue(new TextEncoder().encode(text[at++]));
      },
    });
  };
  const seen = [];
  const policy = createPolicy({ fetch: async () => new Response(chunks(), { status: 403 }), retry: { maxAttempts: 1 }, onEvent: (event) => seen.push(event) });
  const response = await policy.fetch("https://api.example.com/");
  assert.equal(await response.text(), text);
  assert.ok(seen.length > 0);
});
