// What a page loads at once: calls before the core, and while it comes late.
import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { freshShell } from "./fresh-shell.js";
import { stage, watch } from "./shell-stage.js";
import { settled } from "./virtual.js";

const URL = "https://api.example.com/items";
const LIMITED = { status: 429, headers: { "retry-after": "5" } };
const never = () => new Promise(() => {});

test("a quiet API never costs the core, and is asked with the caller's own arguments in the caller's turn", async (context) => {
  const { shell, sends, answer } = await stage(context);
  const input = new globalThis.URL(URL);
  const init = { method: "POST", body: "b", headers: [["x-a", "1"]] };
  const call = watch(shell.fetchWithPolicy(input, init));
  assert.deepEqual(sends[0].args, [input, init]);
  assert.ok(sends[0].args[0] === input && sends[0].args[1] === init);
  answer(0);
  await settled();
  assert.equal(call.value.status, 200);
  const { attempts, waited } = shell.callRecord(call.value);
  assert.deepEqual([attempts.length, attempts[0].status, waited, shell.loads], [1, 200, 0, 0]);
  for (let n = 1; n <= 1200; n++) {
    shell.fetchWithPolicy(URL);
    assert.equal(sends[n].args.length, 1);
    answer(n);
    await settled();
  }
  assert.equal(shell.loads, 0);
});

test("as many as the core would send go out at once; one more asks for the core, and none is lost while it comes late", async (context) => {
  let open;
  const { shell, sends, answer, rest, clock } = await stage(context, { gate: () => new Promise((resolve) => (open = resolve)) });
  const calls = Array.from({ length: 20 }, (_, n) => watch(shell.fetchWithPolicy(`${URL}/${n}`)));
  assert.equal(sends.length, 6);
  await rest();
  assert.equal(shell.loads, 1);
  // One goes for each that comes back.
  for (let n = 0; n < 9; n++) {
    answer(n);
    await settled();
    assert.equal(sends.length, 7 + n);
  }
  await clock.pass(1500);
  open();
  await rest();
  for (let n = 9; n < 20; n++) {
    assert.ok(sends.length > n, `send ${n}`);
    answer(n);
    await settled();
  }
  assert.ok(calls.every(({ value }) => value?.status === 200));
  assert.equal(shell.callRecord(calls[0].value).attempts.length, 1);
  assert.deepEqual(sends.map(({ input }) => input).sort(), calls.map((_, n) => `${URL}/${n}`).sort());
});

test("a 429 waits for the core, which sends it again when its server said so", async (context) => {
  const { shell, sends, answer, rest, clock } = await stage(context);
  const call = watch(shell.fetchWithPolicy(URL));
  answer(0, LIMITED);
  await rest();
  assert.equal(call.value, undefined);
  await clock.pass(4900);
  assert.equal(sends.length, 1);
  await clock.pass(1100);
  assert.equal(sends.length, 2);
  answer(1);
  await settled();
  const { attempts } = shell.callRecord(call.value);
  assert.deepEqual(attempts.map(({ status }) => status), [429, 200]);
  assert.equal(attempts[1].waitReason, "retry-after");
});

test("a wait that began before the core is not made longer by it", async (context) => {
  let open;
  const { shell, sends, answer, rest, clock } = await stage(context, { gate: () => new Promise((resolve) => (open = resolve)) });
  shell.fetchWithPolicy(URL);
  answer(0, LIMITED);
  await rest();
  await clock.pass(3000);
  open();
  await rest();
  await clock.pass(1900);
  assert.equal(sends.length, 1);
  await clock.pass(1000);
  assert.equal(sends.length, 2);
});

test("an abort ends a call at once: before it is sent, while it is under way, while its answer waits for the core, and after", async (context) => {
  let open;
  const { shell, sends, answer, rest } = await stage(context, { gate: () => new Promise((resolve) => (open = resolve)) });
  const controllers = Array.from({ length: 10 }, () => new AbortController());
  const calls = controllers.map(({ signal }, n) => watch(shell.fetchWithPolicy(`${URL}/${n}`, { signal })));
  assert.equal(sends.length, 6);
  const reasons = controllers.map((_, n) => new Error(`reason ${n}`));
  const abort = (n) => controllers[n].abort(reasons[n]);
  answer(1, { status: 503 });
  await rest();
  for (const n of [0, 1, 7]) abort(n);
  await settled();
  for (const n of [0, 1, 7]) assert.equal(calls[n].error, reasons[n]);
  open();
  await rest();
  for (const n of [2, 8]) abort(n);
  await settled();
  for (const n of [2, 8]) assert.equal(calls[n].error, reasons[n]);
  for (let turn = 0; turn < 20; turn++) {
    sends.forEach((_, n) => answer(n));
    await settled();
  }
  for (const n of [3, 4, 5, 6, 9]) assert.equal(calls[n].value?.status, 200, `call ${n}`);
  assert.ok(!sends.some(({ input }) => input === `${URL}/7`));
});

