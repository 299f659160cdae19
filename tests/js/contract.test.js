// What index.d.ts says of each option, event and record, as checks: the numbers are those of its documentation.
import assert from "node:assert/strict";
import { test } from "node:test";
import { callRecord, CircuitOpenError, createPolicy, fetchWithPolicy, HttpError, PolicyError, PolicyOptionError, RateLimitError } from "fetch-with-policy";
import { createSimulator } from "fetch-with-policy/testing";
import { scripted, URL } from "./scripted.js";
import { settled, virtualHost } from "./virtual.js";

const steady = { jitter: "none", budget: false };
const gaps = (times) => times.slice(1).map((at, n) => at - times[n]);
const gaveUp = (settled) => callRecord(settled.response ?? settled.error).gaveUp;

/** Makes `count` calls at once. */
async function burst(stage, count, argsOf = () => [URL], most = 600_000) {
  const calls = Array.from({ length: count }, (_, n) => stage.policy.fetch(...argsOf(n)).then((response) => ({ response }), (error) => ({ error })));
  await stage.clock.pass(most);
  return Promise.all(calls);
}

test('"spread" goes evenly over the window, "burst" at once', async () => {
  const quotas = [{ limit: 6, window: 6000 }];
  const even = scripted([[200]], { rateLimit: { quotas, pacing: "spread", probe: Infinity } });
  await burst(even, 6);
  const between = gaps(even.times);
  assert.ok(between.every((gap) => gap >= 900 && gap <= 1300), `${even.times}`);
  const fast = scripted([[200]], { rateLimit: { quotas, probe: Infinity } });
  await burst(fast, 7);
  assert.deepEqual(fast.times.slice(0, 6), [0, 0, 0, 0, 0, 0]);
  assert.ok(fast.times[6] >= 6000);
});

test("six go while nothing is known, or as many as `probe` says, and one counts for a second at most", async () => {
  const first = async (probe) => {
    const stage = scripted([[200]], { rateLimit: { probe } }, { latency: 5000 });
    const calls = Array.from({ length: 30 }, () => stage.policy.fetch(URL));
    await stage.clock.pass(999);
    const before = stage.sends.length;
    await stage.clock.pass(2);
    const after = stage.sends.length;
    await stage.clock.pass(60_000);
    await Promise.all(calls);
    return [before, after];
  };
  assert.deepEqual(await first(undefined), [6, 12]);
  assert.deepEqual(await first(2), [2, 4]);
  assert.deepEqual(await first(Infinity), [30, 30]);
});

test("`maxConcurrent` bounds the sends in flight of a scope, and `priority` says who is next", async () => {
  const stage = scripted([[200]], { rateLimit: { maxConcurrent: 2, probe: Infinity } }, { latency: 100 });
  await burst(stage, 8, (n) => [`${URL}?${n}`, {}, { priority: n < 5 ? 0 : n }]);
  assert.deepEqual(stage.times, [0, 0, 100, 100, 200, 200, 300, 300]);
  assert.deepEqual(stage.sends.map(({ input }) => Number(input.split("?")[1])), [0, 1, 7, 6, 5, 2, 3, 4]);
});

test("a wait of 120 s for a quota is waited and a longer one refused, with the time and the quota", async () => {
  const headers = (seconds) => ({ "x-ratelimit-limit": "5", "x-ratelimit-remaining": "0", "x-ratelimit-reset": `${seconds}` });
  const short = scripted([[200, headers(115)], [200]]);
  await short.call();
  assert.equal((await short.call([URL], 300_000)).response.status, 200);
  assert.ok(short.times[1] >= 115_000);
  const long = scripted([[200, headers(130)], [200]]);
  await long.call();
  const { error, at } = await long.call();
  assert.ok(RateLimitError.is(error) && PolicyError.is(error) && error instanceof RateLimitError);
  assert.deepEqual([at, error.name, error.code, callRecord(error).gaveUp, error.record.gaveUp], [0, "RateLimitError", "quota-wait-too-long", "quota-wait-too-long", "quota-wait-too-long"]);
  assert.ok(error.retryAt >= long.clock.host.now() + 130_000 && error.retryAt <= long.clock.host.now() + 132_000);
  assert.deepEqual([error.quota.limit, error.quota.remaining, error.quota.source, typeof error.quota.scope], [5, 0, "x-ratelimit-reset", "string"]);
  assert.equal(long.sends.length, 1);
});

