// What the profiles say of their APIs, at work. The clock is the test's own: nothing is slept.
import assert from "node:assert/strict";
import { test } from "node:test";
import { callRecord, createPolicy } from "fetch-with-policy";
import * as profiles from "fetch-with-policy/profiles";

const { clever, discord, shopify, slack, stripe, unit21 } = profiles;

/** A host whose timers fire when the test says so; `run` goes on until nothing is left to happen. */
function createStage() {
  let now = Date.UTC(2026, 0, 1);
  const timers = new Map();
  let next = 0;
  const host = {
    now: () => now,
    monotonic: () => now,
    random: () => 0.5,
    setTimeout: (callback, ms) => (timers.set(++next, { callback, at: now + ms }), next),
    clearTimeout: (timer) => timers.delete(timer),
  };
  async function run() {
    for (;;) {
      for (let n = 0; n < 20; n++) await new Promise((resolve) => setImmediate(resolve));
      const [first] = [...timers].sort(([, a], [, b]) => a.at - b.at);
      if (first === undefined) return;
      now = Math.max(now, first[1].at);
      timers.delete(first[0]);
      first[1].callback();
    }
  }
  return { host, run, elapsed: () => now - Date.UTC(2026, 0, 1) };
}

/** A policy whose answers are played; `sends` are the times of the sends, from the start. */
function play(profile, answers) {
  const stage = createStage();
  const sends = [];
  const fetch = async () => {
    sends.push(stage.elapsed());
    const [status, headers = {}] = answers[Math.min(sends.length, answers.length) - 1];
    return new Response(null, { status, headers });
  };
  return { ...stage, sends, policy: createPolicy({ profiles: [profile], fetch, host: stage.host }) };
}

const CLEVER = "https://api.clever.com/v3.0/students";

test("Clever: 1200 a minute per token are kept to where no header can be read", async () => {
  const { policy, sends, run } = play(clever, [[200]]);
  const calls = Array.from({ length: 2500 }, () => policy.fetch(CLEVER, { headers: { authorization: "Bearer a" } }));
  calls.push(policy.fetch(CLEVER, { headers: { authorization: "Bearer b" } }));
  await run();
  await Promise.all(calls);
  const within = (from, to) => sends.filter((at) => at >= from && at < to).length;
  assert.deepEqual([within(0, 60_000), within(60_000, 120_000), within(120_000, 180_000)], [1201, 1200, 100]);
});

test("Clever: an empty 429 waits for the reset that its headers tell", async () => {
  const reset = Date.UTC(2026, 0, 1) / 1000 + 24;
  const told = { "x-ratelimit-limit": "1200", "x-ratelimit-remaining": "0", "x-ratelimit-reset": `${reset}`, "x-ratelimit-bucket": "abc123" };
  const { policy, sends, run } = play(clever, [[429, told], [200]]);
  const call = policy.fetch(CLEVER);
  await run();
  assert.equal((await call).status, 200);
  assert.ok(sends[1] >= 24_000 && sends[1] < 24_100, `${sends}`);
});

test("Clever: five retries after 1, 2, 4, 8 and 16 s, and then no more", async () => {
  for (const status of [500, 502, 503]) {
    const { policy, sends, run } = play(clever, [[status]]);
    const call = policy.fetch(CLEVER);
    await run();
    assert.equal((await call).status, status);
    assert.deepEqual(sends, [0, 1000, 3000, 7000, 15_000, 31_000]);
  }
});

test("Clever: what its documentation says not to retry is sent once", async () => {
  for (const status of [400, 401, 404, 413, 501]) {
    const { policy, sends, run } = play(clever, [[status]]);
    const call = policy.fetch(CLEVER);
    await run();
    assert.equal(callRecord(await call).gaveUp, "not-retryable");
    assert.equal(sends.length, 1, `${status}`);
  }
});

test("Unit21: a lock is waited for a few seconds, a few times; a conflict is not", async () => {
  const locked = play(unit21, [[423]]);
  const call = locked.policy.fetch("https://api.unit21.com/v1/entities/create", { method: "POST", body: "{}" });
  await locked.run();
  assert.equal((await call).status, 423);
  assert.equal(locked.sends.length, 4);
  for (const [index, at] of locked.sends.entries()) {
    if (index > 0) assert.ok(at - locked.sends[index - 1] >= 2000 && at - locked.sends[index - 1] <= 5000);
  }
  const conflict = play(unit21, [[409]]);
  await conflict.policy.fetch("https://api.unit21.com/v1/entities/1", { method: "PUT", body: "{}" });
  assert.equal(conflict.sends.length, 1);
});

test("Retry-After is kept to in both forms", async () => {
  // A date is cut to its second, and waited for to the end of that.
  for (const [value, least] of /** @type {[string, number][]} */ ([["30", 30_000], [new Date(Date.UTC(2026, 0, 1) + 30_000).toUTCString(), 31_000]])) {
    const { policy, sends, run } = play(unit21, [[429, { "retry-after": value }], [200]]);
    const call = policy.fetch("https://api.example.com/");
    await run();
    assert.equal((await call).status, 200);
    assert.ok(sends[1] >= least && sends[1] <= least + 1100, `${value}: ${sends[1]}`);
  }
});

test("every profile is taken, and the name it is exported by is its own", () => {
  for (const [name, profile] of Object.entries(profiles)) {
    assert.equal(profile.name, name);
    createPolicy({ profiles: [profile] });
  }
});

test("Discord and Stripe: the requests a second that no header tells are kept to, for a token each", async () => {
  for (const [profile, url, limit] of [
    [discord, "https://discord.com/api/v10/users/@me", 50],
    [stripe, "https://api.stripe.com/v1/charges", 100],
  ]) {
    const { policy, sends, run } = play(profile, [[200]]);
    const calls = Array.from({ length: 3 * limit }, () => policy.fetch(url, { headers: { authorization: "Bearer a" } }));
    await run();
    await Promise.all(calls);
    const seconds = new Map();
    for (const at of sends) seconds.set(Math.floor(at / 1000), (seconds.get(Math.floor(at / 1000)) ?? 0) + 1);
    assert.deepEqual([...seconds.values()], [limit, limit, limit], profile.name);
  }
});

test("Slack and Shopify: a rate limit under a 200 is waited for", async () => {
  for (const [profile, url, body] of [
    [slack, "https://slack.com/api/chat.postMessage", '{"ok":false,"error":"ratelimited"}'],
    [shopify, "https://a.myshopify.com/admin/api/graphql.json", '{"errors":[{"message":"Throttled","extensions":{"code":"THROTTLED"}}]}'],
  ]) {
    const stage = createStage();
    const bodies = [body, '{"ok":true,"data":{}}'];
    const fetch = async () => new Response(bodies.shift(), { headers: { "content-type": "application/json; charset=utf-8" } });
    const policy = createPolicy({ profiles: [profile], fetch, host: stage.host });
    const call = policy.fetch(url, { method: "POST", body: "{}" });
    await stage.run();
    const response = await call;
    assert.deepEqual([callRecord(response).attempts.length, (await response.json()).ok], [2, true], profile.name);
  }
});