test("a call that was aborted before it began rejects as soon as the host's own does", async (context) => {
  const { shell } = await stage(context);
  globalThis.fetch = (_, { signal }) => Promise.reject(signal.reason);
  const order = [];
  shell.fetchWithPolicy(URL, { signal: AbortSignal.abort("left") }).catch((reason) => order.push(reason));
  queueMicrotask(() => order.push("a microtask later"));
  await settled();
  assert.deepEqual(order, ["left", "a microtask later"]);
});

test("one call that cannot be taken over stops no other", async (context) => {
  const { shell, sends, answer, rest } = await stage(context);
  const bad = shell.createPolicy({ rateLimit: { scope: () => { throw new Error("scope"); } } });
  const first = watch(bad.fetch(`${URL}/bad`));
  const strange = watch(shell.fetchWithPolicy(`${URL}/strange`, { method: "POST", body: "b" }, { profiles: [{ get hosts() { throw new Error("profile"); }, name: "x" }] }));
  const good = watch(shell.fetchWithPolicy(`${URL}/good`));
  const refused = watch(shell.fetchWithPolicy(`${URL}/refused`));
  await rest();
  answer(sends.findIndex(({ input }) => input === `${URL}/refused`), { status: 404 });
  await rest();
  assert.equal(refused.value?.status, 404);
  sends.forEach((_, n) => answer(n));
  await settled();
  assert.equal(good.value?.status, 200);
  assert.ok(first.value || first.error);
  assert.ok(strange.value || strange.error);
});

for (const [name, options] of Object.entries({
  hedge: { hedge: { delay: 100 } },
  circuitBreaker: { circuitBreaker: {} },
  body: { body: () => "made" },
  cost: { cost: 2 },
  host: { host: { random: () => 0.5 } },
})) {
  test(`${name} makes the first call wait for the core`, async (context) => {
    const { shell, sends, answer, rest } = await stage(context);
    const call = watch(shell.fetchWithPolicy(URL, { method: "PUT" }, options));
    assert.equal(sends.length, 0);
    await rest();
    assert.deepEqual([shell.loads, sends.length], [1, 1]);
    if (name === "body") assert.equal(sends[0].init.body, "made");
    answer(0);
    await settled();
    assert.equal(call.value.status, 200);
  });
}

test("a known quota is not broken: one call goes out, and the core counts on", async (context) => {
  const { shell, sends, answer, rest } = await stage(context);
  const policy = shell.createPolicy({ rateLimit: { quotas: [{ limit: 2, window: 60_000 }] } });
  const calls = [1, 2, 3].map(() => watch(policy.fetch(URL)));
  assert.equal(sends.length, 1);
  answer(0);
  await rest();
  assert.equal(sends.length, 2);
  answer(1);
  await rest();
  assert.equal(sends.length, 2);
  assert.deepEqual(calls.map(({ value }) => value?.status), [200, 200, undefined]);
  assert.equal(policy.quotas()[0].remaining, 0);
});

test("a snapshot is taken up by the core before the first call, and given back until then", async (context) => {
  const { shell, sends, answer } = await stage(context);
  const known = shell.createPolicy();
  await shell.initPolicy();
  known.fetch(URL);
  answer(0, { headers: { "ratelimit-limit": "3", "ratelimit-remaining": "0", "ratelimit-reset": "60" } });
  await settled();
  const snapshot = known.snapshot();
  assert.equal(snapshot.quotas.length, 1);
  const other = await freshShell();
  const policy = other.createPolicy();
  policy.restore(snapshot);
  assert.equal(policy.snapshot(), snapshot);
  const call = watch(policy.fetch(URL));
  await other.rest();
  assert.equal(sends.length, 1);
  assert.deepEqual([call.value, policy.quotas()[0].remaining], [undefined, 0]);
});

test("what is synchronous and needs the core says so little until it is there, and never throws", async (context) => {
  const { shell, rest } = await stage(context);
  const policy = shell.createPolicy();
  assert.deepEqual([policy.quotas(), policy.snapshot(), shell.readQuotas({ "ratelimit-limit": "3" })], [[], { version: 1, quotas: [] }, { quotas: [] }]);
  await rest();
  assert.equal(shell.loads, 1);
  assert.equal(shell.readQuotas({ "x-ratelimit-limit": "5", "x-ratelimit-remaining": "4" }).quotas[0].limit, 5);
});

test("throwHttpErrors holds without a core: the error has its response and the fallback's explanation", async (context) => {
  const { shell, sends, answer, rest } = await stage(context, { gate: async () => { throw new Error("404"); } });
  const call = watch(shell.fetchWithPolicy(URL, undefined, { throwHttpErrors: true }));
  answer(0, { status: 404 });
  await rest();
  assert.ok(shell.HttpError.is(call.error));
  assert.equal(call.error.response.status, 404);
  assert.equal(call.error.explanation.status, 404);
  assert.equal(sends.length, 1);
});

