// Every wait on code that is not ours ends with the call: callbacks and transports that never settle, or settle too late.
import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { after, test } from "node:test";
import { runInNewContext } from "node:vm";
import { callRecord, createPolicy, PolicyOptionError } from "fetch-with-policy";
import { chance } from "./turns.js";
import { settled, virtualHost } from "./virtual.js";

const rejections = [];
process.on("unhandledRejection", (error) => rejections.push(error));
after(async () => {
  await settled();
  assert.deepEqual(rejections, []);
});

const URL = "https://api.example.com/items";
const never = () => new Promise(() => {});
const answers = (status) => async () => new Response("x", { status });

/** By what hangs: the options, and what the call is sent with. */
const HANGS = {
  prepare: { options: { prepare: never, fetch: answers(200) } },
  body: { options: { body: never, fetch: answers(200) }, init: { method: "PUT" } },
  idempotencyKey: { options: { idempotencyKey: never, fetch: answers(200) }, init: { method: "POST" } },
  decide: { options: { retry: { decide: never }, fetch: answers(503) }, isAfterHeaders: true },
  explainer: { options: { throwHttpErrors: true, explainer: { explainResponse: never }, fetch: answers(404) }, isAfterHeaders: true },
  "a body that the explainer reads": {
    options: { throwHttpErrors: true, fetch: async () => new Response(new ReadableStream({ pull: never }, { highWaterMark: 0 }), { status: 404 }) },
    isAfterHeaders: true,
  },
  "a transport that ignores its signal": { options: { fetch: never, retry: false } },
};

/** A call of which something hangs, on a virtual clock; `outcome` once it has settled. */
async function begun({ options, init }, more = {}) {
  const clock = virtualHost();
  const policy = createPolicy({ host: clock.host, ...options, ...more });
  const controller = new AbortController();
  const call = { clock, policy, controller, outcome: undefined };
  policy.fetch(URL, { ...init, signal: controller.signal }).then(
    (response) => (call.outcome = { response, at: clock.time }),
    (error) => (call.outcome = { error, at: clock.time }),
  );
  for (let n = 0; n < 20; n++) await settled();
  assert.equal(call.outcome, undefined, "it hangs");
  return call;
}

function assertNothingIsLeft({ clock, policy, controller }) {
  assert.equal(clock.timers.size, 0, "no timer");
  assert.equal(getEventListeners(controller.signal, "abort").length, 0, "no listener");
  for (const { inFlight, waiting } of policy.quotas()) assert.deepEqual([inFlight, waiting], [0, 0], "no place");
}

for (const [name, hang] of Object.entries(HANGS)) {
  test(`${name}: an abort ends the call at once, with the signal's own reason`, async () => {
    const call = await begun(hang, { timeout: { total: 60_000 } });
    await call.clock.pass(50);
    const reason = new Error("the user left");
    call.controller.abort(reason);
    await settled();
    assert.deepEqual(call.outcome, { error: reason, at: 50 });
    assert.equal(callRecord(reason).gaveUp, hang.isAfterHeaders && name !== "decide" ? "not-retryable" : "aborted");
    assertNothingIsLeft(call);
  });

  test(`${name}: timeout.total ends the call at its time, with a TimeoutError`, async () => {
    const call = await begun(hang, { timeout: { total: 100 } });
    await call.clock.pass(100);
    assert.equal(call.outcome?.at, 100);
    assert.ok(call.outcome.error instanceof DOMException);
    assert.equal(call.outcome.error.name, "TimeoutError");
    assertNothingIsLeft(call);
  });

  if (hang.isAfterHeaders) continue;
  test(`${name}: timeout.attempt ends the call at its time, with a TimeoutError`, async () => {
    const call = await begun(hang, { timeout: { attempt: 100 } });
    await call.clock.pass(100);
    assert.deepEqual([call.outcome?.at, call.outcome?.error?.name], [100, "TimeoutError"]);
    assertNothingIsLeft(call);
  });
}

test("the time that callbacks take counts for the attempt: what is left is the send's", async () => {
  const clock = virtualHost();
  const prepare = () => new Promise((resolve) => clock.host.setTimeout(() => resolve({ "x-a": "b" }), 60));
  const policy = createPolicy({ host: clock.host, prepare, fetch: never, retry: false, timeout: { attempt: 100 } });
  let at;
  policy.fetch(URL).catch(() => (at = clock.time));
  await clock.pass(200);
  assert.equal(at, 100);
});

test("an attempt whose transport ignores its signal is tried again after its time", async () => {
  const clock = virtualHost();
  let sends = 0;
  const fetch = () => (++sends === 1 ? never() : Promise.resolve(new Response("ok")));
  const call = createPolicy({ host: clock.host, fetch, timeout: { attempt: 100 } }).fetch(URL);
  await clock.pass(2000);
  assert.equal((await call).status, 200);
  assert.equal(sends, 2);
});

