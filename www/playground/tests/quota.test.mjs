import assert from "node:assert/strict";
import { test } from "node:test";
import { floor, untilOpening } from "../quota.js";

test("the floor is the opening of the window that the last call needs", () => {
  const rows = [
    // calls, start, floor
    [600, 9000, 6000],
    [600, 9100, 5900],
    [600, 11_999, 3001],
    [601, 9000, 9000],
    [201, 9500, 2500],
    [200, 9500, 0],
    [1, 9500, 0],
  ];
  for (const [calls, start, expected] of rows) {
    assert.equal(floor({ calls, start, limit: 200, window: 3000 }), expected, `${calls} calls at ${start}`);
  }
});

test("a load may begin in the first tenth of a window, else as the next one opens", () => {
  assert.equal(untilOpening(9000, 3000), 0);
  assert.equal(untilOpening(9299, 3000), 0);
  assert.equal(untilOpening(9300, 3000), 2700);
  assert.equal(untilOpening(11_999, 3000), 1);
});