test("one call more than `maxQueue` is refused at once", async () => {
  const stage = scripted([[200]], { rateLimit: { maxQueue: 2, quotas: [{ limit: 1, window: 1000 }] } });
  const ends = await burst(stage, 4);
  assert.deepEqual(ends.map(({ error }) => error?.code), [undefined, undefined, undefined, "queue-full"]);
  const { error } = ends[3];
  assert.ok(RateLimitError.is(error) && error.retryAt > 0);
  assert.equal(callRecord(error).gaveUp, "queue-full");
  const none = scripted([[200]], { rateLimit: { maxQueue: 0, quotas: [{ limit: 1, window: 1000 }] } });
  assert.deepEqual((await burst(none, 2)).map(({ error }) => error?.code), [undefined, "queue-full"]);
});

test("`cost` is taken of each unit", async () => {
  const quotas = [{ limit: 1000, window: 1000, unit: "tokens", name: "tpm" }, { limit: 10, window: 1000 }];
  const stage = scripted([[200]], { rateLimit: { quotas, probe: Infinity } });
  await burst(stage, 3, () => [URL, {}, { cost: { requests: 1, tokens: 400 } }]);
  assert.deepEqual(stage.times.slice(0, 2), [0, 0]);
  assert.ok(stage.times[2] >= 1000);
  const heavy = scripted([[200]], { rateLimit: { quotas: [{ limit: 10, window: 1000 }], probe: Infinity } });
  await burst(heavy, 3, () => [URL, {}, { cost: 5 }]);
  assert.deepEqual(heavy.times.slice(0, 2), [0, 0]);
  assert.ok(heavy.times[2] >= 1000);
});

test("several quotas bind one call at once, and a token bucket fills evenly", async () => {
  const both = scripted([[200]], { rateLimit: { quotas: [{ limit: 2, window: 1000 }, { limit: 3, window: 10_000 }], probe: Infinity } });
  await burst(both, 4);
  assert.deepEqual(both.times.slice(0, 2), [0, 0]);
  assert.ok(both.times[2] >= 1000 && both.times[2] < 1200 && both.times[3] >= 10_000 && both.times[3] < 10_200, `${both.times}`);
  const bucket = scripted([[200]], { rateLimit: { quotas: [{ limit: 4, window: 4000, algorithm: "token-bucket" }], probe: Infinity } });
  await burst(bucket, 7);
  assert.deepEqual(bucket.times.slice(0, 4), [0, 0, 0, 0]);
  assert.ok(gaps(bucket.times).slice(3).every((gap) => gap >= 990 && gap <= 1100), `${bucket.times}`);
});

test("the caller goes before the profile, and the profile before the defaults, for its hosts alone", async () => {
  const profile = { name: "x", hosts: ["api.example.com", "*.wild.example", "localhost:8080"], retry: { maxAttempts: 2, initialDelay: 700, ...steady } };
  const run = async (url, retry) => {
    const stage = scripted([[503]], { profiles: [profile], ...(retry && { retry }) });
    await stage.call([url]);
    return stage.sends.length;
  };
  for (const [url, sends] of [
    ["https://api.example.com/", 2],
    ["https://api.example.com:443/", 2],
    ["https://API.example.COM/", 2],
    ["https://www.example.com/", 4],
    ["https://api.example.com.evil.test/", 4],
    ["https://a.wild.example/", 2],
    ["https://a.b.wild.example/", 2],
    ["https://wild.example/", 4],
    ["https://notwild.example/", 4],
    ["http://localhost:8080/x", 2],
    ["http://localhost:8081/x", 4],
    ["http://localhost/x", 4],
  ]) assert.equal(await run(url), sends, url);
  assert.equal(await run("https://api.example.com/", { maxAttempts: 3 }), 3);
  const stage = scripted([[503]], { profiles: [profile], retry: { maxAttempts: 3 } });
  await stage.call();
  assert.deepEqual(gaps(stage.times), [700, 1400], "what the caller does not say is the profile's");
});

