// Hosts that send no more requests, and policies over policies.
import assert from "node:assert/strict";
import { test } from "node:test";
import { callRecord, createPolicy } from "fetch-with-policy";
import { virtualHost } from "./virtual.js";

const URL = "https://api.example.com/items";

/** workerd in one invocation: from a number of requests on it refuses. */
function worker(most, answer, options = {}) {
  const clock = virtualHost();
  const counts = { fetches: 0, refused: 0 };
  const fetch = async () => {
    if (++counts.fetches > most) {
      counts.refused++;
      throw new Error("Too many subrequests by single Worker invocation.");
    }
    await new Promise((resolve) => clock.host.setTimeout(resolve, 20));
    return answer(counts.fetches);
  };
  return { clock, counts, policy: createPolicy({ host: clock.host, fetch, ...options }) };
}

for (const [what, options] of [["with a budget", {}], ["without one", { retry: { budget: false } }]]) {
  test(`40 calls to a server that is down end with its 503, not with the host's error, ${what}`, async () => {
    const { clock, counts, policy } = worker(50, () => new Response("down", { status: 503 }), options);
    const ends = Promise.allSettled(Array.from({ length: 40 }, () => policy.fetch(URL)));
    await clock.pass(300_000);
    const statuses = (await ends).map(({ value, reason }) => value?.status ?? reason);
    assert.deepEqual(statuses, Array(40).fill(503));
    assert.ok(counts.refused <= 6, `${counts.refused} sends after the host refused one`);
    for (const { value } of await ends) assert.equal(typeof (await value.text()), "string");
  });
}

test("a call whose first send the host refuses rejects with the host's error, once", async () => {
  const { clock, counts, policy } = worker(0, () => new Response());
  const end = assert.rejects(policy.fetch(URL), (error) => /Too many subrequests/.test(error.message) && callRecord(error).gaveUp === "host-limit");
  await clock.pass(60_000);
  await end;
  assert.equal(counts.fetches, 1);
});

test("a call that begins later is retried as ever", async () => {
  const clock = virtualHost();
  const answers = [() => Promise.reject(new Error("Too many subrequests by single Worker invocation.")), async () => new Response(null, { status: 503 }), async () => new Response("ok")];
  const policy = createPolicy({ host: clock.host, fetch: () => answers.shift()() });
  await policy.fetch(URL).catch(() => {});
  await clock.pass(10);
  const next = policy.fetch(URL);
  await clock.pass(60_000);
  assert.equal((await next).status, 200);
});

test("of a policy over a policy the inner one alone sends again", async () => {
  const clock = virtualHost();
  let sends = 0;
  const fetch = async () => (sends++, new Response(null, { status: 503 }));
  const options = { host: clock.host, retry: { budget: false } };
  const inner = createPolicy({ ...options, fetch });
  for (const outer of [createPolicy({ ...options, fetch: inner.fetch }), createPolicy(options).extend({ fetch: inner.fetch, retry: { maxAttempts: 3 } })]) {
    sends = 0;
    const call = outer.fetch(URL);
    await clock.pass(300_000);
    assert.equal((await call).status, 503);
    assert.equal(sends, 4);
  }
});
