// The storm bench measures what it says, and the package shows what it must.
import assert from "node:assert/strict";
import { test } from "node:test";
import { bare } from "../clients/bare.js";
import { ours } from "../clients/ours.js";
import { most, runStorm } from "../storm.js";

const load = { callers: 500, lasts: 3000, seed: 1 };

for (const kind of ["503", "refused"]) {
  test(`bare fetch loses every call to a server that is down: ${kind}`, async () => {
    const { during, failed, why } = await runStorm({ client: bare, kind, ...load });
    assert.deepEqual([during, failed, why], [1, 500, kind === "503" ? "status 503" : "fetch failed"]);
  });

  test(`the package neither loses a call nor makes a storm: ${kind}`, async () => {
    const { during, failed, recovery, peak } = await runStorm({ client: ours, kind, ...load });
    assert.ok(during <= 0.05 && failed === 0 && recovery <= 1000 && peak <= 50, `${during}, ${failed}, ${recovery}, ${peak}`);
  });
}

test("the most in any 50 ms counts from the healing on", () => {
  assert.equal(most([0, 1, 2, 100, 149, 150, 198.9], 100), 3);
  assert.equal(most([0, 1, 2], 100), 0);
});