test("`extend` merges one level deep, replaces arrays, inherits undefined, and shares the state", async () => {
  const stage = scripted([[503]], { retry: { ...steady, maxAttempts: 2, statuses: [503, 404], initialDelay: 100 }, rateLimit: { maxWait: 5 } });
  const sendsOf = async (options, args = [URL]) => {
    const before = stage.sends.length;
    const policy = stage.policy.extend(options);
    const call = policy.fetch(...args);
    await stage.clock.pass(200_000);
    await call;
    return stage.sends.length - before;
  };
  assert.equal(await sendsOf({}), 2);
  assert.equal(await sendsOf({ retry: { maxAttempts: 3 } }), 3, "the statuses stay");
  assert.equal(await sendsOf({ retry: { statuses: [500] } }), 1, "the array is another");
  assert.equal(await sendsOf({ retry: { maxAttempts: undefined, statuses: undefined } }), 2);
  assert.equal(await sendsOf({ retry: undefined, timeout: undefined, onEvent: undefined }), 2);
  assert.equal(await sendsOf({ retry: false }), 1);
  assert.equal(await sendsOf({}, [URL, {}, { retry: { maxAttempts: 3 } }]), 3, "of one call");
  assert.throws(() => stage.policy.extend({ retry: { maxAttempts: -1 } }), (error) => PolicyOptionError.is(error) && error.field === "retry.maxAttempts");

  const simulator = createSimulator({ limit: 3, window: 60_000 });
  const policy = createPolicy({ fetch: simulator.fetch, host: simulator.host });
  const other = policy.extend({ rateLimit: { maxWait: 10 } });
  await simulator.run(() => Promise.all([1, 2, 3].map(() => policy.fetch(URL))));
  await assert.rejects(simulator.run(() => other.fetch(URL)), { code: "quota-wait-too-long" });
  assert.deepEqual(other.quotas(), policy.quotas());
});

test("a bad option of a call rejects, before anything is sent, naming the field", async () => {
  const stage = scripted([[200]]);
  for (const [options, field] of [[{ retry: { maxAttempts: 0 } }, "retry.maxAttempts"], [{ cost: 0 }, "cost"], [{ cost: { tokens: "x" } }, "cost.tokens"], [{ priority: Infinity }, "priority"], [{ body: "x" }, "body"], [{ nope: 1 }, "nope"], [5, ""], ["x", ""]]) {
    const error = await stage.policy.fetch(URL, {}, options).then(() => assert.fail("sent"), (error) => error);
    assert.ok(PolicyOptionError.is(error), `${JSON.stringify(options)}: ${error}`);
    assert.equal(error.field, field);
    assert.notEqual(error.expected, "");
    const plain = await fetchWithPolicy(URL, {}, options).then(() => assert.fail("sent"), (error) => error);
    assert.ok(PolicyOptionError.is(plain), `fetchWithPolicy ${JSON.stringify(options)}: ${plain}`);
  }
  assert.equal(stage.sends.length, 0);
  assert.equal((await stage.policy.fetch(URL, {}, null)).status, 200, "null is none, as for fetch");
});

