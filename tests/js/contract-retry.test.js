// What index.d.ts says of when a call is sent again, and when not, as checks: the numbers are those of its documentation.
import assert from "node:assert/strict";
import { test } from "node:test";
import { callRecord } from "fetch-with-policy";
import { scripted, URL } from "./scripted.js";
import { settled } from "./virtual.js";

const steady = { jitter: "none", budget: false };
const gaps = (times) => times.slice(1).map((at, n) => at - times[n]);
const gaveUp = (settled) => callRecord(settled.response ?? settled.error).gaveUp;

test("of all error statuses those are retried that the documentation lists, and no others", async () => {
  const retried = [];
  for (let status = 400; status < 600; status++) {
    const stage = scripted([[status]], { retry: { budget: false } });
    await stage.call();
    if (stage.sends.length > 1) retried.push(stage.sends.length === 4 ? status : `${status} ${stage.sends.length}`);
  }
  assert.deepEqual(retried, [408, 420, 423, "425 2", 429, 500, 502, 503, 504, 520, 521, 522, 523, 524, 529]);
});

test("a 413 is retried with a hint only, and a 501 or 505 not even then", async () => {
  for (const [status, headers, sends] of [[413, {}, 1], [413, { "retry-after": "2" }, 2], [501, { "retry-after": "2" }, 1], [505, { "retry-after": "2" }, 1]]) {
    const stage = scripted([[status, headers], [200]]);
    await stage.call();
    assert.equal(stage.sends.length, sends, `${status}`);
  }
});

test("a 403 or 400 is retried only where it is a rate limit", async () => {
  for (const [status, headers, body, sends] of [
    [403, {}, "{}", 1],
    [400, {}, "{}", 1],
    [403, { "x-ratelimit-remaining": "0", "x-ratelimit-reset": "5" }, "{}", 2],
    [403, { "x-ratelimit-remaining": "7", "x-ratelimit-reset": "5" }, "{}", 1],
    [403, { "retry-after": "3" }, "{}", 2],
    [400, {}, '{"errors":[{"extensions":{"code":"RATELIMITED"}}]}', 2],
    [400, {}, '{"__type":"ThrottlingException"}', 2],
    [403, {}, '{"message":"You have exceeded a secondary rate limit","retry_after":3}', 2],
  ]) {
    const stage = scripted([[status, { "content-type": "application/json", ...headers }, body], [200]]);
    await stage.call();
    assert.equal(stage.sends.length, sends, `${status} ${JSON.stringify(headers)} ${body}`);
  }
});

test("`statuses` replaces the list", async () => {
  for (const [status, sends] of [[404, 4], [503, 1], [429, 1]]) {
    const stage = scripted([[status]], { retry: { ...steady, statuses: [404] } });
    await stage.call();
    assert.equal(stage.sends.length, sends, `${status}`);
  }
});

test("backoffs begin at 250 ms, or 1000 after a 429 without a hint, double, and end at 20 s", async () => {
  const after = async (status) => {
    const stage = scripted([[status]], { retry: { ...steady, maxAttempts: 9 } });
    await stage.call([URL], 600_000);
    return gaps(stage.times);
  };
  assert.deepEqual(await after(503), [250, 500, 1000, 2000, 4000, 8000, 16_000, 20_000]);
  assert.deepEqual((await after(429)).slice(0, 6), [1000, 2000, 4000, 8000, 16_000, 20_000]);
});

test("`initialDelay`, `backoffFactor`, `maxDelay` and `jitter` make the backoff, and the cap comes after the jitter", async () => {
  for (const [jitter, chance, expected] of [
    ["none", 0.5, [100, 300, 500]],
    ["full", 0.5, [50, 150, 450]],
    ["full", 0.999, [99, 299, 500]],
    ["equal", 0, [50, 150, 450]],
    ["equal", 0.5, [75, 225, 500]],
  ]) {
    const retry = { budget: false, jitter, initialDelay: 100, backoffFactor: 3, maxDelay: 500 };
    const stage = scripted([[503]], { retry }, { chance });
    await stage.call();
    assert.deepEqual(gaps(stage.times), expected, `${jitter} ${chance}`);
  }
});

test("a hint of 120 s is waited for and one of 121 s is not, nor is one over `maxRetryAfter`", async () => {
  for (const [seconds, retry, sends] of [[120, {}, 2], [121, {}, 1], [3, { maxRetryAfter: 2000 }, 1], [2, { maxRetryAfter: 2000 }, 2]]) {
    const stage = scripted([[503, { "retry-after": `${seconds}` }], [200]], { retry });
    const end = await stage.call();
    assert.equal(stage.sends.length, sends, `${seconds}`);
    if (sends > 1) assert.ok(stage.times[1] >= seconds * 1000);
    else assert.deepEqual([gaveUp(end), callRecord(end.response).retryAt], ["hint-too-long", stage.clock.host.now() - stage.clock.time + seconds * 1000]);
  }
});

