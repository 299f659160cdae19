// A coordinator that is away, slow, or lies, on a simulated clock: how long a call waits for it, when it is asked again, and that no
// call is lost.
import assert from "node:assert/strict";
import { test } from "node:test";
import { createPolicy } from "fetch-with-policy";
import { createLedger } from "fetch-with-policy/share";
import { even, SERVERS } from "../../bench/shared/cases.js";
import { play } from "../../bench/shared/play.js";
import { floorMs } from "../../bench/world/index.js";
import { settled, virtualHost } from "./virtual.js";

const SILENT = { exchange: () => new Promise(() => {}) };
const URL = "https://api.example.com/items";

/**
 * A policy on a clock of its own before an API of fixed windows, which replies at once. `at` has the time of each send; `pass` moves
 * the clock.
 */
async function place({ limit, window, coordinator }) {
  const clock = virtualHost();
  const at = [];
  const events = [];
  let [current, used] = [-1, 0];
  const fetch = async () => {
    at.push(clock.time);
    const now = Math.floor(clock.host.now() / window);
    if (now !== current) [current, used] = [now, 0];
    const status = used < limit ? 200 : 429;
    if (status === 200) used++;
    const t = Math.ceil((window - (clock.host.now() % window)) / 1000);
    return new Response("", { status, headers: { "ratelimit-policy": `"a";q=${limit};w=${window / 1000}`, ratelimit: `"a";r=${limit - used};t=${t}` } });
  };
  const onEvent = (event) => void (/^share/.test(event.type) && events.push({ ...event, time: clock.time }));
  const policy = createPolicy({ host: clock.host, fetch, onEvent, ...(coordinator && { coordinator }) });
  await settled();
  return { ...clock, at, events, policy, get time() { return clock.time; } };
}

test("where nothing is scarce, no call waits for a coordinator that never replies: each is sent as it is made", async () => {
  const { at, policy, pass } = await place({ limit: 100, window: 1000, coordinator: SILENT });
  const made = [];
  for (let n = 0; n < 300; n++) {
    made.push(n * 100);
    const call = policy.fetch(URL);
    assert.equal(at.length, n + 1, `call ${n + 1} is sent in its caller's turn`);
    await pass(100);
    assert.equal((await call).status, 200);
  }
  assert.deepEqual(at, made);
});

for (const patience of [undefined, 50, 300, 2000]) {
  test(`where calls wait, none does for longer than without a coordinator and ${patience ?? "500 ms by default"}${patience ? " ms of patience" : ""}`, async () => {
    const times = [];
    for (const coordinator of [undefined, { ...SILENT, patience }]) {
      const stage = await place({ limit: 5, window: 2000, coordinator });
      const done = [];
      for (let n = 0; n < 40; n++) stage.policy.fetch(URL).then(({ status }) => status === 200 && done.push(stage.time));
      await stage.pass(60_000);
      assert.equal(done.length, 40);
      times.push(done);
    }
    const [alone = [], shared = []] = times;
    assert.equal(shared[0], alone[0], "the first");
    const longest = Math.max(...alone.map((time, n) => (shared[n] ?? Infinity) - time));
    assert.ok(longest <= (patience ?? 500), `${longest} ms later than without`);
  });
}

test("a coordinator that fails is asked again after 1, 2, 4, 8, 16 and then each 30 s, beside the calls, and told so once", async () => {
  const asked = [];
  const coordinator = { exchange: async () => (asked.push(stage.time), Promise.reject(new Error("connect ECONNREFUSED"))) };
  const stage = await place({ limit: 2, window: 1000, coordinator });
  const calls = Array.from({ length: 300 }, () => stage.policy.fetch(URL));
  await stage.pass(200_000);
  for (const call of calls) assert.equal((await call).status, 200);
  const gaps = asked.slice(1, 9).map((at, n) => at - asked[n]);
  for (const [n, least] of [1000, 2000, 4000, 8000, 16_000, 30_000, 30_000].entries()) {
    assert.ok(gaps[n] >= least, `${gaps}`);
  }
  assert.deepEqual(stage.events.map(({ type }) => type), ["share-lost"]);
  assert.match(String(stage.events[0].error), /ECONNREFUSED/);
});

