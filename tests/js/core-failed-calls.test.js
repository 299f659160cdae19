// In what state a call may be when its core fails, and how it ends. Another policy of the realm makes the core fail.
import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { test } from "node:test";
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-base";
import { telemetry } from "fetch-with-policy/opentelemetry";
import { crash, load, URL } from "./capped.js";
import { settled, virtualHost } from "./virtual.js";

const it = await load("node", { policy: 3 });
const unhandled = [];
process.on("unhandledRejection", (error) => unhandled.push(error));
test.afterEach(() => assert.deepEqual(unhandled, []));

/** A policy whose sends are answered by hand. */
function byHand(options = {}) {
  const clock = virtualHost();
  const events = [];
  const sends = [];
  const fetch = (input, init) => new Promise((resolve, reject) => sends.push({ input, init, resolve, reject }));
  const policy = it.createPolicy({ host: clock.host, fetch, onEvent: (event) => events.push(event), ...options });
  return { clock, events, sends, policy, types: () => events.map(({ type, reason }) => (reason === undefined ? type : `${type} ${reason}`)) };
}

/** How a call ended, as soon as it has. */
function watched(promise) {
  const call = {};
  promise.then(
    (response) => (call.response = response),
    (error) => (call.error = error),
  );
  return call;
}

const isCoreFailed = ({ error }) => it.PolicyError.is(error) && error.code === "core-failed" && error.cause instanceof WebAssembly.RuntimeError;

test("one under way is rejected when the host has its answer, and the answer's body is let go of", async () => {
  const stage = byHand();
  const call = watched(stage.policy.fetch(URL));
  await crash(it);
  assert.deepEqual(call, {});
  let isCancelled = false;
  stage.sends[0].resolve(new Response(new ReadableStream({ cancel: () => void (isCancelled = true) })));
  await settled();
  assert.ok(isCoreFailed(call));
  assert.ok(isCancelled);
  assert.deepEqual(stage.types(), ["attempt", "response", "core-failed", "give-up core-failed"]);
  assert.deepEqual(stage.events[1].quotas, []);
});

test('with "bypass" one under way gives what the host gives: a response, or an error', async () => {
  const stage = byHand({ unavailable: "bypass", throwHttpErrors: true });
  const calls = [watched(stage.policy.fetch(URL)), watched(stage.policy.fetch(URL)), watched(stage.policy.fetch(URL))];
  await crash(it);
  const [good, bad, broken] = [new Response("good"), new Response("bad", { status: 503, headers: { "retry-after": "5" } }), new TypeError("fetch failed")];
  stage.sends[0].resolve(good);
  stage.sends[1].resolve(bad);
  stage.sends[2].reject(broken);
  await settled();
  assert.equal(calls[0].response, good);
  assert.equal(calls[1].response, bad);
  assert.equal(await bad.text(), "bad");
  assert.equal(calls[2].error, broken);
  assert.deepEqual([good, bad, broken].map((result) => it.callRecord(result).gaveUp), [undefined, "core-failed", "core-failed"]);
  assert.equal(stage.sends.length, 3);
  assert.equal(stage.clock.timers.size, 0);
});

const waits = {
  "before a retry": async (stage, headers, signal) => {
    const call = watched(stage.policy.fetch(new Request(URL, { method: "PUT", body: "text", headers }), { signal }));
    stage.sends[0].resolve(new Response("no", { status: 503, headers: { "retry-after": "30" } }));
    await settled();
    return call;
  },
  "for a quota": async (stage, headers, signal) => {
    const first = stage.policy.fetch(URL);
    stage.sends[0].resolve(new Response("last", { headers: { ratelimit: '"a";r=0;t=60', "ratelimit-policy": '"a";q=1;w=60' } }));
    await first;
    return watched(stage.policy.fetch(new Request(URL, { method: "PUT", body: "text", headers }), { signal }));
  },
};
for (const [what, waiting] of Object.entries(waits)) {
  test(`one that waits ${what} is rejected at once, and leaves no timer and no listener`, async () => {
    const stage = byHand({ timeout: { total: 90_000 } });
    const { signal } = new AbortController();
    const call = await waiting(stage, {}, signal);
    assert.equal(stage.clock.timers.size, 1);
    await crash(it);
    assert.ok(isCoreFailed(call));
    assert.equal(stage.clock.timers.size, 0);
    assert.equal(getEventListeners(signal, "abort").length, 0);
    assert.equal(stage.sends.length, 1);
  });

  test(`with "bypass" one that waits ${what} is sent at once, with its body, its own headers and what \`prepare\` adds`, async () => {
    const stage = byHand({ unavailable: "bypass", prepare: () => ({ authorization: "Bearer token" }) });
    const call = await waiting(stage, { "x-own": "1" });
    await crash(it);
    assert.equal(stage.sends.length, 2);
    const [, { input, init, resolve }] = stage.sends;
    const sent = new Request(input, init);
    assert.deepEqual([sent.method, await sent.text(), sent.headers.get("x-own"), sent.headers.get("authorization")], ["PUT", "text", "1", "Bearer token"]);
    const last = new Response("last");
    resolve(last);
    await settled();
    assert.equal(call.response, last);
    assert.equal(stage.clock.timers.size, 0);
  });

  test(`one that waits ${what} and is aborted in the same turn rejects with the signal's reason`, async () => {
    const stage = byHand();
    const controller = new AbortController();
    const call = await waiting(stage, {}, controller.signal);
    const abort = () => controller.abort("by the caller");
    // The event comes in the turn in which the core fails, before those that wait are woken.
    await crash({ ...it, createPolicy: (options) => it.createPolicy({ ...options, onEvent: (event) => (options.onEvent(event), event.type === "core-failed" && abort()) }) });
    assert.equal(call.error, "by the caller");
    assert.equal(stage.clock.timers.size, 0);
  });
}