test("what quotas() tells has every member, and its scope no credential", async () => {
  const headers = { ratelimit: '"api";r=1;t=30', "ratelimit-policy": '"api";q=3;w=60' };
  const stage = scripted([[200, headers]], {}, { latency: 100 });
  await stage.call([URL, { headers: { authorization: "Bearer SECRET" } }]);
  const calls = Array.from({ length: 3 }, () => stage.policy.fetch(URL, { headers: { authorization: "Bearer SECRET" } }));
  await stage.clock.pass(50);
  const [state] = stage.policy.quotas();
  assert.deepEqual([state.name, state.limit, state.remaining, state.window, state.source, state.inFlight, state.waiting], ["api", 3, 0, 60_000, "ratelimit", 1, 2]);
  assert.ok(state.nextAt > stage.clock.host.now() && state.resetAt > stage.clock.host.now());
  assert.match(state.scope, /^https:\/\/api\.example\.com/);
  assert.ok(!JSON.stringify(state).includes("SECRET"));
  await stage.clock.pass(200_000);
  await Promise.all(calls);
});

test("a record has each attempt and wait, and the events have the same", async () => {
  const events = [];
  const stage = scripted([[503], new TypeError("fetch failed"), [429, { "retry-after": "2" }], [200]], { retry: steady, onEvent: (event) => events.push(event) }, { latency: 10 });
  const { response } = await stage.call([`https://u:p@api.example.com/items?secret=1#x`]);
  const record = callRecord(response);
  const start = stage.clock.host.now() - stage.clock.time;
  assert.deepEqual(record.attempts.map(({ status, error, waitedBefore, waitReason }) => [status, error, waitedBefore, waitReason]), [
    [503, undefined, 0, undefined],
    [undefined, "TypeError", 250, "backoff"],
    [429, undefined, 500, "backoff"],
    [200, undefined, record.attempts[3].waitedBefore, "retry-after"],
  ]);
  assert.ok(record.attempts.every(({ startedAt, endedAt }, n) => startedAt === start + stage.times[n] && endedAt === startedAt + 10));
  assert.ok(record.attempts[3].waitedBefore >= 2000);
  assert.deepEqual([record.waited, record.gaveUp, record.retryAt], [record.attempts.reduce((sum, { waitedBefore }) => sum + waitedBefore, 0), undefined, undefined]);
  assert.deepEqual(events.map(({ type }) => type), ["attempt", "response", "wait", "attempt", "failure", "wait", "attempt", "response", "wait", "attempt", "response"]);
  for (const event of events) assert.deepEqual([event.call, event.url, event.method], [record.call, "https://api.example.com/items", "GET"]);
  assert.deepEqual(events.filter(({ type }) => type === "attempt").map(({ attempt }) => attempt), [1, 2, 3, 4]);
});

test("each reason to wait is told", async () => {
  const reasons = new Set();
  const listen = { onEvent: (event) => event.type === "wait" && reasons.add(event.reason) };
  const run = async (answers, options = {}, count = 1, latency = 0) => burst(scripted(answers, { ...options, ...listen }, { latency }), count);
  await run([[503], [200]]);
  await run([[503, { "retry-after": "1" }], [200]]);
  await run([[200]], { rateLimit: { quotas: [{ limit: 1, window: 1000 }] } }, 2);
  await run([[200]], {}, 10, 100);
  await run([[423], [200]]);
  await run([[503], [503], [503], [503], [503], [503], [503], [503], [200]], { retry: { maxAttempts: 10 } }, 20, 10);
  await run([[200]], { rateLimit: { maxConcurrent: 1 } }, 2, 100);
  const clock = virtualHost();
  let online = false;
  const policy = createPolicy({ host: { ...clock.host, online: () => online }, ...listen, fetch: async () => (online ? new Response() : Promise.reject(new TypeError("Failed to fetch"))) });
  const call = policy.fetch(URL);
  await clock.pass(1000);
  online = true;
  await clock.pass(60_000);
  assert.equal((await call).status, 200);
  assert.deepEqual([...reasons].sort(), ["backoff", "concurrency", "locked", "offline", "outage", "probing", "rate-limit", "retry-after"]);
});

