// What a policy knows of quotas, carried over to another.
import assert from "node:assert/strict";
import { test } from "node:test";
import { createPolicy, PolicyOptionError } from "fetch-with-policy";

const HEADERS = { authorization: "Bearer SECRET" };
// With a `Date`: where none can be read, a reset is no more than a guess.
const spent = (reset) => ({ date: new Date().toUTCString(), "x-ratelimit-limit": "5", "x-ratelimit-remaining": "0", "x-ratelimit-reset": `${reset}`, "x-ratelimit-bucket": "b" });

async function policyThatKnows(host = {}) {
  const reset = Math.ceil(Date.now() / 1000) + 60;
  const policy = createPolicy({ host, fetch: async () => new Response("ok", { headers: spent(reset) }) });
  await policy.fetch("https://api.example.com/", { headers: HEADERS });
  return { policy, reset };
}

test("a quota that is used up is still used up in another policy", async () => {
  const { policy, reset } = await policyThatKnows();
  const snapshot = JSON.parse(JSON.stringify(policy.snapshot()));
  assert.doesNotMatch(JSON.stringify(snapshot), /SECRET/);
  let sends = 0;
  const other = createPolicy({ rateLimit: { maxWait: 1000 }, fetch: async () => (sends++, new Response("ok")) });
  other.restore(snapshot);
  const [state] = other.quotas();
  assert.deepEqual([state.limit, state.remaining, state.name], [5, 0, "b"]);
  assert.ok(Math.abs(state.resetAt - reset * 1000) <= 2, `${state.resetAt - reset * 1000} ms`);
  await assert.rejects(other.fetch("https://api.example.com/", { headers: HEADERS }), { code: "quota-wait-too-long" });
  assert.equal(sends, 0);
  await other.fetch("https://api.example.com/", { headers: { authorization: "Bearer OTHER" } });
  assert.equal(sends, 1);
});

test("what is known better is kept", async () => {
  const { policy } = await policyThatKnows();
  const before = policy.quotas();
  const snapshot = policy.snapshot();
  snapshot.quotas[0].remaining = 5;
  policy.restore(snapshot);
  assert.deepEqual(policy.quotas().map(({ remaining }) => remaining), before.map(({ remaining }) => remaining));
});

const KEY = "0".repeat(32);
const good = (more = {}) => ({ scope: "https://a.example", key: KEY, source: "x", limit: 5, remaining: 0, resetAt: Date.now() + 60_000, window: 60_000, ...more });
const thrown = new Error("thrown by a getter");
const throwing = (name) => Object.defineProperty(good(), name, { enumerable: true, get: () => { throw thrown; } });
const proxy = (target, more) => new Proxy(target, { get: (of, name) => more[name]?.() ?? of[name] });
const fail = () => { throw thrown; };
const revoked = () => {
  const { proxy, revoke } = Proxy.revocable([], {});
  revoke();
  return proxy;
};

