// A module that traps is replaced. No input is known to make it trap; a memory that may not grow does, under load.
import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { test } from "node:test";
import { crowded, entries, load, SECRET, URL } from "./capped.js";
import { settled } from "./virtual.js";

const unhandled = [];
process.on("unhandledRejection", (error) => unhandled.push(error));
test.afterEach(() => assert.deepEqual(unhandled, []));

function assertCoreFailed(it, error) {
  assert.ok(it.PolicyError.is(error), `${error}`);
  assert.equal(error.code, "core-failed");
  assert.ok(error.cause instanceof WebAssembly.RuntimeError, `${error.cause}`);
  assert.match(error.message, /^GET https:\/\/api\.example\.com: /);
  assert.doesNotMatch(error.message, /sk_test|items/);
  assert.equal(it.callRecord(error), error.record);
  assert.equal(error.record.gaveUp, "core-failed");
}

for (const entry of entries) {
  test(`${entry}: a core that fails ends the calls that wait with core-failed, and the next call has a new one`, async () => {
    const it = await load(entry, { policy: 3 });
    const other = it.createPolicy({ fetch: async () => new Response("other", { headers: { ratelimit: '"a";r=4;t=60', "ratelimit-policy": '"a";q=5;w=60' } }) });
    await other.fetch("https://other.example.com/");
    assert.equal(other.quotas().length, 1);

    const stage = crowded(it);
    const { signal } = new AbortController();
    for (const round of [1, 2, 3]) {
      const ended = await stage.load({ signal });
      const [first, ...rest] = ended;
      assert.ok(rest.length > 100, `${rest.length} calls`);
      assert.equal(first, undefined, "it is under way");
      for (const { error } of rest) assertCoreFailed(it, error);
      stage.answer();
      await settled();
      assertCoreFailed(it, ended[0].error);
      assert.equal(ended[0].error.record.attempts[0].status, 200);

      assert.equal(stage.sends.length, round, "none but the first was sent");
      assert.equal(stage.clock.timers.size, 0);
      assert.equal(getEventListeners(signal, "abort").length, 0);
      assert.equal(stage.of("core-failed").length, round);
      assert.ok(stage.of("core-failed")[round - 1].error instanceof WebAssembly.RuntimeError);
      assert.equal(stage.of("give-up").filter(({ reason }) => reason === "core-failed").length, stage.of("give-up").length);
    }
    assert.deepEqual(stage.policy.quotas(), []);
    assert.deepEqual(stage.policy.snapshot(), { version: 1, quotas: [] });

    // The next calls, by the same options.
    const [one, two] = [stage.policy.fetch(URL), stage.policy.fetch(URL)];
    await settled();
    assert.equal(stage.open.length, 1, "one at a time, as before");
    stage.answer();
    await settled();
    stage.answer();
    assert.deepEqual((await Promise.all([one, two])).map(({ status }) => status), [200, 200]);

    assert.deepEqual(other.quotas(), [], "its quotas were in the memory that is lost");
    assert.equal(await (await other.fetch("https://other.example.com/")).text(), "other");
    assert.equal(other.quotas().length, 1);
    assert.equal(it.readQuotas({ "x-ratelimit-limit": "5", "x-ratelimit-remaining": "4" }).quotas[0].limit, 5);
    assert.equal((await it.fetchWithPolicy("https://api.example.com/", undefined, other)).status, 200);
  });

  test(`${entry}: with "bypass" the calls go on as plain fetch`, async () => {
    const it = await load(entry, { policy: 3 });
    const stage = crowded(it, { unavailable: "bypass" });
    const init = { method: "POST", body: "text", headers: { "x-own": "1" } };
    const ended = await stage.load(init);
    assert.equal(stage.sends.length, ended.length, "each was sent, once");
    assert.equal(new Set(stage.sends.map(([input]) => input)).size, ended.length);
    for (const [input, sent] of stage.sends) {
      assert.ok(input.endsWith(SECRET));
      assert.equal(sent.method, "POST");
      assert.equal(sent.body, "text");
      assert.equal(new Headers(sent.headers).get("x-own"), "1");
    }
    stage.answer();
    await settled();
    for (const { response } of ended) {
      assert.equal(await response.text(), "ok");
      assert.equal(it.callRecord(response).attempts.length, 1);
    }
    assert.equal(stage.clock.timers.size, 0);
    assert.equal(stage.of("core-failed").length, 1);
    // And the next is under the policy again.
    const next = [stage.policy.fetch(URL), stage.policy.fetch(URL)];
    await settled();
    assert.equal(stage.open.length, 1);
    stage.answer();
    await settled();
    stage.answer();
    assert.equal((await Promise.all(next)).length, 2);
  });
}