test("400 ms away with a patience of 300: the reply is too late, its signal is aborted, and what it says is not used", async () => {
  const { exchange } = createLedger();
  const signals = [];
  const stage = await place({ limit: 5, window: 1000, coordinator: { patience: 300, exchange: late } });
  function late(message, signal) {
    signals.push(signal);
    return new Promise((resolve) => stage.host.setTimeout(() => resolve(exchange(message, signal)), 400));
  }
  const calls = Array.from({ length: 20 }, () => stage.policy.fetch(URL));
  await stage.pass(299);
  assert.deepEqual([signals.length, signals[0].aborted], [1, false]);
  await stage.pass(1);
  assert.equal(signals[0].aborted, true);
  await stage.pass(20_000);
  for (const call of calls) assert.equal((await call).status, 200);
  assert.ok(signals.length >= 2, "it is asked again");
  assert.deepEqual(stage.events.map(({ type, time }) => [type, time]), [["share-lost", 300]]);
  assert.ok(stage.policy.quotas().every(({ shared }) => shared === undefined), "nothing is shared");
});

test("one that comes back is told of, and shares again", async () => {
  const ledger = createLedger();
  const coordinator = { exchange: (message, signal) => (stage.time < 5000 ? Promise.reject(new Error("down")) : ledger.exchange(message, signal)) };
  const stage = await place({ limit: 2, window: 1000, coordinator });
  const calls = Array.from({ length: 40 }, () => stage.policy.fetch(URL));
  await stage.pass(15_000);
  assert.deepEqual(stage.events.slice(0, 3).map(({ type }) => type), ["share-lost", "share-back", "share"]);
  assert.equal(stage.policy.quotas()[0].shared?.members, 1);
  await stage.pass(30_000);
  for (const call of calls) assert.equal((await call).status, 200);
});

const CALLS = even(4, 600);
/** A step's reply with its quotas changed. */
const change = (more) => (reply) => ({ ...reply, quotas: reply.quotas.map((quota) => ({ ...quota, ...more(quota) })) });
const nothing = change(() => ({ units: 0, next: 0, scarce: true }));
const everything = change(({ limit, units, next, mode }) => (mode === 0 ? { units, next } : { units: limit, next: limit }));
const TROUBLES = {
  "down from 3 s on": { fault: (at) => (at > 3000 ? "down" : undefined) },
  "down from 1 to 5 s": { fault: (at) => (at > 1000 && at < 5000 ? "down" : undefined) },
  "silent from 3 s on": { fault: (at) => (at > 3000 ? "hangs" : undefined) },
  "always down": { fault: () => "down" },
  "always silent": { fault: () => "hangs" },
  "emptied at each 50th message": { fault: () => (++steps % 50 === 0 ? "flushed" : undefined) },
  "400 ms away, with a patience of 300": { away: 400, patience: 300 },
};
/** What a coordinator that lies may cost is time and refusals, and never a call. */
const LIES = { "says that nothing is there": { fault: () => nothing }, "gives everything to everybody": { fault: () => everything } };
let steps = 0;

for (const server of ["fixed", "first", "bucket"]) {
  const plays = async (more) => {
    const runs = [];
    for (const [n, phase] of [0.13, 0.51, 0.87].entries()) runs.push({ phase, ...(await play({ server: SERVERS[server], calls: CALLS, clients: 4, away: 1, phase, seed: 1 + 100 * n, ...more })) });
    return runs;
  };
  test(`a coordinator in trouble (${server}): no call is lost, no more 429s than without one, and a window later at most`, async () => {
    const alone = await plays({ away: null });
    const most = Math.max(...alone.map(({ limited }) => limited));
    const { window } = SERVERS[server].limits[0];
    for (const [name, trouble] of Object.entries(TROUBLES)) {
      for (const [n, run] of (await plays(trouble)).entries()) {
        const start = 1_800_000_000_000 + run.phase * window;
        const floor = Math.max(30, floorMs({ ...SERVERS[server], calls: CALLS.length, start }));
        const later = (run.ratio - alone[n].ratio) * floor;
        const told = `${name}: ${JSON.stringify({ ...run, waits: [], log: [], most, later })}`;
        assert.equal(run.lost, 0, told);
        assert.ok(run.limited <= most && later <= window, told);
      }
    }
  });
  test(`a coordinator that lies (${server}): no call is lost`, async () => {
    for (const [name, lie] of Object.entries(LIES)) for (const run of await plays(lie)) assert.equal(run.lost, 0, `${name}: ${run.why}`);
  });
}
