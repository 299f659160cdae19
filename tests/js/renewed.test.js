// A token that was refused, and a caller whose `prepare` gives another.
import assert from "node:assert/strict";
import { test } from "node:test";
import { callRecord, createPolicy } from "fetch-with-policy";
import { virtualHost } from "./virtual.js";

const URL = "https://api.example.com/items";
const DEFAULTS = [401, 408, 429, 500, 502, 503, 504];

/** A server that takes one token, and a prepare whose refresh is one shared promise of 50 ms. */
function stage(options = {}, { status = 401, tokens = ["old", "new"], works = "new" } = {}) {
  const clock = virtualHost();
  const sends = [];
  let token = tokens[0];
  let refreshes = 0;
  let refresh;
  const fetch = async (input, init) => {
    const { headers, method } = new Request(input, init);
    sends.push(headers.get("authorization"));
    const body = init?.body === undefined ? "" : `${init.body}`;
    await new Promise((resolve) => clock.host.setTimeout(resolve, 20));
    return headers.get("authorization") === `Bearer ${works}` ? new Response(`${method} ${body}`) : new Response("refused", { status });
  };
  const prepare = async (_, attempt, last) => {
    if (last?.status === status) {
      refresh ??= new Promise((resolve) => clock.host.setTimeout(resolve, 50)).then(() => {
        refreshes++;
        token = tokens[1];
      });
      await refresh;
    }
    return { authorization: `Bearer ${token}` };
  };
  const policy = createPolicy({ host: clock.host, fetch, prepare, ...options });
  return { clock, sends, policy, refreshes: () => refreshes };
}

async function all(clock, calls) {
  const ends = Promise.allSettled(calls);
  await clock.pass(120_000);
  return ends;
}

const WAYS = { "by default": {}, "by statuses": { retry: { statuses: DEFAULTS } }, "by decide": { retry: { decide: ({ response }) => (response?.status === 401 ? true : undefined) } } };

for (const [way, options] of Object.entries(WAYS)) {
  for (const method of ["GET", "POST"]) {
    test(`100 calls of ${method} whose token is over are all served after one refresh, ${way}`, async () => {
      const { clock, sends, policy, refreshes } = stage(options);
      const calls = Array.from({ length: 100 }, () => policy.fetch(URL, { method, ...(method === "POST" && { body: "x" }) }));
      const ends = await all(clock, calls);
      assert.equal(ends.filter(({ value }) => value?.status === 200).length, 100);
      assert.equal(await ends[0].value.text(), method === "POST" ? "POST x" : "GET ");
      assert.equal(refreshes(), 1);
      assert.ok(sends.length <= 200, `${sends.length} sends`);
    });
  }
}

test("a 407 is put right, too", async () => {
  const { clock, policy } = stage({}, { status: 407 });
  const [{ value }] = await all(clock, [policy.fetch(URL)]);
  assert.equal(value.status, 200);
});

test("where prepare gives the same credentials the 401 is the result, unread", async () => {
  for (const options of [{}, { retry: { statuses: DEFAULTS } }]) {
    const { clock, sends, policy } = stage(options, { tokens: ["old", "old"] });
    const [{ value }] = await all(clock, [policy.fetch(URL)]);
    assert.deepEqual([value.status, value.bodyUsed, await value.text(), sends.length], [401, false, "refused", 1]);
    assert.equal(callRecord(value).gaveUp, "not-retryable");
  }
});

test("a second 401 is the result: it is put right once", async () => {
  const { clock, sends, policy } = stage({}, { works: "another" });
  const [{ value }] = await all(clock, [policy.fetch(URL)]);
  assert.deepEqual([value.status, await value.text(), sends], [401, "refused", ["Bearer old", "Bearer new"]]);
});

test("it is not sent again where decide says no, sends are one, or retries are off", async () => {
  for (const retry of [{ decide: () => false }, { maxAttempts: 1 }, false]) {
    const { clock, sends, policy } = stage({ retry });
    const [{ value }] = await all(clock, [policy.fetch(URL)]);
    assert.deepEqual([value.status, sends.length], [401, 1], JSON.stringify(retry));
  }
});

test("the end of the time or an abort ends a refresh that hangs", async () => {
  const clock = virtualHost();
  const fetch = async () => new Response("refused", { status: 401 });
  const prepare = (_, attempt) => (attempt === 1 ? { authorization: "a" } : new Promise(() => {}));
  const late = createPolicy({ host: clock.host, fetch, prepare, timeout: { total: 1000 } }).fetch(URL);
  const controller = new AbortController();
  const aborted = createPolicy({ host: clock.host, fetch, prepare }).fetch(URL, { signal: controller.signal });
  clock.host.setTimeout(() => controller.abort(), 500);
  const [one, two] = await all(clock, [late, aborted]);
  assert.deepEqual([one.reason.name, two.reason.name], ["TimeoutError", "AbortError"]);
});