for (const [name, { options, init }] of Object.entries(HANGS)) {
  test(`${name}: calls that hang and are aborted do not keep a third one out`, async () => {
    const clock = virtualHost();
    const policy = createPolicy({ host: clock.host, ...options, rateLimit: { maxConcurrent: 2 } });
    const controllers = [new AbortController(), new AbortController()];
    const hung = controllers.map(({ signal }) => policy.fetch(URL, { ...init, signal }).catch((error) => error));
    let third;
    const free = { prepare: () => undefined, body: () => "x", idempotencyKey: false, throwHttpErrors: false, retry: false, fetch: answers(200) };
    policy.fetch(URL, { method: "PUT" }, free).then(({ status }) => (third = status));
    await clock.pass(10);
    controllers.forEach((controller) => controller.abort("left"));
    await clock.pass(10);
    assert.equal(third, 200);
    assert.deepEqual(await Promise.all(hung), ["left", "left"]);
    assert.deepEqual([policy.quotas(), clock.timers.size], [[], 0]);
  });
}

test("a response that comes too late has its body cancelled, and a rejection that comes too late is nobody's", async () => {
  for (const hedge of [false, { delay: 50 }]) {
    const late = [];
    let cancelled = 0;
    const fetch = () => new Promise((resolve, reject) => late.push({ resolve, reject }));
    const call = await begun({ options: { fetch, hedge } });
    await call.clock.pass(60);
    call.controller.abort("left");
    await settled();
    assert.deepEqual(call.outcome, { error: "left", at: 60 });
    late[0].resolve(new Response(new ReadableStream({ cancel: () => void cancelled++ })));
    late[1]?.reject(new Error("late"));
    await settled();
    assert.equal(cancelled, 1);
  }
  for (const { options, init } of Object.values(HANGS)) {
    const failing = [];
    const fails = () => new Promise((_, reject) => failing.push(reject));
    const replaced = Object.fromEntries(Object.entries(options).map(([key, value]) => [key, value === never ? fails : value]));
    if (options.retry) replaced.retry = { decide: fails };
    if (options.explainer) replaced.explainer = { explainResponse: fails };
    const call = await begun({ options: replaced, init });
    call.controller.abort("left");
    await settled();
    for (const reject of failing) reject(new Error("late"));
    await settled();
    assert.equal(call.outcome.error, "left");
  }
});

test("a signal that has fired before the call ends it though its transport takes no notice", async () => {
  const policy = createPolicy({ fetch: never });
  const reason = new Error("before");
  await assert.rejects(policy.fetch(URL, { signal: AbortSignal.abort(reason) }), (thrown) => thrown === reason);
  await assert.rejects(policy.fetch(new Request(URL, { signal: AbortSignal.abort("before") })), (thrown) => thrown === "before");
});

test("a stream that was never sent is cancelled where the abort comes while its headers are made", async () => {
  let reason;
  const body = new ReadableStream({ cancel: (why) => void (reason = why) });
  const call = await begun({ options: HANGS.prepare.options, init: { method: "PUT", body, duplex: "half" } });
  call.controller.abort("left");
  await settled();
  assert.equal(reason, "left");
});

test("a hung send beside another is let go of when that is answered", async () => {
  const clock = virtualHost();
  let prepared = 0;
  const prepare = () => (++prepared === 1 ? { n: "1" } : never());
  const events = [];
  const onEvent = ({ type, attempt }) => events.push(`${type} ${attempt}`);
  const fetch = () => new Promise((resolve) => clock.host.setTimeout(() => resolve(new Response("ok")), 100));
  const call = createPolicy({ host: clock.host, prepare, fetch, onEvent, hedge: { delay: 50 } }).fetch(URL);
  await clock.pass(100);
  assert.equal((await call).status, 200);
  assert.equal(clock.timers.size, 0);
  assert.deepEqual(events, ["attempt 1", "response 1", "attempt 2", "failure 2"]);
});

/** What gives `value` without being a promise of this realm. */
const FOREIGN = {
  "a thenable": (value) => ({ then: (resolve) => void resolve(value) }),
  "a promise of another realm": (value) => runInNewContext("Promise").resolve(value),
};

for (const [kind, give] of Object.entries(FOREIGN)) {
  test(`${kind} is awaited, whichever callback gives it`, async () => {
    const sends = [];
    const decisions = [];
    const policy = createPolicy({
      host: virtualHost().host,
      prepare: () => give({ authorization: "Bearer t" }),
      body: () => give("the body"),
      idempotencyKey: () => give("the key"),
      retry: { decide: ({ decision }) => (decisions.push(decision), give(false)) },
      fetch: (input, init) => (sends.push(new Request(input, init)), give(new Response("x", { status: 503 }))),
    });
    const response = await policy.fetch(URL, { method: "POST" });
    assert.equal(response.status, 503);
    assert.deepEqual(decisions, [true], "with its key it would be repeated");
    assert.equal(sends.length, 1);
    const [{ headers }] = sends;
    assert.deepEqual([headers.get("authorization"), headers.get("idempotency-key"), await sends[0].text()], ["Bearer t", "the key", "the body"]);
  });
}

