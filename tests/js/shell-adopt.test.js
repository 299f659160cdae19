// The core takes over as if it had been there from the start: the same script of calls, answers and aborts through the entry that
// has its core at once, and through the one whose core comes with the first event that needs it.
import assert from "node:assert/strict";
import { test } from "node:test";
import * as whole from "fetch-with-policy";
import { fakeGlobals, freshShell, manual } from "./fresh-shell.js";
import { chance } from "./turns.js";
import { settled } from "./virtual.js";

const ORIGINS = ["https://a.example", "https://b.example"];
const SEEDS = 150;

/** Responses of the server. */
const ANSWERS = {
  fine: () => new Response("fine"),
  empty: () => new Response(null, { status: 204 }),
  quota: () => new Response("fine", { headers: { "ratelimit-limit": "10", "ratelimit-remaining": "7", "ratelimit-reset": "30" } }),
  slow: () => new Response("slow down", { status: 429, headers: { "retry-after": "2" } }),
  refused: () => new Response("slow down", { status: 429 }),
  down: () => new Response("down", { status: 503 }),
  missing: () => new Response("missing", { status: 404 }),
  broken: () => new TypeError("fetch failed"),
};
const OPTIONS = [
  {},
  {},
  { rateLimit: { maxConcurrent: 3 } },
  { rateLimit: { probe: 2 } },
  { rateLimit: false },
  { retry: false },
  { timeout: { attempt: 400 } },
  { timeout: { total: 900 } },
  { retry: { decide: () => undefined } },
  { idempotencyKey: () => "key" },
  { prepare: () => ({ "x-trace": "1" }) },
  { prepare: async (_, attempt) => ({ authorization: `Bearer ${attempt}` }) },
];
const CALLS = [undefined, undefined, undefined, { priority: 2 }, { timeout: { attempt: 300 } }, { retry: false }];

/** A script of steps: [ms since the last step, action, call, variant]. */
function script(next) {
  const pick = (list) => list[Math.floor(next() * list.length)];
  const steps = [];
  const count = 4 + Math.floor(next() * 14);
  for (let n = 0; n < count; n++) {
    const kind = next();
    if (kind < 0.5) steps.push([Math.floor(next() * 120), "call", pick(ORIGINS), { init: next() < 0.3 ? { method: "POST", body: "b" } : undefined, signal: next() < 0.3, call: pick(CALLS) }]);
    else if (kind < 0.9) steps.push([Math.floor(next() * 250), "answer", next(), next() < 0.7 ? pick(["fine", "empty"]) : pick(Object.keys(ANSWERS))]);
    else steps.push([Math.floor(next() * 100), "abort", next()]);
  }
  return { options: pick(OPTIONS), steps };
}

/** Plays a script; `rest` waits for what comes of each step. */
async function play({ options, steps }, entry, seed, rest = settled) {
  const { clock, restore } = fakeGlobals(chance(seed));
  const events = [];
  const { sends, fetch } = manual();
  const times = [];
  globalThis.fetch = (...args) => (times.push([clock.time, String(args[0].url ?? args[0])]), fetch(...args));
  const outcomes = [];
  try {
    const policy = entry.createPolicy({ ...options, onEvent: ({ error, call, ...event }) => events.push({ ...event, ...(error && { error: error.name }) }) });
    const controllers = [];
    for (const [ms, what, whom, how] of steps) {
      await clock.pass(ms, 0, rest);
      if (what === "call") {
        const number = outcomes.push({}) - 1;
        const controller = how.signal ? new AbortController() : undefined;
        if (controller) controllers.push(controller);
        const init = how.init || controller ? { ...how.init, ...(controller && { signal: controller.signal }) } : undefined;
        const path = `${whom}/${number}`;
        policy.fetch(path, init, how.call).then(
          (response) => (outcomes[number] = { status: response.status, at: clock.time, response }),
          (error) => (outcomes[number] = { error: error.name, at: clock.time, response: error }),
        );
      } else if (what === "answer") {
        const open = sends.filter((send) => !send.isDone);
        const send = open[Math.floor(whom * open.length)];
        if (send) {
          send.isDone = true;
          const answer = ANSWERS[how]();
          if (answer instanceof Response) send.resolve(answer);
          else send.reject(answer);
        }
      } else controllers[Math.floor(whom * controllers.length)]?.abort();
      await rest();
    }
    // Then all that is open is answered well, until nobody waits.
    for (let turn = 0; turn < 60; turn++) {
      for (const send of sends.filter((send) => !send.isDone)) {
        send.isDone = true;
        send.resolve(ANSWERS.fine());
        await rest();
      }
      await clock.pass(1000, 0, rest);
    }
    if (entry.initPolicy) await entry.initPolicy();
    await settled();
    const records = outcomes.map(({ response }) => {
      const { call, ...record } = entry.callRecord(response) ?? {};
      return record;
    });
    return {
      outcomes: outcomes.map(({ response, ...rest }) => rest),
      records,
      events: events.map((event) => JSON.parse(JSON.stringify(event))),
      times,
      quotas: policy.quotas(),
      snapshot: policy.snapshot(),
    };
  } finally {
    restore();
  }
}

test("state, events, records and figures are as if the core had been there from the start", { timeout: 600_000 }, async () => {
  let native = 0;
  for (let seed = 1; seed <= SEEDS; seed++) {
    const made = script(chance(seed));
    const expected = await play(made, whole, seed);
    const shell = await freshShell();
    let isThere = false;
    const actual = await play(made, shell, seed, async () => {
      await settled();
      if (shell.loads === 0) native++;
      else if (!isThere) {
        isThere = await shell.initPolicy();
        await settled();
      }
    });
    const events = (list) => JSON.stringify(list, null, 1);
    const say = `seed ${seed}: ${JSON.stringify(made)}`;
    assert.deepEqual(actual.outcomes, expected.outcomes, say);
    assert.deepEqual(actual.times, expected.times, say);
    assert.deepEqual(actual.records, expected.records, say);
    assert.equal(events(actual.events), events(expected.events), say);
    assert.deepEqual(actual.quotas, expected.quotas, say);
    assert.deepEqual(actual.snapshot, expected.snapshot, say);
  }
  assert.ok(native > SEEDS, "the shell did work of its own");
});

test("after many good responses to a few at once, the calls that waited go on a few at a time", async () => {
  const { clock, restore } = fakeGlobals();
  const sends = [];
  let [open, most] = [0, 0];
  globalThis.fetch = async () => {
    sends.push(clock.time);
    most = Math.max(most, ++open);
    await new Promise((resolve) => setTimeout(resolve, 20));
    open--;
    return new Response("fine");
  };
  try {
    let come;
    const shell = await freshShell(() => new Promise((resolve) => (come = resolve)));
    const policy = shell.createPolicy();
    const calls = Array.from({ length: 400 }, (_, n) => policy.fetch(`https://a.example/${n}`));
    for (let turn = 0; turn < 20; turn++) await clock.pass(20);
    assert.ok(sends.length > 90 && most <= 6, `${sends.length} sends, ${most} at once without the core`);
    // The import takes real time.
    while (!come) await settled();
    come();
    await shell.initPolicy();
    await settled();
    assert.ok(open <= 12, `${open} at once when the core takes over`);
    for (let turn = 0; turn < 40; turn++) await clock.pass(20);
    assert.equal((await Promise.all(calls)).length, 400);
    assert.ok(most > 24, "it is no limit");
  } finally {
    restore();
  }
});
