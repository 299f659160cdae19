// Defects that were reproduced in other libraries, each with the input that showed it. The title names the defect, the
// assertion what happens here.
import assert from "node:assert/strict";
import { test } from "node:test";
import { callRecord, createPolicy } from "fetch-with-policy";
import { oneConnection } from "./faults/agent.js";
import { scripted, URL } from "./scripted.js";
import { serve } from "./server.js";
import { settled } from "./virtual.js";

const DAY = 86_400_000;
const between = (value, least, most) => assert.ok(value >= least && value <= most, `${value}, not from ${least} to ${most}`);

test("axios-retry 4.5, Retry-After 2592000: no storm, but given up at once with the time to come back", async () => {
  const stage = scripted([[429, { "retry-after": "2592000" }]]);
  const start = stage.clock.host.now();
  const { response, at } = await stage.call();
  assert.deepEqual([response.status, at, stage.times], [429, 0, [0]]);
  const { gaveUp, retryAt } = callRecord(response);
  assert.deepEqual([gaveUp, retryAt - start], ["hint-too-long", 30 * DAY]);
});

test("ffetch 4.3, Retry-After 2592000 to one who would wait: 30 days, in timers that hosts can keep", async () => {
  const stage = scripted([[429, { "retry-after": "2592000" }], [200]], { retry: { maxRetryAfter: Infinity } });
  const { response } = await stage.call([URL], 40 * DAY);
  assert.equal(response.status, 200);
  between(stage.times[1], 30 * DAY, 30 * DAY + 1001);
  assert.ok(stage.delays.length > 1 && stage.delays.every((ms) => ms <= 2 ** 31 - 1), `${stage.delays}`);
});

test("ky 2.1, Retry-After 1.5: not before 1.5 s", async () => {
  const stage = scripted([[429, { "retry-after": "1.5" }], [200]]);
  assert.equal((await stage.call()).response.status, 200);
  between(stage.times[1], 1500, 1651);
});

test("ky 2.1, Retry-After 60 over a maxRetryAfter of 500 ms: given up at once, not sent early", async () => {
  const stage = scripted([[429, { "retry-after": "60" }], [200]], { retry: { maxRetryAfter: 500 } });
  const { response, at } = await stage.call();
  assert.deepEqual([response.status, at, stage.times, callRecord(response).gaveUp], [429, 0, [0], "hint-too-long"]);
});

test('ky 2.1, a 429 with RateLimit: "default";r=0;t=2: not before the reset', async () => {
  const stage = scripted([[429, { ratelimit: '"default";r=0;t=2' }], [200]]);
  assert.equal((await stage.call()).response.status, 200);
  between(stage.times[1], 2000, 3100);
});

test("ky and Octokit's throttling, 0 remaining on request 2: request 3 waits for the reset instead of meeting a 429", async () => {
  const told = (remaining) => (_, __, clock) =>
    clock.time < 5000
      ? [remaining < 0 ? 429 : 200, { "x-ratelimit-limit": "2", "x-ratelimit-remaining": `${Math.max(0, remaining)}`, "x-ratelimit-reset": `${clock.host.now() / 1000 + 5 - clock.time / 1000}` }]
      : [200, { "x-ratelimit-limit": "2", "x-ratelimit-remaining": "1", "x-ratelimit-reset": `${Math.ceil(clock.host.now() / 1000) + 5}` }];
  const stage = scripted([told(1), told(0), told(-1)]);
  const statuses = [];
  for (let n = 0; n < 3; n++) statuses.push((await stage.call()).response.status);
  assert.deepEqual(statuses, [200, 200, 200]);
  assert.equal(stage.sends.length, 3, "no send was wasted on a 429");
  between(stage.times[2], 5000, 6500);
});

test("Octokit's plugin-retry 8.1, a POST's 503 with Retry-After 4: repeated, but not before 4 s", async () => {
  const stage = scripted([[503, { "retry-after": "4" }], [201]]);
  assert.equal((await stage.call([URL, { method: "POST", body: "once" }])).response.status, 201);
  between(stage.times[1], 4000, 4401);
  assert.equal(stage.sends[1].init.body, "once");
});

