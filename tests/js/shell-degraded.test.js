// What a page loads at once, where the core does not come.
import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { stage, watch } from "./shell-stage.js";
import { settled } from "./virtual.js";

const URL = "https://api.example.com/items";
const LIMITED = { status: 429, headers: { "retry-after": "5" } };

test("without a core calls are plain fetches, with one warning and one event, and the statuses are the server's", async (context) => {
  const { shell, sends, answer, rest, warn } = await stage(context, { gate: async () => { throw new Error("404"); } });
  const events = [];
  const policy = shell.createPolicy({ onEvent: (event) => events.push(event) });
  const calls = Array.from({ length: 10 }, (_, n) => watch(policy.fetch(`${URL}/${n}`)));
  await rest();
  assert.equal(warn.mock.callCount(), 1);
  const statuses = [200, 503, 404, 429, 500, 200, 200, 200, 200, 200];
  for (let n = 0; n < 10; n++) {
    answer(n, { status: statuses[n] });
    await settled();
  }
  assert.deepEqual(calls.map(({ value }) => value?.status), statuses);
  assert.equal(await calls[1].value.text(), "answer");
  assert.deepEqual(sends.length, 10);
  const degraded = events.filter(({ type }) => type === "degraded");
  assert.equal(degraded.length, 1);
  assert.match(String(degraded[0].error), /404/);
  assert.equal(events.filter(({ type }) => type === "attempt").length, 10);
  assert.deepEqual(events.filter(({ type }) => type === "response").map(({ status }) => status), statuses);
  assert.deepEqual(events.filter(({ type }) => type === "give-up").map(({ reason }) => reason), Array(4).fill("core-failed"));
  assert.equal(shell.callRecord(calls[3].value).gaveUp, "core-failed");
  assert.equal(warn.mock.callCount(), 1);
});

test("without a core a Retry-After is kept to by the calls that follow", async (context) => {
  const { shell, sends, answer, rest, clock } = await stage(context, { gate: async () => { throw new Error("404"); } });
  const first = watch(shell.fetchWithPolicy(URL));
  answer(0, LIMITED);
  await rest();
  assert.equal(first.value.status, 429);
  const second = watch(shell.fetchWithPolicy(URL));
  const other = watch(shell.fetchWithPolicy("https://other.example/"));
  assert.equal(sends.length, 2);
  await clock.pass(4900);
  assert.equal(sends.length, 2);
  await clock.pass(200);
  assert.equal(sends.length, 3);
  answer(1);
  answer(2);
  await settled();
  assert.deepEqual([second.value?.status, other.value?.status], [200, 200]);
});

test("a network failure without a core is the host's own error", async (context) => {
  const { shell, sends, rest } = await stage(context, { gate: async () => { throw new Error("404"); } });
  const call = watch(shell.fetchWithPolicy(URL));
  const error = new TypeError("fetch failed");
  sends[0].reject(error);
  await rest();
  assert.equal(call.error, error);
  assert.equal(shell.callRecord(error).attempts[0].error, "TypeError");
});

test("the load is tried again by later calls, less and less often, and the core then takes over", async (context) => {
  let isBroken = true;
  const { shell, sends, answer, rest, clock, warn } = await stage(context, { gate: async () => { if (isBroken) throw new Error("404"); } });
  const ask = async () => {
    const call = watch(shell.fetchWithPolicy(URL));
    answer(sends.length - 1, { status: 404 });
    await rest();
    return call.value?.status;
  };
  assert.equal(await ask(), 404);
  assert.equal(await ask(), 404);
  assert.equal(shell.loads, 1);
  await clock.pass(1100);
  assert.equal(await ask(), 404);
  assert.equal(shell.loads, 2);
  await clock.pass(1100);
  await ask();
  assert.equal(shell.loads, 2);
  isBroken = false;
  await clock.pass(1100);
  await ask();
  assert.equal(shell.loads, 3);
  const call = watch(shell.fetchWithPolicy(URL));
  answer(sends.length - 1, { status: 503, headers: { "retry-after": "1" } });
  await rest();
  await clock.pass(2100);
  answer(sends.length - 1);
  await settled();
  assert.deepEqual(shell.callRecord(call.value).attempts.map(({ status }) => status), [503, 200]);
  assert.equal(warn.mock.callCount(), 1);
});

