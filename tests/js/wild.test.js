// Reports of the wild that hang on what the driver does: credentials that are sent, redirects, what hosts throw, clocks, bodies.
// Each test has the id of its report in tests/fixtures/limits-wild.json; the others are run by tests/it/wild.rs.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { createPolicy } from "fetch-with-policy";
import { virtualHost } from "./virtual.js";

const API = "https://api.example.com";
const LATENCY = 20;

/**
 * A policy over `answer`, which is told of each send and gives [status, headers, body], a response, or what to throw; an answer takes
 * 20 ms. `host` changes the virtual host.
 */
function stage(answer, options = {}, host = {}) {
  const clock = virtualHost();
  const sends = [];
  const fetch = async (input, init) => {
    const request = new Request(input, init);
    const send = { n: sends.length, at: clock.time, url: request.url, method: request.method, headers: request.headers };
    sends.push(send);
    const given = await answer(send);
    await new Promise((resolve) => clock.host.setTimeout(resolve, LATENCY));
    if (Array.isArray(given)) return new Response(given[2] ?? null, { status: given[0], headers: given[1] ?? {} });
    if (given instanceof Response) return given;
    throw given;
  };
  const policy = createPolicy({ host: { ...clock.host, ...host }, fetch, ...options });
  /** Starts a call; `done` has its end, and when that was. */
  const call = (url = `${API}/items`, init, more) => {
    const call = { began: clock.time, done: undefined };
    const end = (of) => (call.done = { took: clock.time - call.began, ...of });
    policy.fetch(url, init, more).then((response) => end({ response, status: response.status }), (error) => end({ error }));
    return call;
  };
  /** Moves the clock until these calls have ended, or for so long. */
  const finish = async (calls, most = 300_000) => {
    const until = clock.time + most;
    await clock.pass(0);
    while (calls.some(({ done }) => done === undefined) && clock.time < until && clock.timers.size > 0) {
      const next = Math.min(...[...clock.timers.values()].map(({ at }) => at), until);
      await clock.pass(Math.max(next - clock.time, 0));
    }
    return calls.map(({ done }) => done);
  };
  return { clock, sends, policy, call, finish };
}

/** A server that admits so many in 60 s for each key that a request shows, and tells so. */
function quotas(keyOf, limit = 10) {
  const windows = new Map();
  return (send) => {
    const key = keyOf(send) ?? "";
    let window = windows.get(key);
    if (window === undefined || send.at >= window.began + 60_000) windows.set(key, (window = { began: send.at, used: 0 }));
    const admitted = window.used < limit;
    if (admitted) window.used++;
    const reset = Math.ceil((window.began + 60_000 - send.at) / 1000);
    const told = { "x-ratelimit-limit": limit, "x-ratelimit-remaining": limit - window.used, "x-ratelimit-reset": reset };
    return [admitted ? 200 : 429, told];
  };
}

const many = (count, make) => Array.from({ length: count }, (_, n) => make(n));
const statuses = (ends) => ends.map((end) => end?.status ?? end?.error?.code ?? end?.error?.name ?? "open");

/** Ten calls of one tenant use the quota up; then one of another. How long that one takes, ms. */
async function second(stand, first, other) {
  await stand.finish(many(10, first));
  const [end] = await stand.finish([other()], 70_000);
  assert.equal(end.status, 200);
  return end.took;
}

test('"prepare-scope": the token that prepare sets decides whose quota it is', async () => {
  let tenant = "a";
  const stand = stage(quotas(({ headers }) => headers.get("authorization")), {
    prepare: () => ({ authorization: `Bearer ${tenant}` }),
  });
  const took = await second(stand, () => stand.call(), () => ((tenant = "b"), stand.call()));
  assert.ok(took <= 500, `tenant b waits ${took} ms`);
});

test('"prepare-scope": the first tenant waits, for the quota that is its own', async () => {
  const stand = stage(quotas(({ headers }) => headers.get("authorization")), {
    prepare: () => ({ authorization: "Bearer a" }),
  });
  await stand.finish(many(10, () => stand.call()));
  const [end] = await stand.finish([stand.call()], 90_000);
  assert.ok(end.status === 200 && end.took >= 55_000, `${end.took} ms`);
});

