// @ts-check
// A fallback explanation of a response equals the explainer's explanation of its status.
import assert from "node:assert/strict";
import test from "node:test";
import { explain } from "fetch-with-policy";
import { fallback, isFallback } from "../../pkg-template/src/fallback.js";

test("kind, reason and verdict of each status are the explainer's", () => {
  for (let status = 200; status < 600; status++) {
    const [short, whole] = /** @type {any[]} */ ([fallback({ status }), explain({ status })]);
    assert.deepEqual([status, short.kind, short.reason, short.retry.verdict], [whole.status, whole.kind, whole.reason, whole.retry.verdict]);
  }
});

test("it has the members of an explanation, and says what it is", () => {
  const short = fallback(new Response(null, { status: 404 }));
  for (const key of Object.keys(explain({ status: 404 }))) assert.ok(key in short, key);
  assert.ok(isFallback(short) && short.notes.length === 1);
  assert.ok(!isFallback(explain({ status: 404 })) && !isFallback(undefined));
});

test("it never throws, whatever it is given", () => {
  const hostile = new Proxy({}, { get: () => assert.fail("looked at") });
  for (const of of [hostile, undefined, null, 5, "x", new TypeError("fetch failed"), { status: Number.NaN }, { status: 10n }, { status: -1 }]) {
    assert.equal(fallback(of).kind, "unknown");
  }
});