test("each reason to give up is told, in the event and in the record", async () => {
  const rows = [
    ["attempts-exhausted", [[503]], { retry: { budget: false } }],
    ["hint-too-long", [[503, { "retry-after": "3600" }]]],
    ["not-retryable", [[404]]],
    ["server-veto", [[503, { "x-should-retry": "false" }]]],
    ["deadline", [[503, { "retry-after": "5" }]], { timeout: { total: 1000 } }],
    ["not-replayable", [[503]], {}, [URL, { method: "PUT", body: new ReadableStream(), duplex: "half" }]],
    ["budget-exhausted", [[500]], { retry: { budget: { ratio: 0, minPerWindow: 0 } }, rateLimit: false }],
    ["quota-wait-too-long", [[200, { "x-ratelimit-limit": "1", "x-ratelimit-remaining": "0", "x-ratelimit-reset": "900" }]], {}, [URL], 2],
    ["circuit-open", [[503]], { retry: false, circuitBreaker: { minimumCalls: 1 } }, [URL], 2],
  ];
  for (const [reason, answers, options = {}, args = [URL], calls = 1] of rows) {
    const events = [];
    const stage = scripted(answers, { ...options, onEvent: (event) => events.push(event) });
    let end;
    for (let n = 0; n < calls; n++) end = await stage.call(args);
    const last = events.at(-1);
    assert.deepEqual([last.type, last.reason, gaveUp(end)], ["give-up", reason, reason]);
    assert.equal(last.retryAt, callRecord(end.response ?? end.error).retryAt, reason);
  }
});

test("the circuit opens by its defaults: half of ten calls in ten seconds, for five", async () => {
  let bad = true;
  const clock = virtualHost();
  const fetch = async () => new Response(null, { status: bad ? 500 : 200 });
  const events = [];
  const policy = createPolicy({ host: clock.host, fetch, retry: false, circuitBreaker: {}, onEvent: (event) => event.type === "circuit" && events.push(event.state) });
  const states = [];
  for (let n = 0; n < 9; n++) (bad = n % 2 === 0), states.push((await policy.fetch(URL)).status);
  assert.deepEqual(events, []);
  bad = true;
  await policy.fetch(URL);
  const refused = await policy.fetch(URL).catch((error) => error);
  assert.ok(CircuitOpenError.is(refused), `${refused}`);
  assert.equal(refused.retryAt, clock.host.now() + 5000);
  await clock.pass(4999);
  assert.ok(CircuitOpenError.is(await policy.fetch(URL).catch((error) => error)));
  await clock.pass(2);
  bad = false;
  assert.equal((await policy.fetch(URL)).status, 200);
  assert.deepEqual(events, ["open", "half-open", "closed"]);
});

test("`throwHttpErrors` gives an error with the unread response, an explanation and the record", async () => {
  const stage = scripted([[404, { "content-type": "application/json" }, '{"message":"no"}']], { throwHttpErrors: true });
  const error = await stage.policy.fetch(URL).catch((error) => error);
  assert.ok(HttpError.is(error) && PolicyError.is(error) && error instanceof HttpError, `${error}`);
  assert.deepEqual([error.response.status, error.explanation.kind, callRecord(error).gaveUp, error.record.gaveUp], [404, "not_found", "not-retryable", "not-retryable"]);
  assert.equal(await error.response.text(), '{"message":"no"}');
  const good = scripted([[204]], { throwHttpErrors: true });
  assert.equal((await good.call()).response.status, 204);
});

