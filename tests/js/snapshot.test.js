// What a policy knows of quotas, carried over to another.
import assert from "node:assert/strict";
import { test } from "node:test";
import { createPolicy, PolicyError } from "fetch-with-policy";

const HEADERS = { authorization: "Bearer SECRET" };
const spent = (reset) => ({ "x-ratelimit-limit": "5", "x-ratelimit-remaining": "0", "x-ratelimit-reset": `${reset}`, "x-ratelimit-bucket": "b" });

async function policyThatKnows() {
  const reset = Math.ceil(Date.now() / 1000) + 60;
  const policy = createPolicy({ fetch: async () => new Response("ok", { headers: spent(reset) }) });
  await policy.fetch("https://api.example.com/", { headers: HEADERS });
  return { policy, reset };
}

test("a quota that is used up is still used up in another policy", async () => {
  const { policy, reset } = await policyThatKnows();
  const snapshot = JSON.parse(JSON.stringify(policy.snapshot()));
  assert.doesNotMatch(JSON.stringify(snapshot), /SECRET/);
  let sends = 0;
  const other = createPolicy({ rateLimit: { maxWait: 1000 }, fetch: async () => (sends++, new Response("ok")) });
  other.restore(snapshot);
  const [state] = other.quotas();
  assert.deepEqual([state.limit, state.remaining, state.name], [5, 0, "b"]);
  assert.ok(Math.abs(state.resetAt - reset * 1000) <= 2);
  await assert.rejects(other.fetch("https://api.example.com/", { headers: HEADERS }), { code: "quota-wait-too-long" });
  assert.equal(sends, 0);
  await other.fetch("https://api.example.com/", { headers: { authorization: "Bearer OTHER" } });
  assert.equal(sends, 1);
});

test("what is known better is kept", async () => {
  const { policy } = await policyThatKnows();
  const before = policy.quotas();
  const snapshot = policy.snapshot();
  snapshot.quotas[0].remaining = 5;
  policy.restore(snapshot);
  assert.deepEqual(policy.quotas().map(({ remaining }) => remaining), before.map(({ remaining }) => remaining));
});

for (const bad of [undefined, null, 5, {}, { version: 2, quotas: [] }, { version: 1 }, { version: 1, quotas: [null] },
  { version: 1, quotas: [{ scope: "x", key: "zz", source: "y" }] }, { version: 1, quotas: [{ scope: "x", key: "0".repeat(32), limit: -1 }] }]) {
  test(`${JSON.stringify(bad)} is refused as a snapshot, and nothing is lost`, async () => {
    const { policy } = await policyThatKnows();
    const before = policy.quotas().length;
    assert.throws(() => policy.restore(bad), (error) => PolicyError.is(error) && error.code === "invalid-snapshot");
    assert.equal(policy.quotas().length, before);
  });
}