/** What is wrong, the field that is named, and whether something was thrown that is the cause. @type {[string, () => any, string, boolean?][]} */
const BAD = [
  ["undefined", () => undefined, "snapshot"],
  ["null", () => null, "snapshot"],
  ["a number", () => 5, "snapshot"],
  ["an empty object", () => ({}), "version"],
  ["another version", () => ({ version: 2, quotas: [] }), "version"],
  ["a version in text", () => ({ version: "1", quotas: [] }), "version"],
  ["a version that throws", () => Object.defineProperty({ quotas: [] }, "version", { get: fail }), "version", true],
  ["no quotas", () => ({ version: 1 }), "quotas"],
  ["an object as quotas", () => ({ version: 1, quotas: { length: 0 } }), "quotas"],
  ["quotas that throw", () => Object.defineProperty({ version: 1 }, "quotas", { get: fail }), "quotas", true],
  ["a revoked proxy as quotas", () => ({ version: 1, quotas: revoked() }), "quotas", true],
  ["quotas whose length throws", () => ({ version: 1, quotas: proxy([], { length: fail }) }), "quotas.length", true],
  ["a quota that throws", () => ({ version: 1, quotas: proxy([good(), good()], { 1: fail }) }), "quotas.1", true],
  ...["null", 5, "text", undefined, null, Symbol("x")].map((quota) => /** @type {any} */ ([`${String(quota)} as a quota`, () => ({ version: 1, quotas: [good(), quota] }), "quotas.1"])),
  // What each member may not be, in the second quota, behind one that is right.
  ...Object.entries({
    scope: [undefined, "", " ", 5, [], null, Symbol("x")],
    key: [undefined, "zz", `${KEY}0`, `${KEY}\n`, 5, [KEY], { toString: () => KEY }, Symbol("x")],
    name: [5, null, [], true, Symbol("x")],
    unit: [5, null, {}, 1n],
    source: [5, null, [], Symbol("x")],
    limit: [-1, "5", [5], true, null, NaN, Infinity, 1n, Symbol("x"), { valueOf: () => 5 }],
    remaining: [-1, "5", [], false, null, NaN, Infinity, 1n, Symbol("x"), new Date(0)],
    resetAt: ["5", [5], true, null, NaN, Infinity, -Infinity, 1n, Symbol("x"), new Date(5)],
    window: [-1, "5", [5], true, null, NaN, Infinity, 1n, Symbol("x")],
  }).flatMap(([name, values]) => [
    ...values.map((value) => /** @type {any} */ ([`${typeof value} ${Array.isArray(value) ? "[…]" : String(value)} as ${name}`, () => ({ version: 1, quotas: [good(), good({ [name]: value })] }), `quotas.1.${name}`])),
    /** @type {any} */ ([`a ${name} that throws`, () => ({ version: 1, quotas: [good(), throwing(name)] }), `quotas.1.${name}`, true]),
  ]),
];

for (const [what, make, field, throws = false] of BAD) {
  test(`a snapshot with ${what} is refused at ${field}, and nothing of it is taken up`, async () => {
    const now = Date.now();
    const { policy } = await policyThatKnows({ now: () => now, monotonic: () => 1000 });
    const before = policy.snapshot();
    assert.throws(() => policy.restore(make()), (error) => {
      assert.ok(PolicyOptionError.is(error));
      assert.deepEqual([error.field, error.code, error.message, error.name], [field, "invalid-snapshot", `${field}: expected ${error.expected}`, "PolicyOptionError"]);
      assert.ok(error.expected.length > 0);
      assert.deepEqual(["cause" in error, what.includes("revoked") || error.cause === (throws ? thrown : undefined)], [throws, true]);
      return true;
    });
    assert.deepEqual(policy.snapshot(), before);
  });
}

test("each member is read once, before anything is taken up", () => {
  const reads = [];
  const logged = (name, target) => new Proxy(target, { get: (of, key) => (reads.push(`${name}.${String(key)}`), of[key]) });
  const policy = createPolicy();
  policy.restore(logged("snapshot", { version: 1, quotas: logged("quotas", [logged("0", good()), logged("1", good({ name: "b" }))]) }));
  assert.equal(new Set(reads).size, reads.length, reads.join(" "));
  assert.deepEqual(policy.quotas().map(({ name }) => name), [undefined, "b"]);
});

test("a snapshot that was taken under a clock before 1970 is taken up under that clock", async () => {
  const now = -1e12;
  const host = { now: () => now, monotonic: () => 1000 };
  const policy = createPolicy({ host, fetch: async () => new Response("ok", { headers: { "x-ratelimit-limit": "5", "x-ratelimit-remaining": "0", "x-ratelimit-reset-after": "60" } }) });
  await policy.fetch("https://api.example.com/");
  const snapshot = policy.snapshot();
  assert.equal(snapshot.quotas[0].resetAt, now + 60_000);
  const other = createPolicy({ host });
  other.restore(JSON.parse(JSON.stringify(snapshot)));
  assert.deepEqual(other.snapshot(), snapshot);
});

test("of a snapshot with more scopes than a policy keeps, those are taken up that there is room for", () => {
  const quotas = Array.from({ length: 100_000 }, (_, index) => good({ key: index.toString(16).padStart(32, "0") }));
  const policy = createPolicy();
  policy.restore({ version: 1, quotas });
  assert.deepEqual(policy.snapshot().quotas.map(({ key }) => key), quotas.slice(0, 1000).map(({ key }) => key));
});