test("a hedged call is not hedged further; its first answer ends it", async () => {
  for (const unavailable of ["throw", "bypass"]) {
    const stage = byHand({ hedge: { delay: 100, maxHedges: 5 }, unavailable });
    const call = watched(stage.policy.fetch(URL));
    await stage.clock.pass(100);
    assert.equal(stage.sends.length, 2);
    await crash(it);
    await stage.clock.pass(1000);
    assert.equal(stage.sends.length, 2);
    const answer = new Response("second");
    stage.sends[1].resolve(answer);
    await settled();
    if (unavailable === "bypass") assert.equal(call.response, answer);
    else assert.ok(isCoreFailed(call));
    assert.ok(stage.sends[0].init.signal.aborted, "the other one is called off");
    assert.equal(stage.clock.timers.size, 0);
  }
});

test("a call whose answer's body is being read, or that asks `decide`, ends as well", async () => {
  const body = new Response(new ReadableStream({ pull: () => new Promise(() => {}) }), { status: 429 });
  const reading = byHand();
  const read = watched(reading.policy.fetch(URL));
  reading.sends[0].resolve(body);
  await settled();
  let decide;
  const asking = byHand({ retry: { decide: () => new Promise((resolve) => (decide = resolve)) } });
  const asked = watched(asking.policy.fetch(URL));
  asking.sends[0].resolve(new Response("no", { status: 503 }));
  await settled();
  await crash(it);
  await reading.clock.pass(1000);
  decide(true);
  await settled();
  assert.ok(isCoreFailed(read) && isCoreFailed(asked));
  assert.deepEqual([reading.sends.length, asking.sends.length], [1, 1]);
});

test("the listener is told once: by the call that met it, or by the first one after it", async () => {
  const stage = byHand();
  const waiting = Promise.allSettled(Array.from({ length: 20 }, () => stage.policy.fetch(URL)));
  await crash(it);
  for (const { resolve } of stage.sends) resolve(new Response());
  await waiting;
  assert.equal(stage.events.filter(({ type }) => type === "core-failed").length, 1);

  const idle = byHand();
  const other = idle.policy.extend({ throwHttpErrors: true });
  await crash(it);
  assert.deepEqual(idle.events, []);
  for (const policy of [idle.policy, other, idle.policy]) {
    const call = watched(policy.fetch(URL));
    idle.sends.at(-1).resolve(new Response());
    await settled();
    assert.equal(call.response.status, 200);
  }
  assert.deepEqual(idle.types(), ["core-failed", "attempt", "response", "attempt", "response", "attempt", "response"]);
  const [{ type, call, url, method, attempt, at, error }] = idle.events;
  assert.deepEqual([type, url, method, attempt], ["core-failed", URL, "GET", 0]);
  assert.equal(call, idle.events[1].call);
  assert.equal(at, idle.clock.host.now());
  assert.ok(error instanceof WebAssembly.RuntimeError);
});

test("telemetry ends the spans of such calls, and says why", async () => {
  const exporter = new InMemorySpanExporter();
  const tracer = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }).getTracer("test");
  const stage = byHand({ onEvent: telemetry({ tracer }) });
  const under = watched(stage.policy.fetch(URL));
  await crash(it);
  stage.sends[0].resolve(new Response());
  await settled();
  assert.ok(isCoreFailed(under));
  const spans = exporter.getFinishedSpans().map(({ name, attributes }) => [name, attributes["http.response.status_code"], attributes["error.type"]]);
  assert.deepEqual(spans, [["GET", 200, undefined], ["give-up GET", undefined, "core-failed"]]);
});