test("a core that takes too long is not waited for, and takes over when it comes", async (context) => {
  let open;
  const { shell, sends, answer, rest, clock, warn } = await stage(context, { gate: () => new Promise((resolve) => (open = resolve)) });
  const first = watch(shell.fetchWithPolicy(URL));
  answer(0, LIMITED);
  await rest();
  const second = watch(shell.fetchWithPolicy(URL));
  await clock.pass(9900);
  assert.deepEqual([first.value, sends.length], [undefined, 1]);
  await clock.pass(200);
  assert.equal(first.value.status, 429);
  await clock.pass(5000);
  assert.equal(sends.length, 2);
  answer(1);
  await settled();
  assert.equal(second.value.status, 200);
  assert.equal(warn.mock.callCount(), 1);
  open();
  await rest();
  const third = watch(shell.fetchWithPolicy(URL));
  answer(2, LIMITED);
  await rest();
  assert.equal(third.value, undefined);
  await clock.pass(6000);
  answer(3);
  await settled();
  assert.equal(third.value.status, 200);
});

test("where it is asked for, a call that needs the core is refused without it", async (context) => {
  const { shell, sends, rest } = await stage(context, { gate: async () => { throw new Error("404"); } });
  const policy = shell.createPolicy({ unavailable: "throw" });
  const calls = Array.from({ length: 8 }, () => watch(policy.fetch(URL)));
  await rest();
  assert.equal(sends.length, 6);
  for (const { error } of calls.slice(6)) assert.ok(shell.PolicyError.is(error) && error.code === "wasm-unavailable" && /404/.test(String(error.cause)));
});

test("a listener that aborts a call while the shell degrades ends it once", async (context) => {
  const { shell, sends, rest, answer } = await stage(context, { gate: async () => { throw new Error("404"); } });
  const controllers = [new AbortController(), new AbortController()];
  const events = [];
  const policy = shell.createPolicy({
    onEvent(event) {
      events.push(event);
      if (event.type === "degraded") for (const controller of controllers) controller.abort(new Error("by the listener"));
    },
  });
  const calls = controllers.map(({ signal }, n) => watch(policy.fetch(`${URL}/${n}`, { signal })));
  const third = watch(policy.fetch(`${URL}/2`));
  answer(2, { status: 503 });
  await rest();
  assert.equal(sends.length, 3);
  assert.equal(third.value.status, 503);
  for (const { error } of calls) {
    assert.equal(error.message, "by the listener");
    const { call, gaveUp, attempts } = shell.callRecord(error);
    const types = events.filter((event) => event.call === call && event.type !== "degraded").map(({ type }) => type);
    assert.deepEqual([gaveUp, attempts.length, types], ["aborted", 1, ["attempt", "failure", "give-up"]]);
  }
});

test("a core of another version is none", async (context) => {
  const { shell, warn } = await stage(context);
  const { readFileSync, writeFileSync } = await import("node:fs");
  const file = `${shell.home}/core-chunk.js`;
  writeFileSync(file, readFileSync(file, "utf8") + '\nexport const VERSION = "0.0.0";');
  assert.equal(await shell.initPolicy(), false);
  assert.match(String(warn.mock.calls[0].arguments[1]), /core 0\.0\.0/);
});

test("offline, nothing is given up: calls wait for the network, and are sent by the core then", async (context) => {
  let isBroken = true;
  const { shell, sends, rest, warn, goOnline, answer, clock } = await stage(context, { online: false, gate: async () => { if (isBroken) throw new Error("offline"); } });
  const call = watch(shell.fetchWithPolicy(URL));
  sends[0].reject(new TypeError("fetch failed"));
  await rest();
  await clock.pass(60_000);
  assert.deepEqual([call.value, call.error, warn.mock.callCount()], [undefined, undefined, 0]);
  isBroken = false;
  goOnline();
  await rest();
  await clock.pass(1000);
  assert.equal(sends.length, 2);
  answer(1);
  await settled();
  assert.equal(call.value.status, 200);
});