test("an idempotency key that rejects ends the call with that", async () => {
  const mine = new Error("mine");
  const policy = createPolicy({ idempotencyKey: () => Promise.reject(mine), fetch: answers(200) });
  await assert.rejects(policy.fetch(URL, { method: "POST" }), (thrown) => thrown === mine);
});

test("a scope that is a promise is refused by name: it is asked before the call begins", async () => {
  const policy = createPolicy({ rateLimit: { scope: async () => "tenant" }, fetch: answers(200) });
  await assert.rejects(policy.fetch(URL), (error) => PolicyOptionError.is(error) && error.field === "rateLimit.scope");
});

test("the first send is made in the caller's own turn where no callback is asynchronous", () => {
  for (const timeout of [{}, { attempt: 1000, total: 2000 }]) {
    let sends = 0;
    const options = { host: virtualHost().host, prepare: () => ({ a: "b" }), body: () => "x", idempotencyKey: () => "k", timeout };
    const { signal } = new AbortController();
    createPolicy({ ...options, fetch: async () => (sends++, new Response("ok")) }).fetch(URL, { method: "PUT", signal });
    assert.equal(sends, 1);
  }
});

/** One of many: gives `value`, at once, later or never; as itself, a promise or a thenable. */
function mood(next, clock, value) {
  const later = (does) => clock.host.setTimeout(does, next() * 400);
  const kinds = [
    () => value(),
    async () => value(),
    () => ({ then: (resolve) => later(() => resolve(value())) }),
    () => new Promise((resolve) => later(() => resolve(value()))),
    () => new Promise((_, reject) => later(() => reject(new Error("mine")))),
    never,
    () => ({ then() {} }),
    () => {
      throw new Error("mine");
    },
  ];
  return () => kinds[Math.floor(next() * kinds.length)]();
}

test("thousands of walks through callbacks and transports that may never settle end every call", async () => {
  const ends = {};
  for (let seed = 1; seed <= 3000; seed++) {
    const next = chance(seed);
    const clock = virtualHost();
    const has = (share, value) => (next() < share ? value : undefined);
    const feel = (value) => mood(next, clock, value);
    const controllers = Array.from({ length: 6 }, () => new AbortController());
    const status = () => [200, 200, 429, 503, 404, 403][Math.floor(next() * 6)];
    const total = 100 + next() * 3000;
    const transport = feel(() => new Response("x", { status: status(), headers: next() < 0.3 ? { "retry-after": "1" } : {} }));
    const policy = createPolicy({
      host: { ...clock.host, random: next },
      // A signal that has fired before the call ends it by a timer of the host's own: a test by itself.
      fetch: (_, { signal }) => (signal.aborted ? Promise.reject(signal.reason) : transport()),
      prepare: has(0.5, feel(() => ({ "x-a": "b" }))),
      body: has(0.3, feel(() => "x")),
      idempotencyKey: has(0.3, feel(() => "k")),
      throwHttpErrors: next() < 0.3,
      explainer: { explainResponse: feel(() => ({})) },
      retry: { decide: has(0.4, feel(() => next() < 0.5)), initialDelay: 20 },
      rateLimit: { maxConcurrent: 1 + Math.floor(next() * 3) },
      hedge: has(0.3, { delay: next() * 100 }),
      timeout: { total, attempt: has(0.3, 50 + next() * 500) },
      onEvent: () => next() < 0.02 && controllers[Math.floor(next() * 6)].abort("by a listener"),
    });
    let open = controllers.length;
    controllers.forEach(({ signal }, n) => {
      const call = policy.fetch(URL, { method: n % 3 === 0 ? "GET" : "PUT", signal });
      const ended = (how) => (open--, (ends[how] = (ends[how] ?? 0) + 1));
      call.then(() => ended("response"), (error) => ended(error?.name ?? error));
    });
    if (next() < 0.5) {
      await clock.pass(next() * total);
      for (const controller of controllers) if (next() < 0.3) controller.abort("by the caller");
      await settled();
    }
    await clock.pass(total + 10);
    assert.deepEqual([seed, open], [seed, 0]);
    await clock.pass(500);
    assert.deepEqual([seed, clock.timers.size, ...policy.quotas().map(({ inFlight, waiting }) => inFlight + waiting)].slice(0, 2), [seed, 0]);
    for (const { inFlight, waiting } of policy.quotas()) assert.deepEqual([seed, inFlight, waiting], [seed, 0, 0]);
  }
  for (const how of ["response", "TimeoutError", "by a listener", "by the caller", "HttpError", "Error"]) assert.ok(ends[how] > 50, `${how}: ${ends[how]}`);
});
