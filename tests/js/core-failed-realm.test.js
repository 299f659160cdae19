// What a failed core leaves of all that is not a call: policies and their options, quotas, the explainer, and what is freed.
import assert from "node:assert/strict";
import { test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { clever } from "fetch-with-policy/profiles";
import { crash, crowded, load, URL } from "./capped.js";
import { settled, virtualHost } from "./virtual.js";

let instances = 0;
const { Instance } = WebAssembly;
WebAssembly.Instance = class extends Instance {
  constructor(...args) {
    super(...args);
    instances++;
  }
};

const stray = [];
process.on("unhandledRejection", (error) => stray.push(error));
process.on("uncaughtException", (error) => stray.push(error));
test.afterEach(() => assert.deepEqual(stray, []));

const it = await load("node", { policy: 3, explain: 12 });
const isCoreFailed = (error) => it.PolicyError.is(error) && error.code === "core-failed" && error.cause instanceof WebAssembly.RuntimeError;

/** What a policy does, to tell by it what its options are: statuses and times of its sends. */
async function sendsOf(policy, clock, sends, url) {
  sends.length = 0;
  const call = policy.fetch(url).catch((error) => error.name);
  await clock.pass(3_600_000);
  const result = await call;
  return [sends.map((at) => at - sends[0]), result.status ?? result];
}

test("a policy, and those extended from it, keep the options that they were given, whatever became of the objects", async () => {
  const clock = virtualHost();
  const sends = [];
  const fetch = async () => (sends.push(clock.time), new Response("{}", { status: 418 }));
  const options = { host: clock.host, fetch, profiles: [clever], retry: { statuses: [418, 503], jitter: "none", budget: false, maxAttempts: 3 } };
  const more = { retry: { initialDelay: 1000 }, throwHttpErrors: true };
  const base = it.createPolicy(options);
  const family = [base, base.extend(more), base.extend({ retry: false }), base.extend({ retry: false }).extend({ retry: { statuses: [418], maxAttempts: 2 } })];
  const seen = async () => {
    const all = [];
    for (const policy of family) for (const url of [URL, "https://api.clever.com/v3.0/users"]) all.push(await sendsOf(policy, clock, sends, url));
    return all;
  };
  const before = await seen();
  assert.equal(new Set(before.map(String)).size > 3, true, "the policies differ");
  options.retry.statuses.length = 0;
  options.retry.maxAttempts = 9;
  more.retry = "bad";
  await crash(it);
  assert.deepEqual(await seen(), before);
});

test("policies that share a state share one again, also those that were idle for several failures", async () => {
  const quota = { headers: { ratelimit: '"a";r=4;t=60', "ratelimit-policy": '"a";q=5;w=60' } };
  const base = it.createPolicy({ fetch: async () => new Response("", quota) });
  const [one, two] = [base.extend({}), base.extend({})];
  await one.fetch(URL);
  assert.deepEqual([base, one, two].map((policy) => policy.quotas().length), [1, 1, 1]);
  for (const policy of [one, two]) {
    await crash(it);
    assert.deepEqual(policy.quotas(), []);
    await policy.fetch(URL);
  }
  const late = base.extend({});
  assert.deepEqual([base, one, two, late].map((policy) => policy.quotas().length), [1, 1, 1, 1]);
  const snapshot = base.snapshot();
  await crash(it);
  base.restore(snapshot);
  assert.deepEqual([base, late].map((policy) => policy.quotas().length), [1, 1]);
});

test("a failure takes one new instance, made by the next call; one that fails in turn does not take another", async () => {
  const stage = crowded(it);
  instances = 0;
  for (const round of [1, 2, 3]) {
    await stage.load();
    stage.answer();
    await settled();
    // The first load may find one at work.
    assert.ok(instances <= round, `${instances} in ${round} rounds`);
  }
});

test("options that no memory holds are refused with core-failed after two instances; with bypass calls go through", async () => {
  const profiles = Array.from({ length: 3000 }, (_, n) => ({ ...clever, name: `${n}`, hosts: Array.from({ length: 20 }, (_, m) => `host-${m}.api-${n}.example.com`) }));
  instances = 0;
  assert.throws(() => it.createPolicy({ profiles }), isCoreFailed);
  assert.ok(instances <= 2, `${instances}`);
  const policy = it.createPolicy({ profiles, unavailable: "bypass", fetch: async () => new Response("through") });
  assert.equal(await (await policy.fetch(URL)).text(), "through");
  assert.deepEqual(policy.quotas(), []);

  // For one call, over a policy that is well.
  const well = it.createPolicy({ fetch: async () => new Response("well") });
  instances = 0;
  await assert.rejects(it.fetchWithPolicy(URL, undefined, { profiles }), isCoreFailed);
  assert.ok(instances <= 1, `${instances}`);
  const fetch = async () => new Response("through");
  assert.equal(await (await it.fetchWithPolicy(URL, undefined, { profiles, fetch, unavailable: "bypass" })).text(), "through");
  assert.throws(() => well.extend({ profiles }), isCoreFailed);
  assert.equal(await (await well.fetch(URL)).text(), "well");
});

test("where no new instance is to be had, `unavailable` decides, and the next call tries again", async () => {
  const fetch = async () => new Response("sent");
  const [strict, lenient] = [it.createPolicy({ fetch }), it.createPolicy({ fetch, unavailable: "bypass", rateLimit: { quotas: [{ limit: 5, window: 60_000 }] } })];
  await crash(it);
  const Counting = WebAssembly.Instance;
  WebAssembly.Instance = class {
    constructor() {
      throw new RangeError("Out of memory: Cannot allocate Wasm memory for new instance");
    }
  };
  try {
    await assert.rejects(strict.fetch(URL), (error) => it.PolicyError.is(error) && error.code === "wasm-unavailable" && error.cause instanceof RangeError);
    assert.throws(() => strict.quotas(), { code: "wasm-unavailable" });
    assert.equal(await (await lenient.fetch(URL)).text(), "sent");
    assert.deepEqual([lenient.quotas(), lenient.snapshot(), lenient.restore({ version: 1, quotas: [] })], [[], { version: 1, quotas: [] }, undefined]);
  } finally {
    WebAssembly.Instance = Counting;
  }
  assert.equal(await (await strict.fetch(URL)).text(), "sent");
  await lenient.fetch(URL);
  assert.equal(lenient.quotas()[0].remaining, 4);
});

test("a stack that overflows in the core does not outlive the call", async () => {
  const policy = it.createPolicy({ fetch: async () => new Response("sent") });
  const calls = [];
  const dive = () => {
    try {
      dive();
    } catch {
      // Each depth near the end of the stack: somewhere it ends inside the core.
    }
    try {
      if (calls.length < 400) calls.push(policy.fetch(URL));
    } catch (error) {
      assert.ok(error instanceof RangeError, `${error}`);
    }
  };
  dive();
  for (const { value, reason } of await Promise.allSettled(calls)) {
    const isOverflow = reason instanceof RangeError || reason?.cause instanceof RangeError || isCoreFailed(reason);
    assert.ok(value?.status === 200 || isOverflow, `${reason}`);
  }
  assert.equal((await policy.fetch(URL)).status, 200);
});

test("what the garbage collector finds of a dead instance is not freed in the new one", async () => {
  setFlagsFromString("--expose-gc");
  const gc = runInNewContext("gc");
  const dropped = () => {
    for (let n = 0; n < 50; n++) it.createPolicy({ timeout: { total: n + 1 } });
  };
  const kept = it.createPolicy({ fetch: async () => new Response("", { headers: { ratelimit: '"a";r=4;t=60', "ratelimit-policy": '"a";q=5;w=60' } }) });
  for (let round = 0; round < 3; round++) {
    dropped();
    await crash(it);
    dropped();
    await kept.fetch(URL);
    for (let turn = 0; turn < 5; turn++) {
      gc();
      await settled();
    }
    assert.equal(kept.quotas()[0].remaining, 4);
    assert.equal((await kept.fetch(URL)).status, 200);
    assert.equal(kept.quotas()[0].limit, 5);
  }
});

test("the explainer explains on: what its memory cannot take by less of it, and all else as ever", async () => {
  const plenty = await load("node", {});
  const catalogs = [{ catalog: 1, provider: "acme", hosts: ["api.example.com"], rules: [{ id: "acme.gone", when: { status: 410 }, then: { kind: "not_found", action: "Look elsewhere." } }] }];
  const report = { status: 404, url: URL, body: '{"error":{"code":"x","message":"No such item"}}', now: 0 };
  const huge = { ...report, requestHeaders: Object.fromEntries(Array.from({ length: 200 }, (_, n) => [`x-${n}`, "v".repeat(4000)])) };
  const own = it.createExplainer({ catalogs });
  for (let round = 0; round < 3; round++) {
    instances = 0;
    const { kind, provider } = it.explain(huge);
    assert.equal(kind, "not_found");
    assert.equal(provider, plenty.explain(report).provider);
    assert.equal(own.explain(huge).kind, "not_found");
    assert.ok(instances <= 6, `${instances}`);
    assert.deepEqual(it.explain(report), plenty.explain(report));
    assert.equal(own.explain({ ...report, status: 410 }).action, "Look elsewhere.");
    assert.equal(own.lookup("acme.gone").action, "Look elsewhere.");
    assert.equal((await it.explainResponse(new Response("", { status: 401 }))).kind, plenty.explain({ status: 401 }).kind);
  }
});

test("fetch never throws: what does is a rejection", async () => {
  const thrower = (error = new Error("hostile")) => new Proxy({}, { get: () => { throw error; }, has: () => { throw error; }, ownKeys: () => { throw error; } });
  const policy = it.createPolicy({ fetch: () => { throw new TypeError("at once"); } });
  const clockless = it.createPolicy({ fetch: async () => new Response(), host: { now: () => { throw new TypeError("no clock"); } } });
  for (const call of [
    () => policy.fetch(),
    () => policy.fetch(Symbol("x")),
    () => policy.fetch(thrower()),
    () => policy.fetch(URL, thrower()),
    () => policy.fetch(URL, undefined, thrower()),
    () => policy.fetch(URL, undefined, { timeout: thrower() }),
    () => policy.fetch("data:,x", undefined, thrower()),
    () => policy.fetch(URL, undefined, 5),
    () => clockless.fetch(URL),
    () => it.fetchWithPolicy(URL, undefined, thrower()),
    () => it.fetchWithPolicy(thrower(), thrower(), { fetch: () => { throw thrower(); } }),
  ]) {
    let promise;
    assert.doesNotThrow(() => (promise = call()));
    // The reason may be a proxy that throws at any look.
    assert.equal(await promise.then(() => "resolved", () => "rejected"), "rejected", String(call));
  }
});
