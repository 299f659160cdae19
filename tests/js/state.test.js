// policy.subscribe and policy.getState: one frozen state until something changes, and one call of each listener for the changes of a turn.
import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { createPolicy, defaultPolicy, fetchWithPolicy, PolicyOptionError } from "fetch-with-policy";
import * as portable from "../../pkg/index.js";
import { fakeGlobals, freshShell, manual } from "./fresh-shell.js";
import { settled, virtualHost } from "./virtual.js";

const URL = "https://api.example.com/items";
const QUOTA = { ratelimit: '"a";r=0;t=4', "ratelimit-policy": '"a";q=2;w=4' };
const IDLE = { pending: 0, quotas: [], waiting: 0 };

/** A policy whose sends the test answers, on a virtual clock. */
function stage(options, create = createPolicy) {
  const clock = virtualHost();
  const { sends, fetch } = manual();
  return { clock, sends, policy: create({ host: clock.host, fetch, ...options }) };
}

/** The states that a framework reads, one after each call of its listener. */
function watch({ subscribe, getState }) {
  const states = [];
  return { states, stop: subscribe(() => states.push(getState())) };
}

for (const [entry, create] of [["Node", createPolicy], ["everywhere", portable.createPolicy]]) {
  test(`pending and waiting calls and quotas, and the same object while nothing changes: the entry for ${entry}`, async () => {
    const { clock, sends, policy } = stage({ rateLimit: { probe: 1 } }, create);
    const { states, stop } = watch(policy);
    const { getState } = policy;
    assert.deepEqual(getState(), IDLE);
    assert.ok(Object.isFrozen(getState()) && Object.isFrozen(getState().quotas));
    assert.equal(getState(), getState());
    const ends = [policy.fetch(URL), policy.fetch(URL), policy.fetch(URL)];
    assert.equal(states.length, 0, "no listener runs in the caller's own turn");
    assert.deepEqual([getState().pending, getState().waiting], [3, 2]);
    await settled();
    assert.equal(states.length, 1, "one call for the changes of one turn");
    assert.equal(states[0], getState());
    sends[0].resolve(new Response("fine", { headers: QUOTA }));
    await settled();
    const { quotas, pending, waiting } = getState();
    assert.deepEqual([pending, waiting, quotas.length], [2, 2, 1]);
    assert.deepEqual([quotas[0].name, quotas[0].limit, quotas[0].remaining, quotas[0].waiting], ["a", 2, 0, 2]);
    assert.deepEqual(getState().quotas, policy.quotas());
    assert.equal(states.at(-1), getState());
    await clock.pass(10_000);
    for (const send of sends.slice(1)) send.resolve(new Response("fine"));
    await Promise.all(ends);
    assert.equal(getState().pending, 0);
    await settled();
    assert.equal(states.at(-1), getState());
    assert.ok(states.every((state, n) => state !== states[n - 1] && Object.isFrozen(state)));
    const count = states.length;
    stop();
    const last = policy.fetch(URL);
    await settled();
    sends.at(-1).resolve(new Response("fine"));
    await last;
    assert.equal(states.length, count);
  });
}

test("policies that are extended from one another have one state and one list of listeners", async () => {
  const { sends, policy } = stage();
  const child = policy.extend({ priority: 1 });
  const [above, below] = [watch(policy), watch(child)];
  const end = child.fetch(URL);
  await settled();
  assert.equal(policy.getState(), child.getState());
  assert.equal(policy.getState().pending, 1);
  sends[0].resolve(new Response("fine"));
  await end;
  await settled();
  assert.deepEqual(above.states, below.states);
  assert.equal(above.states.at(-1).pending, 0);
});

test("a listener that throws or rejects goes to the console, one that is no function is refused, and each is removed by its own function", async () => {
  const { sends, policy } = stage();
  const { error } = console;
  const shown = [];
  console.error = (thrown) => shown.push(thrown.message);
  try {
    let heard = 0;
    const listener = () => void heard++;
    const [first, second] = [policy.subscribe(listener), policy.subscribe(listener)];
    policy.subscribe(() => {
      throw new Error("thrown");
    });
    policy.subscribe(async () => {
      throw new Error("rejected");
    });
    const end = policy.fetch(URL);
    await settled();
    assert.equal(heard, 2);
    assert.deepEqual(shown.sort(), ["rejected", "thrown"]);
    first();
    first();
    sends[0].resolve(new Response("fine"));
    await end;
    await settled();
    const after = heard;
    assert.ok(after > 2);
    second();
    const last = policy.fetch(URL);
    await settled();
    sends[1].resolve(new Response("fine"));
    await last;
    assert.equal(heard, after);
  } finally {
    console.error = error;
  }
  for (const bad of [undefined, null, 5, {}]) assert.throws(() => policy.subscribe(bad), (thrown) => thrown instanceof PolicyOptionError && thrown.field === "listener");
});

test("one who leaves after a change and before its turn is not called", async () => {
  const { policy } = stage();
  let heard = 0;
  const stop = policy.subscribe(() => heard++);
  policy.fetch(URL).catch(() => {});
  stop();
  await settled();
  assert.equal(heard, 0);
});

