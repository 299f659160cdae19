// Responses that came after a redirect from another origin than was asked.
import assert from "node:assert/strict";
import { test } from "node:test";
import { createPolicy } from "fetch-with-policy";
import { virtualHost } from "./virtual.js";

const API = "https://api.example.com";

/** As a host gives it after a redirect. */
function redirected(status, headers, url) {
  const response = new Response(null, { status, headers });
  return Object.defineProperties(response, { redirected: { value: true }, url: { value: url } });
}

function stage(answer) {
  const clock = virtualHost();
  const sends = [];
  const fetch = async (input) => {
    sends.push([new globalThis.URL(input).pathname, clock.time]);
    await new Promise((resolve) => clock.host.setTimeout(resolve, 10));
    return input.includes("/download/") && clock.time < 40_000 ? answer() : new Response("ok");
  };
  return { clock, sends, policy: createPolicy({ host: clock.host, fetch }) };
}

test("a 429 of another origin holds the calls of its route, and no others", async () => {
  const { clock, sends, policy } = stage(() => redirected(429, { "retry-after": "50" }, "https://cdn.other.example/blob"));
  const first = policy.fetch(`${API}/download/1`);
  await clock.pass(100);
  const second = policy.fetch(`${API}/download/2`);
  const users = policy.fetch(`${API}/users`);
  await clock.pass(100);
  assert.equal((await users).status, 200);
  assert.deepEqual(sends.map(([path]) => path), ["/download/1", "/users"]);
  await clock.pass(60_000);
  assert.deepEqual([(await first).status, (await second).status], [200, 200]);
  assert.ok(sends.slice(2).every(([, at]) => at >= 50_000), sends.join("; "));
});

test("quotas that another origin tells are none of the API's", async () => {
  const spent = { "x-ratelimit-limit": "10", "x-ratelimit-remaining": "0", "x-ratelimit-reset": "60" };
  const { clock, policy } = stage(() => redirected(200, spent, "https://cdn.other.example/blob"));
  const first = policy.fetch(`${API}/download/1`);
  await clock.pass(100);
  await first;
  assert.deepEqual(policy.quotas(), []);
  const users = policy.fetch(`${API}/users`);
  await clock.pass(100);
  assert.equal((await users).status, 200);
});

test("a redirect within the origin changes nothing: its 429 holds all", async () => {
  const { clock, sends, policy } = stage(() => redirected(429, { "retry-after": "50" }, `${API}/blob`));
  const first = policy.fetch(`${API}/download/1`);
  await clock.pass(100);
  const users = policy.fetch(`${API}/users`);
  await clock.pass(1000);
  assert.equal(sends.length, 1);
  await clock.pass(100_000);
  await Promise.all([first, users]);
});

test("a 429 of another origin without a hint is backed off from by its route alone", async () => {
  const { clock, sends, policy } = stage(() => redirected(429, {}, "https://cdn.other.example/blob"));
  const first = policy.fetch(`${API}/download/1`);
  await clock.pass(2000);
  const users = policy.fetch(`${API}/users`);
  await clock.pass(100);
  assert.equal((await users).status, 200);
  await clock.pass(100_000);
  assert.equal((await first).status, 429);
  // That the API serves others says nothing of the other origin: each refusal is an attempt.
  const times = sends.filter(([path]) => path === "/download/1").map(([, at]) => at);
  const waits = times.slice(1).map((at, n) => at - times[n]);
  assert.ok(times.length === 4 && waits.every((wait, n) => n === 0 || wait > 1.5 * waits[n - 1]), waits.join("; "));
});
