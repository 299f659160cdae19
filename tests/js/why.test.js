// Every wait tells why: its event and the call's record name the reason, the quota, the header that told it and the instant.
import assert from "node:assert/strict";
import { test } from "node:test";
import { callRecord, createPolicy, RateLimitError } from "fetch-with-policy";
import { settled, virtualHost } from "./virtual.js";

const SECRETS = ["SECRET-TOKEN", "SECRET-KEY", "SECRET-QUERY", "SECRET-USER", "SECRET-COOKIE"];
const URL = "https://SECRET-USER:SECRET-USER@api.example.com/items/7?key=SECRET-QUERY#SECRET-QUERY";
const INIT = { headers: { authorization: "Bearer SECRET-TOKEN", "x-api-key": "SECRET-KEY", cookie: "session=SECRET-COOKIE" } };

/** Makes `count` calls at once of a server that answers with `answers` in turn and then well; gives what was told of them. */
async function told(count, answers, options = {}) {
  const clock = virtualHost();
  const start = clock.host.now();
  const events = [];
  const fetch = async () => {
    const [status, headers] = answers.shift() ?? [200, {}];
    await new Promise((resolve) => clock.host.setTimeout(resolve, 10));
    return new Response(null, { status, headers: typeof headers === "function" ? headers(start) : headers });
  };
  const policy = createPolicy({ host: clock.host, fetch, onEvent: (event) => events.push(structuredClone(event)), ...options });
  const calls = Array.from({ length: count }, () => policy.fetch(URL, INIT));
  await clock.pass(300_000);
  const records = (await Promise.all(calls)).map(callRecord);
  const text = JSON.stringify([events, records, policy.quotas()]);
  for (const secret of SECRETS) assert.ok(!text.includes(secret), `${secret} shows`);
  const waits = events.filter(({ type }) => type === "wait");
  for (const wait of waits) {
    assert.equal(wait.url, "https://api.example.com/items/7");
    assert.equal(wait.until, wait.at + wait.delay);
    assert.ok(wait.delay > 0);
  }
  for (const record of records) {
    const sum = record.attempts.reduce((total, attempt) => total + attempt.waitedBefore, 0);
    assert.equal(record.waited, sum);
  }
  return { start, waits, records };
}

const attemptOf = (records) => records.flatMap(({ attempts }) => attempts).find(({ waitReason }) => waitReason !== undefined);

