// Listeners of a policy, of the one that it is extended from, and of a call.
import assert from "node:assert/strict";
import { test } from "node:test";
import { createPolicy } from "fetch-with-policy";
import { fakeGlobals, freshShell, manual } from "./fresh-shell.js";
import { settled } from "./virtual.js";

const URL = "https://api.example.com/items";

/** Listeners that write down who got which event. */
function three() {
  const heard = [];
  const named = (name) => (event) => void heard.push(`${name} ${event.type}`);
  return { heard, policy: named("policy"), extended: named("extended"), call: named("call") };
}

const ALL = ["policy attempt", "extended attempt", "call attempt", "policy response", "extended response", "call response"];

test("all of them are called, the policy's first", async () => {
  const { heard, policy, extended, call } = three();
  const above = createPolicy({ onEvent: policy, fetch: async () => new Response("fine") });
  const below = above.extend({ onEvent: extended });
  await below.fetch(URL, {}, { onEvent: call });
  assert.deepEqual(heard.splice(0), ALL);
  await above.fetch(URL);
  assert.deepEqual(heard.splice(0), ["policy attempt", "policy response"], "what is extended does not change what it is extended from");
  await below.extend({ priority: 1 }).fetch(URL, {}, { onEvent: undefined });
  assert.deepEqual(heard.splice(0), ["policy attempt", "extended attempt", "policy response", "extended response"]);
});

test("one that is given twice is called once", async () => {
  let heard = 0;
  const onEvent = () => heard++;
  const policy = createPolicy({ onEvent, fetch: async () => new Response("fine") });
  await policy.extend({ onEvent }).fetch(URL, {}, { onEvent });
  assert.equal(heard, 2);
});

test("an array is several, of a policy, of one that is extended from it and of a call; what is done to it later changes nothing", async () => {
  const { heard, policy, extended, call } = three();
  const list = [policy, extended];
  const above = createPolicy({ onEvent: list, fetch: async () => new Response("fine") });
  list.pop();
  await above.fetch(URL, {}, { onEvent: [call, policy] });
  assert.deepEqual(heard.splice(0), ALL);
  await above.extend({ onEvent: [] }).fetch(URL, {}, { onEvent: [call] });
  assert.deepEqual(heard.splice(0), ALL);
  await createPolicy({ onEvent: [], fetch: async () => new Response("fine") }).fetch(URL);
  assert.deepEqual(heard, []);
});

for (const [onEvent, field, message] of [
  [{}, "onEvent", "onEvent: expected a function or an array of functions"],
  ["log", "onEvent", "onEvent: expected a function or an array of functions"],
  [[() => {}, undefined], "onEvent.1", "onEvent.1: expected a function"],
  [[{ onEvent() {} }], "onEvent.0", "onEvent.0: expected a function"],
  [[[() => {}]], "onEvent.0", "onEvent.0: expected a function"],
]) {
  test(`a bad listener is named, of a policy and of a call: ${message}, for ${JSON.stringify(onEvent)}`, async () => {
    const shell = await freshShell();
    const error = { name: "PolicyOptionError", code: "invalid-option", field, message };
    for (const create of [createPolicy, shell.createPolicy]) {
      assert.throws(() => create({ onEvent }), error);
      await assert.rejects(create({ fetch: async () => assert.fail("nothing is sent") }).fetch(URL, {}, { onEvent }), error);
    }
  });
}

test("one that throws or rejects harms neither the others nor the call", async (context) => {
  const shown = [];
  context.mock.method(console, "error", (error) => shown.push(error.message));
  const { heard, call } = three();
  const policy = createPolicy({
    fetch: async () => new Response("fine"),
    onEvent() {
      throw new Error("thrown");
    },
  });
  const below = policy.extend({
    async onEvent() {
      throw new Error("rejected");
    },
  });
  assert.equal((await below.fetch(URL, {}, { onEvent: call })).status, 200);
  await settled();
  assert.deepEqual(heard, ["call attempt", "call response"]);
  assert.deepEqual(shown.sort(), ["rejected", "rejected", "thrown", "thrown"]);
});

test("in a page: before the core is loaded, for a call that it takes over, and after", async () => {
  const { clock, restore } = fakeGlobals();
  const { sends, fetch } = manual();
  globalThis.fetch = fetch;
  try {
    const shell = await freshShell();
    const { heard, policy, extended, call } = three();
    const below = shell.createPolicy({ onEvent: [policy] }).extend({ onEvent: [policy, extended] });
    const early = below.fetch(URL, {}, { onEvent: call });
    sends[0].resolve(new Response("fine"));
    await early;
    assert.deepEqual(heard.splice(0), ALL);
    assert.equal(shell.loads, 0);
    const taken = below.fetch(URL, {}, { onEvent: call });
    sends[1].resolve(new Response("down", { status: 503, headers: { "retry-after": "1" } }));
    await shell.rest();
    assert.equal(shell.loads, 1);
    await clock.pass(3000);
    sends[2].resolve(new Response("fine"));
    await taken;
    const names = ["policy", "extended", "call"];
    const events = ["attempt", "response", "wait", "attempt", "response"];
    assert.deepEqual(heard.splice(0), events.flatMap((type) => names.map((name) => `${name} ${type}`)));
    const after = below.fetch(URL, {}, { onEvent: call });
    sends[3].resolve(new Response("fine"));
    await after;
    assert.deepEqual(heard.splice(0), ALL);
  } finally {
    restore();
  }
});