test("smithy's standard retry, Retry-After 30: not before 30 s", async () => {
  const stage = scripted([[503, { "retry-after": "30" }], [200]]);
  assert.equal((await stage.call()).response.status, 200);
  between(stage.times[1], 30_000, 31_001);
});

test("openai 7.57, Retry-After 121: never sent early, but given up at once, or waited for where that is allowed", async () => {
  const stage = scripted([[429, { "retry-after": "121" }], [200]]);
  const { response } = await stage.call();
  assert.deepEqual([response.status, stage.times, callRecord(response).gaveUp], [429, [0], "hint-too-long"]);
  const patient = scripted([[429, { "retry-after": "121" }], [200]], { retry: { maxRetryAfter: 150_000 } });
  assert.equal((await patient.call()).response.status, 200);
  between(patient.times[1], 121_000, 122_001);
});

test("@discordjs/rest, 429 for ever without Retry-After: four sends, ever further apart", async () => {
  const stage = scripted([[429]], { retry: { jitter: "none" } });
  const { response } = await stage.call();
  assert.deepEqual([response.status, stage.sends.length, callRecord(response).gaveUp], [429, 4, "attempts-exhausted"]);
  const gaps = stage.times.slice(1).map((at, n) => at - stage.times[n]);
  for (const [n, least] of [1000, 2000, 4000].entries()) between(gaps[n], least, least + 1100);
});

/** Aborts a call 50 ms after it began, in a wait that is much longer: when it settled, and with what. */
async function abortedAt50(answers, options) {
  const stage = scripted(answers, options);
  const controller = new AbortController();
  const reason = new Error("the user left");
  let outcome;
  stage.policy.fetch(URL, { signal: controller.signal }).then(
    (response) => (outcome = { response, at: stage.clock.time }),
    (error) => (outcome = { error, at: stage.clock.time }),
  );
  await stage.clock.pass(50);
  assert.equal(outcome, undefined, "it waits");
  controller.abort(reason);
  await settled();
  assert.deepEqual(outcome, { error: reason, at: 50 });
  assert.equal(stage.clock.timers.size, 0, "no timer is left");
  await stage.clock.pass(10_000);
  assert.equal(stage.sends.length, 1, "nothing is sent after it");
}

const fixed = (initialDelay) => ({ retry: { initialDelay, jitter: "none" } });

test("@discordjs/rest, an abort at 50 ms of a wait of 2 s: rejects there and then", () =>
  abortedAt50([[429, { "retry-after": "2" }], [200]]));

test("effect 4.1, 429 for ever without Retry-After: at most two sends in the first second, and an end", async () => {
  const stage = scripted([[429]]);
  const { at } = await stage.call();
  assert.equal(stage.sends.length, 4);
  assert.ok(stage.times.filter((time) => time < 1000).length <= 2, `${stage.times}`);
  between(at, 1000, 10_000);
});

test("effect 4.1, ten waiters for a reset after a 429: they come back one by one, not all within 17 ms", async () => {
  const answer = (_, __, clock) => [clock.time < 2000 ? 429 : 200, clock.time < 2000 ? { "x-ratelimit-limit": "10", "x-ratelimit-remaining": "0", "x-ratelimit-reset": `${clock.host.now() / 1000 + 2 - clock.time / 1000}` } : {}];
  const stage = scripted([answer], {}, { latency: 20 });
  const first = stage.policy.fetch(URL);
  await stage.clock.pass(100);
  const calls = [first, ...Array.from({ length: 9 }, () => stage.policy.fetch(URL))];
  await stage.clock.pass(30_000);
  for (const call of calls) assert.equal((await call).status, 200);
  assert.equal(stage.sends.length, 11, "one 429, and none after it");
  const after = stage.times.slice(1);
  assert.ok(after[0] >= 2000);
  assert.ok(after[1] >= after[0] + 17, `the first comes alone: ${after}`);
});