const KEYS = [
  "x-auth-token", "x-access-token", "x-shopify-access-token", "x-api-token", "apikey", "x-apikey", "x-rapidapi-key", "circle-token",
  "x-figma-token", "x-vault-token", "dd-api-key", "x-auth-key", "ocp-apim-subscription-key", "x-xero-tenant-id", "stripe-account",
  "x-redmine-api-key", "x-amz-access-token", "client-id", "x-mbx-apikey", "kc-api-key",
];
// Not in the report: the rule is the words, not these names.
const FRESH = ["x-acme-secret", "x-session-token", "x-org-account", "tenant", "x-functions-key", "x-parse-rest-api-key", "x-hub-credential"];

for (const name of [...KEYS, ...FRESH]) {
  test(`"credential-headers": another ${name} is another quota`, async () => {
    const stand = stage(quotas(({ headers }) => headers.get(name)));
    const call = (value) => stand.call(undefined, { headers: { [name]: value } });
    const took = await second(stand, () => call("one-0123456789abcdef"), () => call("two-0123456789abcdef"));
    assert.ok(took <= 500, `it waits ${took} ms`);
  });
}

for (const name of ["api_key", "access_token", "key"]) {
  test(`"credential-headers": another ?${name}= is another quota`, async () => {
    const stand = stage(quotas(({ url }) => new URL(url).searchParams.get(name)));
    const call = (value) => stand.call(`${API}/items?${name}=${value}`);
    const took = await second(stand, () => call("one-0123456789abcdef"), () => call("two-0123456789abcdef"));
    assert.ok(took <= 500, `it waits ${took} ms`);
  });
}

test('"credential-headers": headers that say nothing of who asks do not part quotas', async () => {
  const stand = stage(quotas(() => "all"));
  const ends = await stand.finish(
    many(20, (n) => stand.call(undefined, { headers: { "x-request-id": `${n}`, "accept-language": n % 2 ? "de" : "en", "idempotency-key": `k${n}` } })),
    100_000,
  );
  assert.deepEqual([new Set(statuses(ends)), stand.sends.length], [new Set([200]), 20]);
});

test('"redirect-origin": what another origin answers holds that origin, and the route that leads there', async () => {
  const cdn = "https://cdn.other.example/blob";
  const stand = stage(({ url, at }) => {
    if (!url.includes("/download/") && !url.startsWith(cdn)) return [200];
    const answer = at < 50_000 ? new Response(null, { status: 429, headers: { "retry-after": "50" } }) : new Response("blob");
    return Object.defineProperties(answer, { url: { value: cdn }, redirected: { value: !url.startsWith(cdn) } });
  });
  const download = stand.call(`${API}/download/1`);
  await stand.clock.pass(1000);
  const [users] = await stand.finish([stand.call(`${API}/users`)], 2000);
  assert.equal(users?.status, 200, "the API answers while its CDN refuses");
  assert.ok(users.took <= 500, `the API's own route waits ${users.took} ms`);
  const direct = stand.call(cdn);
  const ends = await stand.finish([download, direct], 100_000);
  assert.deepEqual(statuses(ends), [200, 200]);
  assert.ok(ends.every(({ took }) => took >= 48_000), `sent again after ${ends.map(({ took }) => took)} ms`);
});

for (const message of ["Too many subrequests by single Worker invocation.", "Too many subrequests."]) {
  test(`"subrequests": 40 calls to a server that gives 503 end with that, and no more is sent: ${message}`, async () => {
    const stand = stage(({ n }) => (n < 50 ? [503] : new Error(message)), { retry: { budget: false } });
    const ends = await stand.finish(many(40, () => stand.call()));
    assert.deepEqual(new Set(statuses(ends)), new Set([503]));
    // Those that were on their way when the host first said so.
    assert.ok(stand.sends.length <= 60, `${stand.sends.length} fetches`);
  });
}

