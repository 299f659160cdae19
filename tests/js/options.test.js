// Bad input gets a typed error that names the field and what was expected.
import assert from "node:assert/strict";
import { test } from "node:test";
import { createPolicy, PolicyError, PolicyOptionError, readQuotas } from "fetch-with-policy";
import * as profiles from "fetch-with-policy/profiles";

for (const [options, field, expected] of [
  [5, "", /object/],
  ["x", "", /object/],
  [{ retries: 3 }, "retries", /^a known option$/],
  [{ retry: 5 }, "retry", /false or an object/],
  [{ retry: null }, "retry", /false or an object/],
  [{ retry: { maxAttempts: 0 } }, "retry.maxAttempts", /1 or more/],
  [{ retry: { maxAttempts: 1.5 } }, "retry.maxAttempts", /whole number/],
  [{ retry: { maxAttempts: "3" } }, "retry.maxAttempts", /whole number/],
  [{ retry: { initialDelay: NaN } }, "retry.initialDelay", /milliseconds/],
  [{ retry: { jitter: "some" } }, "retry.jitter", /full/],
  [{ retry: { statuses: [200] } }, "retry.statuses.0", /status/],
  [{ retry: { statuses: 500 } }, "retry.statuses", /array/],
  [{ retry: { methods: [""] } }, "retry.methods.0", /method/],
  [{ retry: { decide: true } }, "retry.decide", /function/],
  [{ timeout: 5000 }, "timeout", /object/],
  [{ timeout: { total: -1 } }, "timeout.total", /milliseconds/],
  [{ rateLimit: { quotas: [{ limit: 5 }] } }, "rateLimit.quotas.0.window", /milliseconds/],
  [{ rateLimit: { quotas: [{ limit: 5, window: 0 }] } }, "rateLimit.quotas.0.window", /more than 0/],
  [{ rateLimit: { pacing: "fast" } }, "rateLimit.pacing", /burst/],
  [{ onEvent: {} }, "onEvent", /function/],
  [{ userTiming: 1 }, "userTiming", /true or false/],
  [{ fetch: "fetch" }, "fetch", /function/],
  [{ profiles: {} }, "profiles", /array/],
  [{ profiles: [{ name: "x" }] }, "profiles.0.hosts", /host/],
  [{ profiles: [{ name: "x", hosts: ["a.example"], dialects: {} }] }, "profiles.0.dialects", /array/],
  [{ profiles: [{ name: "x", hosts: ["a.example"], dialects: [{ name: "x" }] }] }, "profiles.0.dialects.0", /one of limit/],
  [{ profiles: [{ name: "x", hosts: ["a.example"], dialects: [{ limit: "x-l", resets: "x-r" }] }] }, "profiles.0.dialects.0.resets", /^a known option$/],
  [{ profiles: [{ name: "x", hosts: ["a.example"], dialects: [{ reset: "x r" }] }] }, "profiles.0.dialects.0.reset", /header's name/],
  [{ profiles: [{ name: "x", hosts: ["a.example"], dialects: [{ reset: "x-r", resetUnit: "min" }] }] }, "profiles.0.dialects.0.resetUnit", /delta-min/],
  [{ profiles: [{ name: "x", hosts: ["a.example"], errorsUnder200: "yes" }] }, "profiles.0.errorsUnder200", /true or false/],
  [{ hedge: true }, "hedge", /false or an object/],
  [{ hedge: {} }, "hedge.delay", /finite number of milliseconds, 0 or more/],
  [{ hedge: { maxHedges: 1 } }, "hedge.delay", /finite number of milliseconds, 0 or more/],
  [{ hedge: { delay: -1 } }, "hedge.delay", /0 or more/],
  [{ hedge: { delay: Infinity } }, "hedge.delay", /finite/],
  [{ hedge: { delay: 10, maxHedges: 0 } }, "hedge.maxHedges", /whole number from 1 to 10/],
  [{ hedge: { delay: 10, maxHedges: 11 } }, "hedge.maxHedges", /whole number from 1 to 10/],
]) {
  test(`${JSON.stringify(options)} is refused`, () => {
    assert.throws(() => createPolicy(options), (error) => {
      assert.ok(error instanceof PolicyOptionError && PolicyOptionError.is(error) && PolicyError.is(error));
      assert.equal(error.code, "invalid-option");
      assert.equal(error.field, field);
      assert.match(error.expected, expected);
      if (error.expected !== "a known option") assert.ok(error.message.includes(error.expected));
      else assert.match(error.message, /^unknown option "/);
      return true;
    });
  });
}

for (const [options, field, message] of [
  [{ retry: { maxRetries: 3 } }, "retry.maxRetries", 'unknown option "retry.maxRetries"; did you mean "retry.maxAttempts"?'],
  [{ retry: { limit: 3 } }, "retry.limit", 'unknown option "retry.limit"; did you mean "retry.maxAttempts"?'],
  [{ retires: 3 }, "retires", 'unknown option "retires"'],
  [{ ratelimit: {} }, "ratelimit", 'unknown option "ratelimit"; did you mean "rateLimit"?'],
  [{ 'a\nb"c': 1 }, 'a\nb"c', 'unknown option "a\nb"c"'],
]) {
  test(`an unknown option is named, with the one that was probably meant: ${field}`, async () => {
    assert.throws(() => createPolicy(options), { name: "PolicyOptionError", code: "invalid-option", field, message, expected: "a known option" });
    await assert.rejects(createPolicy().fetch("http://localhost:9/", {}, options), { field, message });
  });
}

for (const [options, message] of [
  [{ timeout: 5000 }, 'timeout: expected an object; did you mean "timeout.total", a number of milliseconds, more than 0?'],
  [{ retry: 3 }, 'retry: expected false or an object; did you mean "retry.maxAttempts", a whole number of 1 or more, which counts the first send?'],
  [{ retry: 0 }, "retry: expected false or an object"],
  [{ hedge: 300 }, 'hedge: expected false or an object; did you mean "hedge.delay", a finite number of milliseconds, 0 or more?'],
  [{ rateLimit: 10 }, "rateLimit: expected false or an object"],
  [{ retry: { methods: "GET" } }, "retry.methods: expected an array"],
  [5, "options: expected an object"],
]) {
  test(`a value that is meant for an option of the group names it: ${JSON.stringify(options)}`, () => assert.throws(() => createPolicy(options), { name: "PolicyOptionError", message }));
}

test("every option of the contract that this version has is taken", () => {
  createPolicy({
    profiles: [profiles.clever, profiles.unit21],
    priority: -1,
    cost: { requests: 1, tokens: 800 },
    timeout: { attempt: 1000, total: Infinity },
    retry: {
      maxAttempts: Infinity, initialDelay: 0, backoffFactor: 1, maxDelay: 1, jitter: "equal", maxRetryAfter: 1, statuses: [503],
      methods: ["GET", "POST"], retryNonIdempotent: true,
      budget: { ratio: 0, minPerWindow: 0, window: 1 }, decide: () => undefined,
    },
    rateLimit: {
      quotas: [{ name: "a", limit: 1, window: 1, algorithm: "token-bucket", unit: "requests" }], scope: () => "x", pacing: "spread",
      probe: Infinity, maxConcurrent: 1, maxWait: Infinity, maxQueue: 0, early: false, credentials: ["x-customer"], buckets: ["/channels/{id}"],
    },
    circuitBreaker: { failureRatio: 1, minimumCalls: 1, window: 1, openFor: 1 }, hedge: { delay: 0, maxHedges: 10 }, idempotencyKey: false, throwHttpErrors: false, prepare: () => undefined, onEvent: () => {}, userTiming: false,
    fetch: () => Promise.reject(), unavailable: "throw", host: {}, coordinator: undefined,
  });
  createPolicy({ retry: { budget: false }, circuitBreaker: false, hedge: false });
  createPolicy({ retry: false, rateLimit: false, idempotencyKey: () => "k", unavailable: "bypass" });
  createPolicy(undefined);
});

test("errors are known across realms and copies, and nothing else is", () => {
  assert.equal(PolicyOptionError.is({ [Symbol.for("fetch-with-policy.error")]: ["PolicyError", "PolicyOptionError"] }), true);
  for (const value of [null, undefined, 1, {}, new Error("x"), new Proxy({}, { get() { throw new Error(); } })]) {
    assert.equal(PolicyError.is(value), false);
  }
});

test("readQuotas reads headers in each form, and never throws", () => {
  const now = 1394506250000;
  const told = { "X-RateLimit-Limit": "1200", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1394506274", "X-RateLimit-Bucket": "abc123" };
  for (const headers of [told, new Headers(told), Object.entries(told)]) {
    const { quotas, retryAfter } = readQuotas(headers, { status: 429, now });
    assert.equal(retryAfter, undefined);
    assert.equal(quotas.length, 1);
    const { name, limit, remaining, resetAt, source } = quotas[0];
    assert.deepEqual({ name, limit, remaining, resetAt }, { name: "abc123", limit: 1200, remaining: 0, resetAt: 1394506274000 });
    assert.match(source, /^x-ratelimit-/);
  }
  assert.equal(readQuotas({ "retry-after": "Tue, 11 Mar 2014 02:51:14 GMT" }, { now }).retryAfter.delay, 24_000);
  for (const odd of [undefined, null, 5, "x", [], [[]], { a: null }, { "x-ratelimit-limit": "\n1e309" }]) readQuotas(odd);
});
