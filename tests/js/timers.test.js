// Fake timers that are put in place after the import are seen, those that leave `performance` alone too.
import assert from "node:assert/strict";
import { test } from "node:test";
import { createPolicy } from "fetch-with-policy";

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
