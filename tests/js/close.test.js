// A policy that is closed: new calls and those that wait are rejected, those in flight end, and nothing is left.
import assert from "node:assert/strict";
import { test } from "node:test";
import { callRecord, createPolicy, PolicyError, PolicyOptionError } from "fetch-with-policy";
import { fakeGlobals, freshShell, manual } from "./fresh-shell.js";
import { settled, virtualHost } from "./virtual.js";

const URL = "https://api.example.com/items";
const isClosed = (error) => error instanceof PolicyError && error.code === "closed" && error.name === "PolicyError";

/** A policy whose sends the test answers, on a virtual clock. */
function stage(options) {
  const clock = virtualHost();
  const { sends, fetch } = manual();
  return { clock, sends, policy: createPolicy({ host: clock.host, fetch, ...options }) };
}

const outcome = (call) => call.then((response) => response.status, (error) => error);

test("calls in flight end, those that wait and new ones are rejected, and close resolves when none is left", async () => {
  const { clock, sends, policy } = stage({ rateLimit: { probe: 2 } });
  const events = [];
  const calls = Array.from({ length: 5 }, () => policy.fetch(URL, {}, { onEvent: (event) => events.push(event.type) }));
  const ends = calls.map(outcome);
  await settled();
  assert.deepEqual([sends.length, policy.pending()], [2, 5]);
  const closed = policy.close();
  await settled();
  for (const end of ends.slice(2)) {
    const error = await end;
    assert.ok(isClosed(error), `${error}`);
    assert.equal(error.message, "GET https://api.example.com: the policy is closed: it sends no more");
    assert.equal(error.record.gaveUp, "aborted");
    assert.equal(callRecord(error), error.record);
  }
  assert.equal(events.filter((type) => type === "give-up").length, 3);
  await assert.rejects(policy.fetch(URL), isClosed);
  await assert.rejects(policy.extend({ priority: 1 }).fetch(URL), isClosed);
  assert.equal(policy.pending(), 2);
  let isOver = false;
  closed.then(() => (isOver = true));
  sends[0].resolve(new Response("fine"));
  await settled();
  assert.equal(isOver, false);
  sends[1].resolve(new Response("fine"));
  assert.equal(await closed, true);
  assert.deepEqual(await Promise.all(ends.slice(0, 2)), [200, 200]);
  assert.deepEqual([sends.length, policy.pending(), clock.timers?.size ?? 0], [2, 0, 0]);
  assert.equal(await policy.close(), true);
});

test("a call that would wait for a retry is rejected, and its response is let go of", async () => {
  const { sends, policy } = stage();
  const end = outcome(policy.fetch(URL));
  const closed = policy.close();
  let isCancelled = false;
  sends[0].resolve(new Response(new ReadableStream({ cancel: () => void (isCancelled = true) }), { status: 503, headers: { "retry-after": "1" } }));
  assert.ok(isClosed(await end));
  assert.equal(await closed, true);
  assert.ok(isCancelled);
  assert.equal(sends.length, 1);
});

test("a body that was never sent is let go of", async () => {
  const { policy } = stage({ rateLimit: { quotas: [{ limit: 1, window: 60_000 }] } });
  policy.fetch(URL).catch(() => {});
  let reason;
  const body = new ReadableStream({ cancel: (why) => void (reason = why) });
  const end = outcome(policy.fetch(URL, { method: "POST", body, duplex: "half" }));
  await settled();
  policy.close();
  assert.ok(isClosed(await end) && isClosed(reason));
});

test("after graceMs it resolves with false, and leaves no timer", async () => {
  const { clock, sends, policy } = stage();
  const end = outcome(policy.fetch(URL));
  await settled();
  const closed = policy.close({ graceMs: 1000 });
  await clock.pass(999);
  assert.equal(await Promise.race([closed, settled().then(() => "open")]), "open");
  await clock.pass(1);
  assert.equal(await closed, false);
  assert.equal(policy.pending(), 1);
  sends[0].resolve(new Response("fine"));
  assert.equal(await end, 200);
  assert.equal(policy.pending(), 0);
});

test("options of close that are none are refused by name, and the policy stays open", async () => {
  for (const [options, field] of [[{ graceMs: -1 }, "graceMs"], [{ graceMs: NaN }, "graceMs"], [{ graceMs: "10" }, "graceMs"], [{ graceMs: null }, "graceMs"], [{ grace: 5 }, "grace"], [5000, ""]]) {
    const { policy, sends } = stage();
    await assert.rejects(policy.close(options), (error) => error instanceof PolicyOptionError && error.field === field);
    const end = outcome(policy.fetch(URL));
    sends[0].resolve(new Response("fine"));
    assert.equal(await end, 200);
  }
});

test("how calls end does not change what is pending", async () => {
  const { clock, sends, policy } = stage({ retry: false, timeout: { total: 5000 } });
  const aborter = new AbortController();
  const ends = [
    outcome(policy.fetch(URL)),
    outcome(policy.fetch(URL)),
    outcome(policy.fetch(URL, { signal: aborter.signal })),
    outcome(policy.fetch(URL)),
    outcome(policy.fetch(URL, {}, { prepare: () => { throw new Error("mine"); } })),
    outcome(policy.fetch(URL, {}, { throwHttpErrors: true })),
    outcome(policy.fetch(URL, {}, { retry: { maxAttempts: 0 } })),
  ];
  await settled();
  sends[0].resolve(new Response("fine"));
  sends[1].reject(new TypeError("fetch failed"));
  aborter.abort();
  sends[4].resolve(new Response("no", { status: 404 }));
  await clock.pass(6000);
  await Promise.all(ends);
  assert.equal(policy.pending(), 0);
  assert.equal(await policy.close(), true);
});

test("in a page, before the core is loaded", async () => {
  const { clock, restore } = fakeGlobals();
  const { sends, fetch } = manual();
  globalThis.fetch = fetch;
  try {
    const shell = await freshShell();
    const idle = shell.createPolicy();
    assert.equal(await idle.close(), true);
    assert.equal(shell.loads, 0, "no core is loaded for nothing");
    await assert.rejects(idle.fetch(URL), (error) => error.code === "closed");
    const policy = shell.createPolicy();
    const ends = Array.from({ length: 8 }, () => outcome(policy.fetch(URL)));
    assert.equal(policy.pending(), 8);
    const closed = policy.close();
    await assert.rejects(policy.fetch(URL), (error) => error.code === "closed");
    await shell.initPolicy();
    await settled();
    const waited = await Promise.all(ends.slice(6));
    assert.ok(waited.every((error) => error.code === "closed"), waited.join());
    assert.equal(policy.pending(), 6);
    for (const send of sends) send.resolve(new Response("fine"));
    assert.equal(await closed, true);
    assert.deepEqual(await Promise.all(ends.slice(0, 6)), Array(6).fill(200));
    assert.deepEqual([sends.length, policy.pending()], [6, 0]);
    await clock.pass(1000);
  } finally {
    restore();
  }
});
