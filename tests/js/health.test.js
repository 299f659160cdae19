// Outages, circuits, server flags and being offline, in the driver: what is awaited, told and thrown.
import assert from "node:assert/strict";
import { test } from "node:test";
import { callRecord, CircuitOpenError, createPolicy, PolicyError } from "fetch-with-policy";
import { settled, virtualHost } from "./virtual.js";

const URL = "https://api.example.com/items";

/** A policy on a virtual host whose fetch gives what `answer` says: a status, or an error to throw. */
function stage(answer, options = {}) {
  const { host, pass, timers } = virtualHost();
  const events = [];
  const sends = [];
  const policy = createPolicy({
    host: { ...host, ...options.host },
    onEvent: (event) => events.push(event),
    fetch: async () => {
      sends.push(host.now());
      const given = answer(sends.length);
      if (given instanceof Error) throw given;
      return given instanceof Response ? given : new Response("x", { status: given });
    },
    ...options.policy,
  });
  const told = (type) => events.filter((event) => event.type === type);
  return { policy, pass, timers, sends, told };
}

test("a circuit opens, refuses with the time, lets one probe through, and closes; each change is told", async () => {
  let status = 503;
  const circuitBreaker = { minimumCalls: 2, openFor: 1000 };
  const { policy, pass, sends, told } = stage(() => status, { policy: { circuitBreaker, retry: false } });
  for (let n = 0; n < 2; n++) assert.equal((await policy.fetch(URL)).status, 503);
  const refused = await policy.fetch(URL).catch((error) => error);
  assert.ok(CircuitOpenError.is(refused) && PolicyError.is(refused));
  assert.deepEqual([refused.code, refused.retryAt, callRecord(refused).gaveUp], ["circuit-open", sends[1] + 1000, "circuit-open"]);
  assert.doesNotMatch(refused.message, /items/);
  assert.equal(sends.length, 2);
  await pass(1000);
  status = 200;
  const both = await Promise.allSettled([policy.fetch(URL), policy.fetch(URL)]);
  assert.deepEqual(both.map((end) => end.status), ["fulfilled", "rejected"], "one probe decides");
  assert.equal((await policy.fetch(URL)).status, 200);
  const states = told("circuit").map(({ state, scope }) => [state, scope]);
  assert.deepEqual(states, ["open", "half-open", "closed"].map((state) => [state, "https://api.example.com"]));
});

test("a circuit is that of one route: what fails refuses no call to another", async () => {
  const circuitBreaker = { minimumCalls: 3, openFor: 60_000 };
  const policy = createPolicy({
    ...{ circuitBreaker, retry: false, host: virtualHost().host },
    fetch: async (url, init) => new Response("", { status: String(url).includes("broken") && init?.method !== "POST" ? 503 : 200 }),
  });
  const end = (path, init) => policy.fetch(`https://api.example.com/${path}`, init).then((response) => response.status, (error) => error.code);
  const ends = [];
  for (let n = 0; n < 6; n++) ends.push(await end(`broken/${n}`), await end(`items/${n}`));
  const both = Array.from({ length: 6 }, (_, n) => [n < 3 ? 503 : "circuit-open", 200]);
  assert.deepEqual(ends, both.flat(), "ids are of the same route");
  assert.deepEqual([await end("broken/1", { method: "POST" }), await end("broken/1/parts")], [200, 503]);
});

test("a retry that a circuit has closed the way to ends with the answer in hand", async () => {
  const { policy, sends } = stage(() => 503, { policy: { circuitBreaker: { minimumCalls: 1 } } });
  const response = await policy.fetch(URL);
  assert.deepEqual([response.status, sends.length, callRecord(response).gaveUp], [503, 1, "circuit-open"]);
  assert.equal(await response.text(), "x", "it is unread");
});

test("a server's own word goes before the status", async () => {
  const rows = [
    [503, "x-should-retry", "false", 1, "server-veto"],
    [503, "stripe-should-retry", "false", 1, "server-veto"],
    [503, "grpc-retry-pushback-ms", "-1", 1, "server-veto"],
    [409, "x-should-retry", "true", 4, "attempts-exhausted"],
    [503, "x-should-retry", "maybe", 4, "attempts-exhausted"],
  ];
  for (const [status, name, value, expected, gaveUp] of rows) {
    const answer = () => new Response("", { status, headers: { [name]: value } });
    const { policy, pass, sends } = stage(answer, { policy: { retry: { budget: false } } });
    const response = policy.fetch(URL, { method: "POST", headers: { "idempotency-key": "1" } });
    await pass(60_000);
    assert.deepEqual([sends.length, callRecord(await response).gaveUp], [expected, gaveUp], `${name}: ${value}`);
  }
});

for (const [how, target] of [["by the host's own event", true], ["by asking now and then", false]]) {
  test(`offline, a call waits until it is online, ${how}`, async () => {
    let online = false;
    const failing = (n) => (n === 1 ? new TypeError("Failed to fetch") : 200);
    const { policy, pass, sends, told } = stage(failing, { host: { online: () => online } });
    const events = new EventTarget();
    const counts = { added: 0, removed: 0 };
    if (target) {
      globalThis.addEventListener = (...args) => (counts.added++, events.addEventListener(...args));
      globalThis.removeEventListener = (...args) => (counts.removed++, events.removeEventListener(...args));
    }
    try {
      const response = policy.fetch(URL);
      await pass(300_000);
      assert.equal(sends.length, 1);
      assert.equal(told("wait")[0].reason, "offline");
      online = true;
      if (target) {
        events.dispatchEvent(new Event("online"));
        await settled();
      } else await pass(31_000);
      assert.equal((await response).status, 200);
      assert.equal(callRecord(await response).attempts[1].waitReason, "offline");
      if (target) assert.ok(counts.added > 0 && counts.added === counts.removed, "no listener is left");
    } finally {
      delete globalThis.addEventListener;
      delete globalThis.removeEventListener;
    }
  });
}

test("a wait for a network is ended by the signal and by the deadline", async () => {
  const down = () => new TypeError("Failed to fetch");
  const { policy, pass, timers, sends } = stage(down, { host: { online: () => false } });
  const controller = new AbortController();
  const aborted = policy.fetch(URL, { signal: controller.signal }).catch((error) => error);
  const late = policy.fetch(URL, {}, { timeout: { total: 5000 } }).catch((error) => error);
  await pass(1000);
  controller.abort("enough");
  assert.equal(await aborted, "enough");
  await pass(4000);
  assert.equal((await late).name, "TimeoutError");
  assert.equal(callRecord(await late).gaveUp, "deadline");
  assert.deepEqual([sends.length, timers.size], [2, 0]);
});

test("what waits for an outage says so, and goes when the server is back", async () => {
  let status = 503;
  const { policy, pass, sends, told } = stage(() => status, { policy: { retry: { maxAttempts: 10 } } });
  const all = Promise.all(Array.from({ length: 50 }, () => policy.fetch(URL)));
  await pass(1000);
  assert.ok(sends.length < 15, `${sends.length} requests while it was down`);
  status = 200;
  await pass(1000);
  assert.ok((await all).every((response) => response.ok));
  assert.ok(told("wait").some(({ reason }) => reason === "outage"));
});
