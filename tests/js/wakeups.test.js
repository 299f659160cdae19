// No call is lost to a wake-up: the core grants a call its turn before the driver has gone to wait, and whoever was granted,
// refused or woken settles. Answers are settled in one turn, in every order, on a virtual clock.
import assert from "node:assert/strict";
import { test } from "node:test";
import { createPolicy } from "fetch-with-policy";
import { chance, orders, turns } from "./turns.js";
import { virtualHost } from "./virtual.js";

const URL = "https://api.example.com/items";

/** Moves the clock until all of `calls` are settled, or for ten minutes; what was left undone then. */
async function leftover({ clock, policy }, calls) {
  let open = calls.length;
  for (const call of calls) call.catch(() => {}).finally(() => open--);
  for (let n = 0; n < 600 && open > 0; n++) await clock.pass(1000);
  // The batch that an abort left is answered still.
  await clock.pass(1000);
  // What is granted is in flight until its end is reported, so that none is when all grants were sent or given back.
  const sum = (name) => policy.quotas().reduce((total, quota) => total + quota[name], 0);
  return { open, waiting: sum("waiting"), inFlight: sum("inFlight"), timers: clock.timers.size };
}

const NOTHING = { open: 0, waiting: 0, inFlight: 0, timers: 0 };
const pick = (next, values) => values[Math.floor(next() * values.length)];
const serverOf = (next) => ({ next, limit: pick(next, [2, 3, 5]), window: pick(next, [300, 1000, 2000]), latency: pick(next, [20, 50, 300]) });

test("each grant is sent and each call settles, in whatever order and however close the answers of one turn come", async () => {
  // Six are sent at once while the quota is not known.
  for (const [seed, order] of orders([0, 1, 2, 3, 4, 5]).entries()) {
    const next = chance(seed);
    const arrange = (batch) => [...order.flatMap((n) => batch[n] ?? []), ...batch.slice(order.length)];
    const stage = turns({ ...serverOf(next), arrange, gap: seed % 4 === 0 ? seed % 3 : 0 });
    await stage.clock.pass(next() * 1000);
    const calls = Array.from({ length: 20 }, () => stage.policy.fetch(URL));
    assert.deepEqual([seed, await leftover(stage, calls)], [seed, NOTHING]);
  }
});

test("each call settles though listeners abort other calls, and each grant is sent or given back", async () => {
  for (let seed = 1; seed <= 1000; seed++) {
    const next = chance(seed);
    const controllers = Array.from({ length: 20 }, () => new AbortController());
    const gap = Math.floor(next() * 4);
    // Few of them abort, so that there is somebody left to be granted.
    const onEvent = () => next() < 0.05 && pick(next, controllers).abort("by a listener");
    const rateLimit = { maxConcurrent: pick(next, [1, 2, 6]) };
    const stage = turns({ ...serverOf(next), gap }, { onEvent, rateLimit });
    await stage.clock.pass(next() * 1000);
    const calls = controllers.map(({ signal }) => stage.policy.fetch(URL, { signal }));
    assert.deepEqual([seed, await leftover(stage, calls)], [seed, NOTHING]);
  }
});

/** What 12 calls wait for: options and the server's headers, by the time in ms and what it granted in this second. */
const WAITS = {
  "a quota with its reset": { headers: (now, used) => ({ ratelimit: `"a";r=${2 - used};t=${Math.ceil((1000 - (now % 1000)) / 1000)}` }), limit: 2 },
  "a limit and its reset": { headers: (now, used) => ({ "x-ratelimit-limit": "3", "x-ratelimit-remaining": `${3 - used}`, "x-ratelimit-reset": "1" }), limit: 3 },
  "a told quota": { headers: () => ({}), limit: Infinity, options: { rateLimit: { quotas: [{ limit: 1, window: 1000 }] } } },
  "a Retry-After": { headers: () => ({ "retry-after": "2" }), limit: 0 },
  "a refusal that says nothing": { headers: () => ({}), limit: 0 },
  "a server that is down": { headers: () => ({}), limit: 0, status: 503 },
  "a place among those under way": { headers: () => ({}), limit: Infinity, latency: 1000, options: { rateLimit: { maxConcurrent: 1 } } },
  "an answer that never comes": { headers: () => ({}), limit: Infinity, latency: Infinity, options: { rateLimit: { probe: 1 } } },
};

for (const [name, { headers, limit, status = 429, latency = 20, options }] of Object.entries(WAITS)) {
  test(`calls that wait set two timers a second each at most, with a deadline and without one: ${name}`, async () => {
    for (const timeout of [{}, { total: 120_000 }]) {
      const clock = virtualHost();
      let window = -1;
      let used = 0;
      const fetch = async () => {
        const second = Math.floor(clock.time / 1000);
        if (second !== window) [window, used] = [second, 0];
        const isGranted = used < limit;
        if (isGranted) used++;
        const answer = new Response("x", { status: isGranted ? 200 : status, headers: headers(clock.time, used) });
        if (latency === Infinity) return new Promise(() => {});
        // Its own timers are not the policy's.
        const before = clock.calls.setTimeout;
        const due = new Promise((resolve) => clock.host.setTimeout(resolve, latency));
        clock.calls.setTimeout = before;
        return due.then(() => answer);
      };
      const policy = createPolicy({ host: clock.host, fetch, timeout, ...options });
      for (let n = 0; n < 12; n++) policy.fetch(URL).catch(() => {});
      for (let second = 0; second < 60; second++) {
        const before = clock.calls.setTimeout;
        await clock.pass(1000);
        const set = clock.calls.setTimeout - before;
        assert.ok(set <= 12 * 20, `${set} timers in second ${second} under ${JSON.stringify(timeout)}`);
      }
      assert.ok(clock.calls.setTimeout <= 12 * 120, `${clock.calls.setTimeout} timers in a minute under ${JSON.stringify(timeout)}`);
    }
  });
}
