// A machine that sleeps: its timers and its monotonic clock stand still, the wall clock goes on.
import assert from "node:assert/strict";
import { test } from "node:test";
import { createPolicy } from "fetch-with-policy";
import { virtualHost } from "./virtual.js";

const URL = "https://api.example.com/items";
const HOUR = 3_600_000;

/** A virtual host that can be put to sleep. */
function machine() {
  const clock = virtualHost();
  let slept = 0;
  const host = { ...clock.host, now: () => clock.host.now() + slept };
  return { clock, host, sleep: (ms) => (slept += ms) };
}

test("a call that waits for a server's word goes within seconds of waking up", async () => {
  const { clock, host, sleep } = machine();
  const sends = [];
  const fetch = async () => (sends.push(clock.time), sends.length === 1 ? new Response(null, { status: 503, headers: { "retry-after": "3000" } }) : new Response("ok"));
  const policy = createPolicy({ host, fetch, rateLimit: { maxWait: 2 * HOUR }, timeout: {} });
  const call = policy.fetch(URL);
  await clock.pass(60_000);
  assert.equal(sends.length, 1);
  sleep(HOUR);
  await clock.pass(10_000);
  assert.equal(sends.length, 2, "sent again");
  assert.equal((await call).status, 200);
});

test("a clock that is corrected by a second, or set back, ends no wait", async () => {
  for (const step of [900, -HOUR]) {
    const { clock, host, sleep } = machine();
    const sends = [];
    const fetch = async () => (sends.push(clock.time), sends.length === 1 ? new Response(null, { status: 503, headers: { "retry-after": "60" } }) : new Response("ok"));
    const call = createPolicy({ host, fetch }).fetch(URL);
    await clock.pass(10_000);
    sleep(step);
    await clock.pass(120_000);
    await call;
    assert.ok(sends[1] >= 60_000, `sent again at ${sends[1]} ms`);
  }
});

test("a long wait tells the listener once", async () => {
  const { clock, host } = machine();
  const waits = [];
  let sends = 0;
  const fetch = async () => (++sends === 1 ? new Response(null, { status: 503, headers: { "retry-after": "60" } }) : new Response("ok"));
  const call = createPolicy({ host, fetch, onEvent: (event) => void (event.type === "wait" && waits.push(event)) }).fetch(URL);
  await clock.pass(120_000);
  await call;
  assert.equal(waits.length, 1);
});

test("an abort and the end of a wait leave no timer", async () => {
  const { clock, host } = machine();
  const controller = new AbortController();
  const call = createPolicy({ host, fetch: async () => new Response(null, { status: 503, headers: { "retry-after": "60" } }) }).fetch(URL, { signal: controller.signal });
  await clock.pass(22_000);
  controller.abort();
  await assert.rejects(call, { name: "AbortError" });
  assert.equal(clock.timers.size, 0);
});