test('"policy-over-policy": one of the two retries', async () => {
  const clock = virtualHost();
  let sends = 0;
  const retry = { budget: false };
  const inner = createPolicy({ host: clock.host, fetch: async () => (sends++, new Response(null, { status: 503 })), retry });
  const outer = createPolicy({ host: clock.host, fetch: inner.fetch, retry });
  const pending = outer.fetch(API);
  await clock.pass(300_000);
  assert.equal((await pending).status, 503);
  assert.ok(sends <= 4, `${sends} sends`);
});

const REFRESHES = [
  ["by statuses", { retry: { statuses: [401, 408, 429, 500, 502, 503, 504] } }, "GET"],
  ["by decide", { retry: { decide: ({ response }) => (response?.status === 401 ? true : undefined) } }, "GET"],
  ["by default", {}, "GET"],
  ["by default, POSTs", {}, "POST"],
];
for (const [how, options, method] of REFRESHES) {
  test(`"401-statuses-budget": 100 calls with an expired token are served after one refresh, ${how}`, async () => {
    let token = "old";
    let refreshing;
    let refreshes = 0;
    let stand;
    const refresh = () => (refreshing ??= new Promise((resolve) => {
      refreshes++;
      stand.clock.host.setTimeout(() => ((token = "new"), resolve()), 100);
    }));
    stand = stage(({ headers }) => [headers.get("authorization") === "Bearer new" ? 200 : 401], {
      ...options,
      prepare: async (_request, _attempt, last) => {
        if (last?.status === 401) await refresh();
        return { authorization: `Bearer ${token}` };
      },
    });
    const ends = await stand.finish(many(100, () => stand.call(undefined, { method })));
    assert.deepEqual([new Set(statuses(ends)), refreshes], [new Set([200]), 1]);
  });
}

test('"401-statuses-budget": a 401 with the same token again is not sent a third time', async () => {
  const stand = stage(() => [401], { prepare: () => ({ authorization: "Bearer old" }) });
  const ends = await stand.finish([stand.call()]);
  assert.deepEqual(statuses(ends), [401]);
  assert.ok(stand.sends.length <= 2, `${stand.sends.length} sends`);
});

const cause = (code, message = code) => new TypeError("fetch failed", { cause: Object.assign(new Error(message), { code }) });
const stream = (word) => cause("ERR_HTTP2_STREAM_ERROR", `Stream closed with error code NGHTTP2_${word}`);

for (const [what, error, methods] of [
  ["REFUSED_STREAM", stream("REFUSED_STREAM"), ["GET", "POST"]],
  ["no stream after GOAWAY", cause("ERR_HTTP2_GOAWAY_SESSION", "New streams cannot be created after receiving a GOAWAY"), ["GET", "POST"]],
  ["INTERNAL_ERROR", stream("INTERNAL_ERROR"), ["GET"]],
  ["ENHANCE_YOUR_CALM", stream("ENHANCE_YOUR_CALM"), ["GET"]],
]) {
  for (const method of methods) {
    test(`"refused-stream": a ${method} is sent again after ${what}`, async () => {
      const stand = stage(({ n }) => (n < 2 ? error : [200]));
      const ends = await stand.finish([stand.call(undefined, { method })]);
      assert.deepEqual([statuses(ends), stand.sends.length], [[200], 3]);
    });
  }
}
test('"refused-stream": a POST that may have been processed is not sent again', async () => {
  const stand = stage(() => stream("INTERNAL_ERROR"));
  const ends = await stand.finish([stand.call(undefined, { method: "POST" })]);
  assert.ok(ends[0].error instanceof TypeError);
  assert.equal(stand.sends.length, 1);
});

