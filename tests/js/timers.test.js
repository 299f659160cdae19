// Fake timers that are put in place after the import are seen, those that leave `performance` alone too.
import assert from "node:assert/strict";
import { test } from "node:test";
import { createPolicy } from "fetch-with-policy";
import { createSimulator } from "fetch-with-policy/testing";

const turns = async () => {
  for (let n = 0; n < 20; n++) await new Promise((resolve) => setImmediate(resolve));
};

test("a retry waits on node:test's fake timers", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout", "Date"] });
  const sends = [];
  const answers = [new Response(null, { status: 503, headers: { "retry-after": "30" } }), new Response("ok")];
  const policy = createPolicy({ fetch: async () => (sends.push(Date.now()), answers.shift()) });
  const call = policy.fetch("https://api.example.com/");
  for (let n = 0; n < 40; n++) {
    await new Promise((resolve) => setImmediate(resolve));
    t.mock.timers.tick(1000);
  }
  assert.equal((await call).status, 200);
  assert.ok(sends[1] - sends[0] >= 30_000 && sends[1] - sends[0] <= 34_000, `${sends[1] - sends[0]}`);
});

test("windows are waited out on node:test's fake timers, and no longer, what passed without a timer counted", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout", "Date"], now: 1_800_000_000_000 });
  const simulator = createSimulator({ clock: "host", limit: 10, window: 60_000 });
  const policy = createPolicy({ fetch: simulator.fetch });
  let answered = 0;
  const calls = (count) => Array.from({ length: count }, () => policy.fetch("https://api.example.com/").then(() => answered++));
  calls(10);
  for (let n = 0; n < 124; n++) {
    if (n === 10) calls(20);
    await turns();
    t.mock.timers.tick(1000);
  }
  await turns();
  assert.equal(answered, 30);
  assert.equal(simulator.rejections.length, 0);
});

test("a fake clock that is taken away leaves a policy that still waits as long as it should", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout", "Date"], now: 1_800_000_000_000 });
  const answers = [200, 429, 200].map((status) => new Response(null, { status, headers: status === 429 ? { "retry-after": "1" } : {} }));
  const policy = createPolicy({ fetch: async () => answers.shift() });
  await policy.fetch("https://api.example.com/");
  t.mock.timers.tick(3_600_000);
  t.mock.timers.reset();
  const since = performance.now();
  assert.equal((await policy.fetch("https://api.example.com/")).status, 200);
  assert.ok(performance.now() - since >= 990 && performance.now() - since < 60_000, `${performance.now() - since}`);
});
