// The explainer's shell: nothing makes it throw, and a response that it explains stays the caller's.
import assert from "node:assert/strict";
import { test } from "node:test";
import { explain, explainResponse } from "fetch-with-policy";

const boom = () => {
  throw new Error("boom");
};
const cyclic = { status: 400 };
cyclic.headers = cyclic;
cyclic.error = cyclic;
const hostile = new Proxy({}, { get: boom, has: boom, getPrototypeOf: boom, ownKeys: boom });
const revoked = Proxy.revocable({}, {});
revoked.revoke();

for (const [name, value, kind] of [
  ["undefined", undefined, "network"],
  ["null", null, "network"],
  ["a string", "stop", "aborted"],
  ["a symbol", Symbol("s"), "aborted"],
  ["a function", () => {}, "aborted"],
  ["an object without a prototype", Object.create(null), "aborted"],
  ["a cyclic report", cyclic, "invalid_request"],
  ["a hostile proxy", hostile, "aborted"],
  ["a revoked proxy", revoked.proxy, "aborted"],
  ["hostile headers", { status: 404, headers: hostile }, "not_found"],
  ["headers that are no texts", { status: 404, headers: [[1, 2], null, ["A", "b"]] }, "not_found"],
  ["members of other types", { status: 404, body: 5, url: {}, method: [], provider: 7, now: "x" }, "not_found"],
  ["a status that is none", { status: 1e300 }, "network"],
  ["lone surrogates", { status: 400, body: "\ud800", url: "\udc00" }, "invalid_request"],
  ["ten megabytes of brackets", { status: 400, body: "[".repeat(1e7) }, "invalid_request"],
  ["a getter that throws", { get status() { return boom(); } }, "network"],
  ["an error with a status", Object.assign(new Error("x"), { status: 404 }), "network"],
  ["an abort", new DOMException("gone", "AbortError"), "aborted"],
  ["an error of another realm", { name: "TimeoutError", message: "signal timed out" }, "timeout"],
  ["a chain of causes", new TypeError("fetch failed", { cause: Object.assign(new Error("x"), { code: "ENOTFOUND" }) }), "network"],
]) {
  test(`${name} is explained`, () => {
    const explanation = explain(value);
    assert.equal(explanation.kind, kind);
    assert.equal(typeof explanation.userMessage, "string");
    assert.ok(explanation.retry.verdict);
  });
}

test("a cause's code tells what the outer error does not", () => {
  assert.equal(explain(new TypeError("fetch failed", { cause: Object.assign(new Error("x"), { code: "ECONNREFUSED" }) })).reason, "refused");
});

test("headers are taken as Headers, as pairs and as a record", () => {
  for (const headers of [new Headers({ "Retry-After": "30" }), [["Retry-After", "30"]], { "Retry-After": "30" }]) {
    assert.deepEqual(explain({ status: 429, headers }).retry, { verdict: "after", delay: 30000, source: "retry-after" });
  }
});

test("now is the clock that resets are measured against", () => {
  const headers = { "x-ratelimit-limit": "5", "x-ratelimit-remaining": "0", "x-ratelimit-reset": "1700000030" };
  const { retry } = explain({ status: 429, headers, now: 1_700_000_000_000 });
  assert.deepEqual(retry, { verdict: "at-reset", delay: 30000, resetAt: 1_700_000_030_000, source: retry.source });
});

test("a response stays unread, and one that was read is explained without its body", async () => {
  const response = new Response('{"message":"User not found"}', { status: 404, headers: { "x-request-id": "r1" } });
  const explanation = await explainResponse(response, { url: "https://api.clever.com/v3.0/x" });
  assert.equal(explanation.id, "clever.user-not-enrolled");
  assert.equal(explanation.api.requestId, "r1");
  assert.equal(await response.text(), '{"message":"User not found"}');
  assert.equal((await explainResponse(response)).kind, "not_found");
});

test("a body that stalls is waited for two seconds, and only the clone is given up", async () => {
  let cancelled = 0;
  const body = new ReadableStream({
    start: (controller) => controller.enqueue(new TextEncoder().encode("<html>")),
    cancel: () => void cancelled++,
  });
  const response = new Response(body, { status: 500 });
  const start = performance.now();
  assert.equal((await explainResponse(response)).format, "html");
  assert.ok(performance.now() - start < 10_000);
  assert.equal(cancelled, 0);
  await response.body.cancel();
  assert.equal(cancelled, 1);
});

test("what is no response is explained too", async () => {
  for (const value of [undefined, null, 5, {}, hostile, Response.error()]) {
    assert.equal(typeof (await explainResponse(value)).kind, "string");
  }
});
