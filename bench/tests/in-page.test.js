// Through the entry for pages, whose core comes late: nothing is lost, and limits are met as from the start.
import assert from "node:assert/strict";
import { test } from "node:test";
import { ours } from "../clients/ours.js";
import { oursInPage } from "../clients/shell.js";
import { runOnce } from "../run.js";
import { SCENARIOS } from "../scenarios.js";
import { runStorm } from "../storm.js";

for (const kind of ["503", "refused"]) {
  test(`in a page, too, no call is lost to a server that is down, and no storm meets it: ${kind}`, async () => {
    const { during, failed, recovery, peak } = await runStorm({ client: oursInPage, kind, callers: 500, lasts: 3000, seed: 1 });
    assert.ok(during <= 0.05 && failed === 0 && recovery <= 1000 && peak <= 50, `${during}, ${failed}, ${recovery}, ${peak}`);
  });
}

for (const name of ["fixed", "first", "sliding", "bucket", "ietf", "two-limits", "failures", "ahead", "in-step", "hidden-told"]) {
  test(`in a page a limit is met as often as from the start: ${name}`, async () => {
    const scenario = SCENARIOS.find((one) => one.name === name);
    const load = { scenario, phase: 0.51, calls: 1000, seed: 1 };
    const [expected, actual] = [await runOnce({ ...load, client: ours }), await runOnce({ ...load, client: oursInPage })];
    assert.deepEqual([actual.lost, expected.lost], [0, 0]);
    // The calls that the shell sends at once, and their first retries.
    assert.ok(actual.limited <= expected.limited + 6, `${actual.limited} and ${expected.limited} 429s`);
  });
}

test("in a page a limit that only 429s tell is learned from all that was sent before the core came", async () => {
  const scenario = SCENARIOS.find(({ name }) => name === "retry-after");
  const { lost, ratio } = await runOnce({ client: oursInPage, scenario, phase: 0.51, calls: 1000, seed: 1 });
  assert.equal(lost, 0);
  assert.ok(ratio < 1.5, `${ratio} times the least possible`);
});