const THROWN = [
  ...[
    "ERR_HTTP2_GOAWAY_SESSION", "ERR_HTTP2_INVALID_SESSION", "UND_ERR_INFO", "UND_ERR_CLOSED", "EAI_FAIL", "EAI_NODATA", "ENOTCONN",
    "EADDRNOTAVAIL", "EMFILE", "ERR_STREAM_PREMATURE_CLOSE",
  ].map((code) => [code, cause(code)]),
  ...["ConnectionClosed", "FailedToOpenSocket"].map((code) => [code, Object.assign(new Error(code), { code })]),
  ...["other side closed", "The socket connection was closed unexpectedly"].map((text) => [text, new TypeError(text)]),
  ["disconnected", new Error("disconnected: peer disconnected without gracefully ending TLS session")],
  ["Network connection lost", new Error("Network connection lost.")],
];
for (const [name, error] of THROWN) {
  test(`"network-codes": a GET is sent again after ${name}`, async () => {
    const stand = stage(({ n }) => (n < 1 ? error : [200]));
    assert.deepEqual(statuses(await stand.finish([stand.call()])), [200]);
    assert.equal(stand.sends.length, 2);
  });
}
test('"network-codes": a mistake of the caller is not sent again', async () => {
  for (const error of [new TypeError("Failed to parse URL"), new RangeError("no"), cause("ERR_INVALID_ARG_TYPE")]) {
    const stand = stage(() => error);
    const [end] = await stand.finish([stand.call()]);
    assert.deepEqual([end.error, stand.sends.length], [error, 1]);
  }
});

/** Under a 200 for a profile with `errorsUnder200`: name, type, body, headers, least and most wait in s. */
const HIDDEN = [
  ["jsonrpc-429-in-200", "json", '[{"jsonrpc":"2.0","id":1,"error":{"code":429,"message":"Too many requests"}}]'],
  ["jsonrpc-429-in-200", "json", '{"jsonrpc":"2.0","id":1,"error":{"code":-32005,"message":"limit exceeded"}}'],
  ["etherscan-200", "json", '{"status":"0","message":"NOTOK","result":"Max calls per sec rate limit reached (5/sec)"}'],
  ["maxlag-200", "json", '{"error":{"code":"maxlag","info":"Waiting for all: 5.3 seconds lagged.","lag":5.3}}', { "retry-after": "5" }, 5, 12],
  ["monday-200", "json", '{"errors":["Complexity budget exhausted, query cost 222250 budget remaining 214980 out of 10000000 reset in 16 seconds"],"error_code":"complexityBudgetExhausted","status_code":429}', {}, 16, 25],
  ["jsonrpc-429-in-200", "xml", '<?xml version="1.0"?><response><error><code>429</code><message>Rate limit exceeded</message></error></response>'],
];
for (const [id, type, body, headers = {}, least = 0, most = 10] of HIDDEN) {
  test(`"${id}": a rate limit under a 200 is sent again, and the answer can be read: ${body.slice(0, 40)}`, async () => {
    const told = { "content-type": `application/${type}`, ...headers };
    const profiles = [{ name: "example", hosts: ["api.example.com"], errorsUnder200: true }];
    const stand = stage(({ n }) => (n < 1 ? [200, told, body] : [200, { "content-type": "application/json" }, '{"result":1}']), { profiles });
    const [end] = await stand.finish([stand.call(undefined, { method: "POST", body: "{}" })]);
    assert.deepEqual([await end.response.text(), stand.sends.length], ['{"result":1}', 2]);
    assert.ok(end.took >= least * 1000 && end.took <= most * 1000, `sent again after ${end.took} ms`);
  });
}

test('"feishu-400": a rule of a profile\'s catalog says that an answer is a rate limit', async () => {
  const rule = { id: "acme.slow-down", when: { status: 400, code: "E4711" }, then: { kind: "rate_limited" } };
  const catalog = { catalog: 1, provider: "acme", hosts: ["api.example.com"], rules: [rule] };
  const profiles = [{ name: "acme", hosts: ["api.example.com"], catalog }];
  const refused = [400, { "content-type": "application/json" }, '{"code":"E4711","message":"come back"}'];
  const stand = stage(({ n }) => (n < 1 ? refused : [200]), { profiles });
  assert.deepEqual(statuses(await stand.finish([stand.call(undefined, { method: "POST", body: "{}" })])), [200]);
});

test('"spread-refuses": where there is room, spreading does not refuse', async () => {
  const told = (n) => ({ "x-ratelimit-limit": "1000", "x-ratelimit-remaining": `${100 - n}`, "x-ratelimit-reset": "86400" });
  const stand = stage(({ n }) => [200, told(n)], { rateLimit: { pacing: "spread" } });
  await stand.finish([stand.call()]);
  assert.deepEqual(statuses(await stand.finish(many(3, () => stand.call()), 130_000)), [200, 200, 200]);
});

