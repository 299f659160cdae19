// The sandbox's runs: the same settings give the same figures, and a mistake in them is named.
import assert from "node:assert/strict";
import { test } from "node:test";
import { createPolicy } from "fetch-with-policy";
import { createSimulator } from "fetch-with-policy/testing";
import { columnsOf, runSandbox } from "../sandbox-run.js";

const SERVER = { seed: 1, limit: 100, window: 10_000, algorithm: "fixed", dialect: "ietf-draft-10" };
const run = (server = {}, options = {}, calls = 300) => runSandbox({ createPolicy, createSimulator }, { server: { ...SERVER, ...server }, calls, options: { rateLimit: { maxWait: 120_000 }, ...options } });

test("the same seed gives the same run, another one another", async () => {
  const [first, second, other] = [await run(), await run(), await run({ seed: 2 })];
  assert.deepEqual(first, second);
  assert.notDeepEqual(first.policy.sent, other.policy.sent);
});

test("the policy keeps the quota; the loop floods it and loses calls where nothing says how long to wait", async () => {
  const { policy, loop, floor } = await run({ dialect: "clever" });
  assert.deepEqual([policy.ok, policy.lost, policy.reasons], [300, 0, []]);
  assert.ok(policy.limited <= 1, `${policy.limited}`);
  assert.ok(policy.time >= floor && policy.time <= 1.2 * floor, `${policy.time} of ${floor}`);
  assert.equal(policy.sent.length, policy.ok + policy.limited);
  assert.ok(loop.lost > 50 && loop.limited > 300, `${loop.lost} lost, ${loop.limited} refused`);
  assert.deepEqual(loop.reasons, [["429", loop.lost]]);
});

test("options count: without a wait that is long enough the policy refuses, and says why", async () => {
  const { policy } = await run({}, { rateLimit: { maxWait: 1000 } });
  assert.deepEqual(policy.reasons, [["quota-wait-too-long", policy.lost]]);
  assert.equal(policy.ok, 100);
});

test("errors by chance and hidden headers", async () => {
  const { policy, loop } = await run({ errors: { share: 0.2 }, hidden: true, limit: 1000 });
  assert.ok(policy.failed > 30 && loop.failed > 30);
  assert.equal(policy.sent.length, policy.sent.filter(({ at, outcome }) => at >= 0 && /^(admitted|limited|failed)$/.test(outcome)).length);
});

test("a mistake is named with the part of the form that it is in, and nothing is run", async () => {
  const rows = [
    [run({ limit: 0 }), "server", "limit", /^limit: expected a number above 0/],
    [run({ window: NaN }), "server", "window", /window/],
    [run({ errors: { share: 3 } }), "server", "errors.share", /a share from 0 to 1/],
    [run({}, { retry: { maxAttempts: 0 } }), "options", "retry.maxAttempts", /^retry\.maxAttempts: expected a whole number of 1 or more/],
    [run({}, { retires: 3 }), "options", "retires", /unknown option "retires"/],
    [run({}, { host: 5 }), "options", "host", /host: expected an object/],
    [run({}, {}, 2001), "calls", "", /^calls: expected a whole number from 1 to 2000$/],
    [run({}, {}, NaN), "calls", "", /^calls/],
  ];
  for (const [result, part, field, message] of rows) await assert.rejects(result, (error) => (assert.match(error.message, message), assert.deepEqual([error.part, error.field], [part, field]), true));
});

test("columns count each request once, the last at the end", () => {
  const sent = [[0, "admitted"], [99, "limited"], [100, "failed"], [400, "admitted"]].map(([at, outcome]) => ({ at, outcome }));
  assert.deepEqual(columnsOf(sent, 400, 4), [{ admitted: 1, limited: 1, failed: 0 }, { admitted: 0, limited: 0, failed: 1 }, { admitted: 0, limited: 0, failed: 0 }, { admitted: 1, limited: 0, failed: 0 }]);
});