test("effect 4.1, x-ratelimit-reset: 1m0s with 0 remaining: a minute, not a second", async () => {
  const stage = scripted([[200, { "x-ratelimit-limit": "1", "x-ratelimit-remaining": "0", "x-ratelimit-reset": "1m0s" }], [200]]);
  await stage.call();
  await stage.call();
  between(stage.times[1], 60_000, 62_000);
});

test('effect 4.1, RateLimit: "d";r=0;t=2 on a success: the next request waits for the reset', async () => {
  const stage = scripted([[200, { ratelimit: '"d";r=0;t=2' }], [200]]);
  await stage.call();
  await stage.call();
  between(stage.times[1], 2000, 3100);
});

test("fetch-retry 6, an abort at 50 ms of a backoff of 1.5 s: rejects there and then", () =>
  abortedAt50([new TypeError("fetch failed"), [200]], fixed(1500)));

test("fetch-retry 6, a POST of a stream that meets a 503: the answer is handed over, no TypeError", async () => {
  for (const [init, gaveUp] of [
    [{ method: "POST" }, "not-retryable"],
    [{ method: "PUT" }, "not-replayable"],
  ]) {
    // As a host does: the body is read by the send.
    const stage = scripted([async (_, { body }) => (await new Response(body).text(), [503, {}, "busy"])]);
    const { response } = await stage.call([URL, { ...init, body: new Blob(["once"]).stream(), duplex: "half" }]);
    assert.deepEqual([response.status, await response.text(), callRecord(response).gaveUp], [503, "busy", gaveUp]);
    assert.equal(stage.sends.length, 1);
  }
});

test("fetch-retry 6, a 503 of 300 kB over the only connection: its body is let go, and the retry has the connection", async () => {
  const large = "x".repeat(300_000);
  const server = await serve((_, response, stats) => {
    const done = stats.requests.length > 2;
    response.writeHead(done ? 200 : 503);
    response.end(done ? "ok" : large);
  });
  const agent = oneConnection();
  try {
    const policy = createPolicy({ fetch: agent.fetch, retry: { initialDelay: 5, jitter: "none" }, timeout: { total: 20_000 } });
    const response = await policy.fetch(server.url);
    assert.deepEqual([response.status, await response.text(), server.stats.requests.length], [200, "ok", 3]);
  } finally {
    await agent.close();
    await server.close();
  }
});

test("cockatiel 4, an abort at 50 ms of a backoff of 1.5 s: no second call", () =>
  abortedAt50([[503], [200]], fixed(1500)));

test("ofetch 1.5, an abort at 50 ms of a backoff of 1.5 s: rejects there and then", () =>
  abortedAt50([[500], [200]], fixed(1500)));

test("slack 8.2, Retry-After 1 and 2: not a second late, and another method of its own scope is not held up", async () => {
  for (const seconds of [1, 2]) {
    const method = ({ url }) => new globalThis.URL(url).pathname;
    const stage = scripted([[429, { "retry-after": `${seconds}` }], [200]], { rateLimit: { scope: method } });
    const one = stage.policy.fetch("https://slack.example/api/chat.postMessage", { method: "POST" });
    await stage.clock.pass(10);
    const other = stage.policy.fetch("https://slack.example/api/users.list");
    await stage.clock.pass(5000);
    assert.deepEqual([(await one).status, (await other).status], [200, 200]);
    assert.equal(stage.times[1], 10, "the other method goes at once");
    between(stage.times[2], seconds * 1000, seconds * 1100 + 1);
  }
});

test("wretch 3.0.9, a POST's 503 with Retry-After 3: not before 3 s", async () => {
  const stage = scripted([[503, { "retry-after": "3" }], [201]]);
  assert.equal((await stage.call([URL, { method: "POST", body: "once" }])).response.status, 201);
  between(stage.times[1], 3000, 3301);
});