test("`prepare` is called before each attempt with what the one before ended in", async () => {
  const heard = [];
  const prepare = async (request, attempt, last) => (heard.push([request.method, attempt, last?.status, last?.error?.name]), { "x-try": `${attempt}` });
  const stage = scripted([[503], new TypeError("fetch failed"), [200]], { prepare, retry: steady });
  await stage.call([URL, { headers: { "x-own": "1" } }]);
  assert.deepEqual(heard, [["GET", 1, undefined, undefined], ["GET", 2, 503, undefined], ["GET", 3, undefined, "TypeError"]]);
  for (const [n, { init }] of stage.sends.entries()) {
    const headers = new Headers(init.headers);
    assert.deepEqual([headers.get("x-own"), headers.get("x-try")], ["1", `${n + 1}`]);
  }
});

test("`body` makes the body of each attempt, and an idempotency key is the function's", async () => {
  let made = 0;
  const options = { body: async () => `body ${++made}`, idempotencyKey: ({ method }) => `key of a ${method}` };
  const stage = scripted([[502], [200]]);
  await stage.call([URL, { method: "POST" }, options]);
  assert.deepEqual(stage.sends.map(({ init }) => [init.body, new Headers(init.headers).get("idempotency-key")]), [["body 1", "key of a POST"], ["body 2", "key of a POST"]]);
  const own = scripted([[502], [200]], { idempotencyKey: "auto" });
  await own.call([URL, { method: "POST", headers: { "Idempotency-Key": "mine" } }]);
  assert.deepEqual(own.sends.map(({ init }) => new Headers(init.headers).get("idempotency-key")), ["mine", "mine"]);
  const get = scripted([[200]], { idempotencyKey: "auto" });
  await get.call([URL, {}]);
  assert.equal(new Headers(get.sends[0].init.headers).get("idempotency-key"), null);
});

test("a snapshot carries what is known, and the same policy takes it back", async () => {
  const simulator = createSimulator({ limit: 2, window: 60_000, dialect: "github" });
  const options = { fetch: simulator.fetch, host: simulator.host, rateLimit: { maxWait: 100 } };
  const policy = createPolicy(options);
  await simulator.run(() => Promise.all([policy.fetch(URL), policy.fetch(URL)]));
  const snapshot = structuredClone(policy.snapshot());
  assert.equal(snapshot.version, 1);
  const other = createPolicy(options);
  other.restore(snapshot);
  await assert.rejects(simulator.run(() => other.fetch(URL)), { code: "quota-wait-too-long" });
  assert.deepEqual(other.quotas().map(({ limit, remaining, resetAt, name }) => ({ limit, remaining, resetAt, name })), policy.quotas().map(({ limit, remaining, resetAt, name }) => ({ limit, remaining, resetAt, name })));
  assert.equal(simulator.requests.length, 2);
  await simulator.advance(61_000);
  assert.equal((await simulator.run(() => other.fetch(URL))).status, 200);
});

test("a listener that is async and rejects harms nobody", async (t) => {
  const heard = t.mock.method(console, "error", () => {});
  const stage = scripted([[200]], { onEvent: async () => Promise.reject(new Error("mine")) });
  assert.equal((await stage.call()).response.status, 200);
  await settled();
  assert.deepEqual(heard.mock.calls.map(({ arguments: [error] }) => error.message), ["mine", "mine"]);
});

test("a window that slides is kept to by resets that name only when its oldest leaves", async () => {
  for (const dialect of ["reddit", "linear", "openai", "discord", "ietf-draft-03", "anthropic"]) {
    const simulator = createSimulator({ limit: 20, window: 10_000, algorithm: "sliding", dialect, seed: 7, skew: 90_000 });
    const policy = createPolicy({ fetch: simulator.fetch, host: simulator.host });
    const began = simulator.now();
    const answers = await simulator.run(() => Promise.all(Array.from({ length: 130 }, () => policy.fetch(URL))));
    assert.ok(answers.every(({ ok }) => ok), `${dialect}: a call is lost`);
    assert.ok(simulator.rejections.length <= 3, `${dialect}: ${simulator.rejections.length} refused`);
    assert.ok(simulator.now() - began < 61_000, `${dialect}: ${simulator.now() - began} ms`);
  }
});