/** A host that falls asleep for an hour: its wall clock goes on, its timers and its monotonic clock do not. */
function sleeper(answer, options) {
  const asleep = { ms: 0 };
  const stand = stage((send) => answer({ ...send, wall: send.at + asleep.ms }), options, { now: () => 1_795_305_600_000 + stand.clock.time + asleep.ms });
  return Object.assign(stand, { sleep: (ms) => (asleep.ms += ms) });
}
const HOUR = 3_600_000;
const hourly = (told) => {
  let used = 0;
  let window = 0;
  return ({ wall }) => {
    if (Math.floor(wall / HOUR) > window) [window, used] = [Math.floor(wall / HOUR), 0];
    used++;
    const left = HOUR - (wall % HOUR);
    const reset = told === "epoch" ? (1_795_305_600_000 + wall + left) / 1000 : left / 1000;
    return [used > 10 ? 429 : 200, { "x-ratelimit-limit": "10", "x-ratelimit-remaining": `${Math.max(10 - used, 0)}`, "x-ratelimit-reset": `${Math.ceil(reset)}` }];
  };
};
for (const told of ["epoch", "delta"]) {
  test(`"suspend": after an hour's sleep the next call goes at once, reset told as ${told}`, async () => {
    const stand = sleeper(hourly(told));
    await stand.finish(many(10, () => stand.call()));
    await stand.clock.pass(60_000);
    stand.sleep(HOUR);
    const [end] = await stand.finish([stand.call()], 10_000);
    assert.ok(end?.status === 200 && end.took <= 1000, `${statuses([end])} after ${end?.took} ms`);
  });
  test(`"suspend": one that waited through an hour's sleep goes within seconds, reset told as ${told}`, async () => {
    const stand = sleeper(hourly(told), { rateLimit: { maxWait: 2 * HOUR } });
    await stand.finish(many(10, () => stand.call()));
    const waits = stand.call();
    await stand.clock.pass(60_000);
    assert.equal(waits.done, undefined);
    stand.sleep(HOUR);
    const [end] = await stand.finish([waits], 10_000);
    assert.equal(end?.status, 200, "it still waits 10 s after the sleep");
  });
}

test('"stream-concurrency": the types say until when a call counts', () => {
  const types = readFileSync(new URL("../../pkg/index.d.ts", import.meta.url), "utf8");
  const [, about] = /\/\*\*((?:(?!\*\/)[^])*)\*\/\s*maxConcurrent\?:/.exec(types) ?? [];
  assert.match(about ?? "", /headers|body/, "nothing is said of the body");
});

// The rest has no report: rules of the same list.
test("a refusal names the option and the times", async () => {
  const stand = stage(({ n }) => [n < 10 ? 200 : 429, { "x-ratelimit-limit": "10", "x-ratelimit-remaining": `${Math.max(9 - n, 0)}`, "x-ratelimit-reset": "480" }]);
  await stand.finish(many(10, () => stand.call()));
  const [end] = await stand.finish([stand.call()], 5000);
  assert.match(end?.error?.message ?? "", /maxWait/);
  assert.ok(end.took <= 100, "it is refused at once");
});

test("quotas of extend() hold in a scope that is in use", async () => {
  const stand = stage(() => [200]);
  await stand.finish([stand.call()]);
  const policy = stand.policy.extend({ rateLimit: { quotas: [{ limit: 5, window: 10_000 }] } });
  const before = stand.sends.length;
  const done = many(10, () => policy.fetch(`${API}/items`));
  await stand.clock.pass(5000);
  assert.ok(stand.sends.length - before <= 5, `${stand.sends.length - before} sends in the first window`);
  await stand.clock.pass(20_000);
  assert.equal((await Promise.all(done)).length, 10);
});

test("by default 20,000 calls may wait", async () => {
  const stand = stage(quotas(() => "all", 10), {});
  await stand.finish(many(10, () => stand.call()));
  const calls = many(20_000, () => stand.call());
  await stand.clock.pass(100);
  assert.equal(calls.filter(({ done }) => done?.error).length, 0);
});