test("timeouts, prepare and keys are the shell's own", async (context) => {
  const { shell, sends, answer, clock } = await stage(context, { gate: never });
  const late = watch(shell.fetchWithPolicy(URL, undefined, { timeout: { total: 500 } }));
  await clock.pass(499);
  assert.equal(late.error, undefined);
  await clock.pass(2);
  assert.equal(late.error.name, "TimeoutError");
  assert.ok(sends[0].init.signal.aborted);
  const policy = shell.createPolicy({ prepare: async () => ({ authorization: "Bearer t" }), idempotencyKey: "auto" });
  const made = watch(policy.fetch(URL, { method: "POST", body: "b", headers: { "x-own": "1" } }));
  await settled();
  const { headers } = sends[1].init;
  assert.deepEqual([headers.get("authorization"), headers.get("x-own")], ["Bearer t", "1"]);
  assert.match(headers.get("idempotency-key"), /^[0-9a-f-]{36}$/);
  answer(1);
  await settled();
  assert.equal(made.value.status, 200);
  const plain = policy.fetch(URL, { method: "PUT" });
  await settled();
  assert.equal(sends[2].init.headers.get("idempotency-key"), null);
  plain.catch(() => {});
});

test("a call that is aborted before its send keeps no place among those in flight", async (context) => {
  const { shell, sends, answer, rest, clock } = await stage(context, { gate: async () => { throw new Error("404"); } });
  await shell.initPolicy();
  const policy = shell.createPolicy({ prepare: () => new Promise((resolve) => setTimeout(resolve, 100)) });
  for (let n = 0; n < 12; n++) {
    const controller = new AbortController();
    const call = watch(policy.fetch(URL, { signal: controller.signal }));
    controller.abort();
    await settled();
    assert.equal(call.error?.name, "AbortError");
  }
  await clock.pass(200);
  const last = watch(policy.fetch(URL));
  await clock.pass(200);
  assert.equal(sends.length, 1);
  answer(0);
  await rest();
  assert.equal(last.value?.status, 200);
});

test("a total time limit beyond what a timer can count is none for now", async (context) => {
  const { shell, answer } = await stage(context, { gate: never });
  const timers = mock.method(globalThis, "setTimeout");
  context.after(() => timers.mock.restore());
  const call = watch(shell.fetchWithPolicy(URL, undefined, { timeout: { total: 2 ** 40 } }));
  assert.ok(timers.mock.calls.every(({ arguments: [, ms] }) => ms < 2 ** 31));
  assert.ok(timers.mock.callCount() > 0);
  answer(0);
  await settled();
  assert.equal(call.value.status, 200);
});

test("prepare is asked once for a send, and its send keeps its key when it is sent again", async (context) => {
  const { shell, sends, answer, rest, clock } = await stage(context);
  let asked = 0;
  const policy = shell.createPolicy({ prepare: (_, attempt) => (asked++, { "x-attempt": `${attempt}` }), idempotencyKey: "auto" });
  const call = watch(policy.fetch(URL, { method: "POST", body: "b" }));
  answer(0, { status: 503 });
  await rest();
  await clock.pass(5000);
  assert.equal(asked, 2);
  const [first, second] = sends.map(({ init }) => init.headers);
  assert.equal(first.get("idempotency-key"), second.get("idempotency-key"));
  assert.deepEqual([first.get("x-attempt"), second.get("x-attempt"), sends[1].init.body], ["1", "2", "b"]);
  answer(1);
  await settled();
  assert.equal(call.value.status, 200);
});

test("the body of a Request is there again for a second send", async (context) => {
  const { shell, sends, answer, rest, clock } = await stage(context);
  const call = watch(shell.fetchWithPolicy(new Request(URL, { method: "PUT", body: "whole" })));
  assert.equal(await sends[0].input.text(), "whole");
  answer(0, { status: 503 });
  await rest();
  await clock.pass(5000);
  assert.equal(await sends[1].input.text(), "whole");
  answer(1);
  await settled();
  assert.equal(call.value.status, 200);
});

test("of thousands of calls at once, none costs more than the first: the log is not searched at each", async (context) => {
  const { shell } = await stage(context, { gate: never });
  const { filter } = Array.prototype;
  context.after(() => (Array.prototype.filter = filter));
  let visited = 0;
  Array.prototype.filter = function (...args) {
    visited += this.length;
    return filter.apply(this, args);
  };
  const policy = shell.createPolicy();
  for (let n = 0; n < 5000; n++) policy.fetch(`${URL}/${n}`);
  assert.ok(visited < 50_000, `${visited} items`);
});
