// The vectors that the Rust client runs too: both drivers do the same.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { createPolicy } from "fetch-with-policy";
import { run } from "../vectors.js";

for (const vector of JSON.parse(readFileSync(new URL("../vectors.json", import.meta.url), "utf8"))) {
  test(`${vector.topic}: ${vector.name}`, async () => {
    assert.deepEqual(await run(vector, createPolicy(vector.options).fetch), []);
  });
}