test("a wait for a quota names the header that told it and its reset", async () => {
  const headers = (start) => ({ "x-ratelimit-limit": "60", "x-ratelimit-remaining": "0", "x-ratelimit-reset": `${start / 1000 + 20}` });
  const { start, waits, records } = await told(2, [[200, headers]], { rateLimit: { probe: 1 } });
  const wait = waits.find(({ reason }) => reason === "rate-limit");
  const { scope, ...quota } = wait.quota;
  assert.match(scope, /^https:\/\/api\.example\.com#[0-9a-f]{8}$/);
  assert.deepEqual([quota.limit, quota.remaining, quota.source, quota.resetAt], [60, 0, "x-ratelimit-reset", start + 20_000]);
  assert.ok(wait.until >= quota.resetAt && wait.until <= quota.resetAt + 2000, `${wait.until - start}`);
  const attempt = records[1].attempts[0];
  assert.deepEqual([attempt.waitReason, attempt.quota], ["rate-limit", wait.quota]);
  assert.ok(attempt.startedAt >= quota.resetAt && attempt.waitedBefore >= 19_900, `${attempt.waitedBefore}`);
});

test("a wait for a configured quota says that options told it", async () => {
  const { waits, records } = await told(3, [], { rateLimit: { quotas: [{ name: "burst", limit: 2, window: 1000 }] } });
  assert.deepEqual(waits.map(({ reason, attempt, quota }) => [reason, attempt, quota.name, quota.source, quota.window]), [["rate-limit", 1, "burst", "options", 1000]]);
  assert.equal(attemptOf(records).quota.source, "options");
});

test("a wait for a Retry-After is told as such, to the instant that it names", async () => {
  const { start, waits, records } = await told(1, [[429, { "retry-after": "7" }]]);
  assert.deepEqual(waits.map(({ reason, attempt }) => [reason, attempt]), [["retry-after", 2]]);
  assert.ok(waits[0].until >= start + 7000 && waits[0].until <= start + 8000, `${waits[0].until - start}`);
  assert.deepEqual(waits[0].quota, { resetAt: waits[0].until, source: "retry-after" });
  assert.deepEqual(records[0].attempts[1].quota, waits[0].quota);
  const [first, second] = records[0].attempts;
  assert.deepEqual([first.status, first.waitReason, second.status, second.waitReason], [429, undefined, 200, "retry-after"]);
  assert.ok(second.startedAt >= start + 7000 && second.waitedBefore >= 7000);
});

test("a wait for a probe's answer is told as such", async () => {
  const { waits, records } = await told(3, [], { rateLimit: { probe: 1 } });
  assert.ok(waits.length >= 2 && waits.every(({ reason, quota }) => reason === "probing" && quota === undefined));
  assert.equal(records[0].attempts[0].waitReason, undefined);
  assert.deepEqual([records[1].attempts[0].waitReason, records[2].attempts[0].waitReason], ["probing", "probing"]);
});

test("a wait for the calls under way is told as such", async () => {
  const { waits, records } = await told(3, [], { rateLimit: { maxConcurrent: 2 } });
  assert.deepEqual(waits.map(({ reason }) => reason), ["concurrency"]);
  assert.deepEqual([attemptOf(records).waitReason, attemptOf(records).waitedBefore], ["concurrency", 10]);
});

test("a backoff is told as such", async () => {
  const { waits, records } = await told(1, [[503, {}]], { retry: { jitter: "none" } });
  assert.deepEqual(waits.map(({ reason, delay }) => [reason, delay]), [["backoff", 250]]);
  assert.deepEqual(records[0].attempts.map(({ status, waitReason, waitedBefore }) => [status, waitReason, waitedBefore]), [[503, undefined, 0], [200, "backoff", 250]]);
});

test("a refusal names the quota in the way and when there is room", async () => {
  const clock = virtualHost();
  const rateLimit = { quotas: [{ name: "daily", limit: 1, window: 86_400_000 }] };
  const policy = createPolicy({ host: clock.host, fetch: async () => new Response("ok"), rateLimit });
  await policy.fetch(URL, INIT);
  const error = await policy.fetch(URL, INIT).catch((thrown) => thrown);
  await settled();
  assert.ok(RateLimitError.is(error));
  assert.deepEqual([error.quota.name, error.quota.source, error.quota.remaining, error.quota.waiting], ["daily", "options", 0, 0]);
  assert.ok(error.retryAt >= clock.host.now() + 86_400_000);
  for (const secret of SECRETS) assert.ok(!JSON.stringify([error, error.message, error.record]).includes(secret), secret);
});

test("a record hangs on whatever a call gives, shows on none of it, and is the latest call's", async () => {
  const kept = new Response(null, { status: 404 });
  const frozen = Object.freeze(new Error("frozen"));
  const bare = Object.assign(Object.create(null), { name: "bare" });
  const keys = [kept, frozen, bare].map(Reflect.ownKeys);
  for (const result of [kept, kept, frozen, frozen, bare]) {
    const fetch = () => (result === kept ? Promise.resolve(kept) : Promise.reject(result));
    const policy = createPolicy({ fetch, retry: false });
    const given = await policy.fetch("https://api.example.com/").catch((error) => error);
    assert.equal(given, result);
    const before = callRecord(given);
    assert.equal(before.attempts.length, 1);
    await policy.fetch("https://api.example.com/").catch(() => {});
    assert.equal(callRecord(given).call, before.call + 1);
  }
  assert.deepEqual([kept, frozen, bare].map(Reflect.ownKeys), keys);
  const odd = createPolicy({ fetch: () => Promise.reject("a text"), retry: false });
  assert.equal(await odd.fetch("https://api.example.com/").catch(callRecord), undefined);
  for (const other of [undefined, null, 1, "a text", {}, new Response(), () => {}]) assert.equal(callRecord(other), undefined);
});
