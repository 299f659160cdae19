// Four clients that know nothing of one another and share a quota: nobody is lost, wherever in a window they begin.
import assert from "node:assert/strict";
import { test } from "node:test";
import { ours } from "../clients/ours.js";
import { runOnce } from "../run.js";
import { SCENARIOS } from "../scenarios.js";

const PHASES = [0.03, 0.13, 0.23, 0.33, 0.43, 0.53, 0.63, 0.73, 0.83, 0.93];
/** What each case allows, beside that no call is lost: 429s in each phase, and the median of the time over the least. */
const MOST = {
  // One phase of ten meets 49, the others 10.
  "four-clients": { limited: 50, ratio: 1.2 },
  "four-fixed": {},
  "four-sliding": {},
  "four-bucket": { ratio: 1.2 },
  "four-ietf": { limited: 20, ratio: 1.2 },
  "four-hidden": { ratio: 1.95 },
  "four-hidden-fixed": { ratio: 2 },
};

for (const [name, { limited = Infinity, ratio = Infinity }] of Object.entries(MOST)) {
  const scenario = SCENARIOS.find((one) => one.name === name);
  test(`four clients, whatever the phase: ${scenario.title}`, async () => {
    const runs = [];
    for (const [n, phase] of PHASES.entries()) runs.push(await runOnce({ client: ours, scenario, phase, calls: 1000, seed: 1 + 100 * n }));
    const shown = runs.map((run) => `${run.lost} lost, ${run.limited} 429s, x ${run.ratio.toFixed(2)}`);
    const median = runs.map((run) => run.ratio).sort((a, b) => a - b)[PHASES.length >> 1];
    assert.deepEqual(runs.filter((run) => run.lost > 0 || run.limited > limited), [], shown.join("\n"));
    assert.ok(median <= ratio, shown.join("\n"));
  });
}
