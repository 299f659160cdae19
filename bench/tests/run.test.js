// The bench measures what it says, and the package loses no call in any of its cases.
import assert from "node:assert/strict";
import { test } from "node:test";
import { bare } from "../clients/bare.js";
import { ours } from "../clients/ours.js";
import { comparison, targets } from "../report.js";
import { runOnce } from "../run.js";
import { SCENARIOS } from "../scenarios.js";
import { ALIKE, judge, summarise } from "../summary.js";

const named = (name) => SCENARIOS.find((scenario) => scenario.name === name);
const run = (more) => runOnce({ client: ours, scenario: named("first"), phase: 0.13, calls: 250, seed: 1, ...more });

for (const [name, limited] of [["fixed", 800], ["first", 800], ["sliding", 800], ["two-limits", 960], ["four-clients", 800]]) {
  test(`bare fetch, a thousand times at once, meets ${limited} 429s: ${name}`, async () => {
    const outcome = await run({ client: bare, scenario: named(name), calls: 1000 });
    assert.deepEqual([outcome.limited, outcome.lost, outcome.requests], [limited, limited, 1000]);
    assert.equal(outcome.why, "status 429");
  });
}

for (const scenario of SCENARIOS) {
  test(`the package loses no call: ${scenario.title}`, async () => {
    const outcome = await run({ scenario });
    assert.equal(outcome.lost, 0, outcome.why);
    assert.equal(outcome.requests, 250 + outcome.limited + outcome.failed);
    assert.ok(outcome.ratio >= 1 && outcome.ratio < 20, `${outcome.ratio}`);
  });
}

test("a run is the same each time, and another with another seed", async () => {
  assert.deepEqual(await run({}), await run({}));
  assert.notDeepEqual(await run({}), await run({ seed: 2 }));
});

test("a client that never ends is stopped, and what is under way counts as lost", async () => {
  const asking = { ...bare, create: async () => async (url) => { for (;;) if ((await fetch(url)).status > 599) return { status: 0 }; } };
  const stuck = { ...bare, create: async () => () => new Promise(() => {}) };
  for (const client of [asking, stuck]) {
    const { lost, why, requests } = await run({ client, calls: 20 });
    assert.deepEqual([lost, why], [20, "still under way"]);
    assert.ok(requests < 2000, `${requests}`);
  }
});

const SUMMARY = { scenario: "first", client: "ours", ratio: 1.034, limited: 0, lost: 0, runs: [] };

test("a target is met at two decimals, with its 429s, and with no call lost", async () => {
  const scenario = { ...named("first"), target: { ratio: 1.03, limited: 0 } };
  const met = async (more) => (await judge({ ...SUMMARY, ...more }, ours, scenario, undefined)).met;
  assert.equal(await met({}), true);
  assert.equal(await met({ ratio: 1.036 }), false);
  assert.equal(await met({ limited: 1 }), false);
  assert.equal(await met({ lost: 1 }), false);
});

test("a target that is another case's figures is measured there", async () => {
  const scenario = { ...named("first"), target: { like: "ietf" } };
  const load = { calls: 250, phases: [0.13], seed: 1 };
  const { ratio, limited } = await summarise(ours, named("ietf"), load);
  const { target } = await judge(SUMMARY, ours, scenario, load);
  assert.deepEqual(target, { ratio: ratio + ALIKE, limited });
});

test("medians are over the phases, and the lost are the most", async () => {
  let calls = 0;
  const runner = { ...bare, create: async () => (url) => (calls++ % 50 === 0 ? Promise.reject(new Error("no")) : fetch(url)) };
  const { runs, ratio, lost, why } = await summarise(runner, named("fixed"), { calls: 100, phases: [0.1, 0.5, 0.9], seed: 1 });
  assert.equal(runs.length, 3);
  assert.equal(ratio, runs.map((one) => one.ratio).sort((a, b) => a - b)[1]);
  assert.deepEqual([lost, why], [2, "no"]);
});

test("the report shows no speed where calls were lost", () => {
  const lossy = { ...SUMMARY, client: "bare", lost: 800, limited: 800 };
  const text = comparison([SUMMARY, lossy], [ours, bare], [named("first")]);
  assert.match(text, /\| fetch-with-policy +\| 1\.03, 0 +\|/);
  assert.match(text, /\| bare fetch +\| -, 800, 800 lost +\|/);
  assert.match(targets([{ ...SUMMARY, target: { ratio: 1.02, limited: 0 }, met: false }], [named("first")]), /1\.03, 0 +\| 0 +\| 1\.02, 0 +\| NO/);
});