test("the default policy is the one behind fetchWithPolicy", async () => {
  const { fetch } = globalThis;
  const { sends, fetch: transport } = manual();
  globalThis.fetch = transport;
  try {
    for (const of of [{ defaultPolicy, fetchWithPolicy }, portable]) {
      assert.equal(of.defaultPolicy(), of.defaultPolicy());
      const { states, stop } = watch(of.defaultPolicy());
      const end = of.fetchWithPolicy(URL);
      const own = of.fetchWithPolicy(URL, {}, { priority: 2 });
      assert.equal(of.defaultPolicy().getState().pending, 2);
      for (const send of sends.splice(0)) send.resolve(new Response("fine"));
      await Promise.all([end, own]);
      await settled();
      assert.equal(states.at(-1).pending, 0);
      assert.ok(states.some(({ pending }) => pending > 0));
      stop();
    }
  } finally {
    globalThis.fetch = fetch;
  }
});

test("in a page: before the core is loaded, while it takes over, and after", async () => {
  const { clock, restore } = fakeGlobals();
  const { sends, fetch } = manual();
  globalThis.fetch = fetch;
  try {
    const shell = await freshShell();
    const policy = shell.createPolicy();
    const { states } = watch(policy);
    assert.deepEqual(policy.getState(), IDLE);
    assert.ok(Object.isFrozen(policy.getState()));
    assert.equal(policy.getState(), policy.getState());
    const first = policy.fetch(URL);
    const early = shell.fetchWithPolicy(URL);
    await settled();
    assert.deepEqual(states, [{ ...IDLE, pending: 1 }]);
    assert.equal(shell.defaultPolicy().getState().pending, 1);
    sends[1].resolve(new Response("fine"));
    await early;
    assert.equal(shell.defaultPolicy().getState().pending, 0);
    assert.equal(shell.loads, 0, "neither of the two loads the core");
    sends[0].resolve(new Response("fine", { headers: QUOTA }));
    await shell.rest();
    await first;
    await shell.rest();
    assert.equal(shell.loads, 1);
    const { pending, quotas } = policy.getState();
    assert.deepEqual([pending, quotas.length, quotas[0]?.limit], [0, 1, 2]);
    assert.equal(states.at(-1), policy.getState(), "the listener is called for what the core adds");
    const waits = policy.fetch(URL);
    await settled();
    assert.equal(policy.getState().waiting, 1);
    assert.equal(states.at(-1), policy.getState());
    assert.deepEqual([policy.pending(), shell.defaultPolicy().getState().pending], [1, 0]);
    await clock.pass(10_000);
    sends[2].resolve(new Response("fine"));
    await waits;
    assert.equal(policy.getState().pending, 0);
    const restored = shell.createPolicy();
    restored.restore(policy.snapshot());
    assert.equal(restored.getState().pending, 0);
  } finally {
    restore();
  }
});

test("in a page: a snapshot that was restored before the core is in the state once the core is there", async () => {
  const { restore } = fakeGlobals();
  try {
    const shell = await freshShell();
    const policy = shell.createPolicy();
    const { clock, sends, policy: other } = stage({ host: {} });
    const end = other.fetch(URL);
    sends[0].resolve(new Response("fine", { headers: { ratelimit: '"a";r=1;t=4000', "ratelimit-policy": '"a";q=2;w=4000' } }));
    await end;
    assert.ok(clock);
    const snapshot = other.snapshot();
    const { states } = watch(policy);
    const sibling = policy.extend({ priority: 1 });
    sibling.restore(snapshot);
    // One whose snapshot is bad keeps no other one from its own.
    const bad = shell.createPolicy();
    bad.restore({ version: 9 });
    const errors = mock.method(console, "error", () => {});
    policy.restore(snapshot);
    assert.deepEqual(policy.getState(), IDLE);
    const seen = states.length;
    await shell.initPolicy();
    await settled();
    errors.mock.restore();
    assert.equal(states.length, seen + 1, "the listener is called without a call of fetch, or of any other function");
    assert.equal(states.at(-1).quotas.length, 1);
    assert.equal(policy.getState(), states.at(-1));
    assert.deepEqual(errors.mock.calls.map(({ arguments: [error] }) => error.field), ["version"]);
    const after = shell.createPolicy();
    const { states: later } = watch(after);
    after.restore(snapshot);
    await settled();
    assert.deepEqual([later.length, after.getState().quotas.length], [1, 1]);
  } finally {
    restore();
  }
});

for (const [entry, create] of [["Node", createPolicy], ["everywhere", portable.createPolicy]]) {
  test(`a snapshot that is restored is a change, and one that is refused is none: the entry for ${entry}`, async () => {
    const { sends, policy: other } = stage();
    const end = other.fetch(URL);
    sends[0].resolve(new Response("fine", { headers: QUOTA }));
    await end;
    const { policy } = stage(undefined, create);
    const { states } = watch(policy);
    const before = policy.getState();
    assert.throws(() => policy.restore({ version: 9 }), { code: "invalid-snapshot" });
    await settled();
    assert.deepEqual([states.length, policy.getState()], [0, before]);
    policy.restore(other.snapshot());
    assert.equal(policy.getState().quotas.length, 1, "the state that was read before is not given again");
    await settled();
    assert.deepEqual(states, [policy.getState()]);
  });
}
