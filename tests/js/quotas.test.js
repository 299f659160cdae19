// readQuotas of the built package against the recorded and documented responses, and policies whose quota only own headers tell.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { createPolicy, readQuotas } from "fetch-with-policy";
import { serve } from "./server.js";

const { cases } = JSON.parse(readFileSync(new URL("../fixtures/rate-headers.json", import.meta.url), "utf8"));

// Where the notes of a case accept more than what it expects; tests/it/read_rate_headers.rs says why.
const ARGUED = new Set(["prisjakt-ms", "github-graphql-200", "ra-weekday-wrong", "ra-urllib3-5"]);

/** @returns {string[]} what is not as expected */
function differences({ headers, date_header: date, status, now, body, expected }) {
  const told = readQuotas({ ...headers, ...(date && { date }) }, { status, now, body });
  const tolerance = date ? 1000 : 1;
  const wrong = [];
  const check = (holds, what) => void (holds || wrong.push(what));
  check(told.quotas.length === expected.limits.length, `${told.quotas.length} quotas`);
  for (const limit of expected.limits) {
    const quota =
      told.quotas.find(({ name }) => name !== undefined && name === limit.name) ??
      told.quotas.find((quota) => quota.limit === limit.limit && quota.window === limit.window_ms);
    if (quota === undefined) {
      wrong.push(`${JSON.stringify(limit)} is missing`);
      continue;
    }
    for (const [key, value] of [["name", limit.name], ["limit", limit.limit], ["remaining", limit.remaining], ["window", limit.window_ms], ["unit", limit.unit]]) {
      check(quota[key] === value, `${key} ${quota[key]}, not ${value}`);
    }
    const reset = limit.reset_at_ms ?? (limit.reset_after_ms === undefined ? undefined : now + limit.reset_after_ms);
    check(reset === undefined ? quota.resetAt === undefined : Math.abs(quota.resetAt - reset) <= tolerance, `resetAt ${quota.resetAt}, not ${reset}`);
    check(typeof quota.source === "string" && quota.source !== "", "no source");
  }
  check(told.retryAfter?.delay === expected.retry_after_ms, `retryAfter ${told.retryAfter?.delay}, not ${expected.retry_after_ms}`);
  if (expected.is_rate_limited !== undefined) check((told.limited === true) === expected.is_rate_limited, `limited ${told.limited}`);
  return wrong;
}

test("every recorded response is read as its source says", () => {
  assert.ok(cases.length >= 139);
  for (const one of cases) {
    const wrong = differences(one);
    if (ARGUED.has(one.id)) assert.notDeepEqual(wrong, [], `${one.id} is argued about, yet read as expected`);
    else assert.deepEqual(wrong, [], one.id);
  }
});

test("headers are taken in every shape, and nothing throws", () => {
  const expected = [{ limit: 10, remaining: 3, source: "x-ratelimit-remaining" }];
  for (const headers of [
    { "X-RateLimit-Limit": "10", "X-RateLimit-Remaining": "3" },
    new Headers({ "x-ratelimit-limit": "10", "x-ratelimit-remaining": "3" }),
    [["X-RateLimit-Limit", "10"], ["x-ratelimit-remaining", "3"]],
  ]) {
    assert.deepEqual(readQuotas(headers, { now: 0 }).quotas, expected);
  }
  for (const body of ["", "{", "\u0000", "[".repeat(100_000), `{"retry_after":${"9".repeat(400)}}`]) {
    assert.deepEqual(readQuotas({}, { body, status: 429 }), { quotas: [], limited: true });
  }
  assert.deepEqual(readQuotas({}, { status: 429, body: '{"error":{"code":"insufficient_quota"}}' }), { quotas: [], limited: false });
  assert.deepEqual(readQuotas(undefined), { quotas: [] });
});

test("a quota that only own headers tell is kept to, and holds for the profile's host alone", async () => {
  const server = await serve((_, response, stats) => {
    const used = stats.requests.length % 3 || 3;
    response.writeHead(200, { "x-calls-allowed": "3", "x-calls-made": `${used}`, "x-calls-back": "1" }).end();
  });
  try {
    const { host } = new URL(server.url);
    const acme = { name: "acme", hosts: [host], dialects: [{ name: "calls", limit: "X-Calls-Allowed", used: "x-calls-made", reset: "x-calls-back", resetUnit: "delta-s" }] };
    const policy = createPolicy({ profiles: [acme] });
    for (let call = 0; call < 4; call++) await policy.fetch(server.url);
    const [quota] = policy.quotas();
    assert.deepEqual([quota.name, quota.limit, quota.source], ["calls", 3, "x-calls-back"]);
    // The window is as old as the first of the three.
    const [first, , , fourth] = server.stats.requests;
    assert.ok(fourth.at - first.at >= 990, `${fourth.at - first.at} ms`);

    // Another policy of the same page knows nothing of the names, and one that learns them by a call's own options does.
    const plain = createPolicy();
    await plain.fetch(server.url);
    assert.deepEqual(plain.quotas(), []);
    const later = plain.extend({ profiles: [{ ...acme, hosts: ["elsewhere.example", host] }] });
    await later.fetch(server.url);
    assert.equal(later.quotas().length, 1);
    const apart = createPolicy({ profiles: [{ ...acme, hosts: ["elsewhere.example"] }] });
    await apart.fetch(server.url);
    assert.deepEqual(apart.quotas(), []);
  } finally {
    await server.close();
  }
});