test("idempotent methods and QUERY are retried; POST and PATCH where nothing was processed", async () => {
  const sendsOf = async (method, answer, retry = {}, init = {}) => {
    const stage = scripted([answer, [200]], { retry });
    await stage.call([URL, { method, ...init }]);
    return stage.sends.length;
  };
  for (const method of ["GET", "HEAD", "OPTIONS", "PUT", "DELETE", "QUERY"]) assert.equal(await sendsOf(method, [503]), 2, method);
  for (const method of ["POST", "PATCH"]) {
    for (const status of [500, 502, 503, 504, 408]) assert.equal(await sendsOf(method, [status]), 1, `${method} ${status}`);
    for (const answer of [[429], [423], [503, { "retry-after": "1" }]]) assert.equal(await sendsOf(method, answer), 2, `${method} ${answer}`);
    assert.equal(await sendsOf(method, new TypeError("fetch failed")), 1);
    for (const answer of [[500], [502], new TypeError("fetch failed")]) assert.equal(await sendsOf(method, answer, { retryNonIdempotent: true }), 2);
    assert.equal(await sendsOf(method, [502], {}, { headers: { "Idempotency-Key": "k" } }), 2);
  }
  assert.equal(await sendsOf("GET", [503], { methods: ["PUT"] }), 1);
  assert.equal(await sendsOf("PUT", [503], { methods: ["PUT"] }), 2);
});

test("retries are a fifth of the sends to an origin, and three in ten seconds at least", async () => {
  for (const [budget, sends] of [[undefined, 4], [{ ratio: 0, minPerWindow: 1, window: 60_000 }, 2], [{ minPerWindow: 0 }, 1]]) {
    const stage = scripted([[500]], { retry: { jitter: "none", initialDelay: 10, maxAttempts: 9, budget }, rateLimit: false });
    const end = await stage.call();
    assert.deepEqual([stage.sends.length, gaveUp(end)], [sends, "budget-exhausted"], JSON.stringify(budget));
  }
  const free = scripted([[429, { "retry-after": "1" }]], { retry: { maxAttempts: 9, budget: { ratio: 0, minPerWindow: 0 } } });
  await free.call();
  assert.equal(free.sends.length, 9, "what the server asked for is free");
});

test("`retry: false` sends once, whatever comes", async () => {
  for (const answer of [[503], [429, { "retry-after": "1" }], new TypeError("fetch failed")]) {
    const stage = scripted([answer], { retry: false });
    const end = await stage.call();
    assert.equal(stage.sends.length, 1);
    assert.equal(gaveUp(end), "not-retryable");
  }
});

test("`decide` overrides both ways, hears what it is to hear, and never goes beyond `maxAttempts`", async () => {
  const heard = [];
  const yes = scripted([[404]], { retry: { maxAttempts: 3, decide: (context) => (heard.push(context), true) } });
  await yes.call();
  assert.equal(yes.sends.length, 3);
  assert.deepEqual(Object.keys(heard[0]).sort(), ["attempt", "decision", "delay", "error", "request", "response"]);
  assert.deepEqual([heard[0].attempt, heard[0].decision, heard[0].response.status, heard[0].request.url, heard[0].request.method], [1, false, 404, URL, "GET"]);
  const no = scripted([[503]], { retry: { decide: async () => false } });
  assert.equal(gaveUp(await no.call()), "not-retryable");
  assert.equal(no.sends.length, 1);
  for (const said of [undefined, null, 5, "no"]) {
    const open = scripted([[404]], { retry: { decide: () => said } });
    await open.call();
    assert.equal(open.sends.length, 1, `${said} is no boolean`);
  }
});

test("the time for an attempt is retried, the total is not, and both are TimeoutErrors", async () => {
  const hang = (input, init, clock) => new Promise((_, reject) => init.signal.addEventListener("abort", () => reject(init.signal.reason)));
  const stage = scripted([hang], { timeout: { attempt: 1000 }, retry: { ...steady, maxAttempts: 2 } });
  const end = await stage.call();
  assert.deepEqual([stage.times, end.error.name, end.error instanceof DOMException, gaveUp(end)], [[0, 1250], "TimeoutError", true, "attempts-exhausted"]);
  const whole = scripted([hang], { timeout: { total: 1500 } });
  const late = await whole.call();
  assert.deepEqual([whole.times, late.at, late.error.name, gaveUp(late)], [[0], 1500, "TimeoutError", "deadline"]);
  const post = scripted([hang], { timeout: { attempt: 1000 } });
  assert.equal((await post.call([URL, { method: "POST" }])).error.name, "TimeoutError");
  assert.equal(post.sends.length, 1);
});
