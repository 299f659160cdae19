// The explainer's shell: nothing makes it throw, and a response that it explains stays the caller's.
import assert from "node:assert/strict";
import { test } from "node:test";
import { createPolicy, explain, explainResponse } from "fetch-with-policy";

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
  ["undefined", undefined, "unknown"],
  ["null", null, "unknown"],
  ["a string", "stop", "unknown"],
  ["a symbol", Symbol("s"), "unknown"],
  ["a function", () => {}, "unknown"],
  ["an object without a prototype", Object.create(null), "unknown"],
  ["a cyclic report", cyclic, "invalid_request"],
  ["a hostile proxy", hostile, "unknown"],
  ["a revoked proxy", revoked.proxy, "unknown"],
  ["hostile headers", { status: 404, headers: hostile }, "not_found"],
  ["headers that are no texts", { status: 404, headers: [[1, 2], null, ["A", "b"]] }, "not_found"],
  ["members of other types", { status: 404, body: 5, url: {}, method: [], provider: 7, now: "x" }, "not_found"],
  ["a status that is none", { status: 1e300 }, "unknown"],
  ["lone surrogates", { status: 404, body: "\ud800", url: "\udc00" }, "not_found"],
  ["ten megabytes of brackets", { status: 400, body: "[".repeat(1e7) }, "invalid_request"],
  ["a getter that throws", { get status() { return boom(); } }, "unknown"],
  ["an error with a status", Object.assign(new Error("x"), { status: 404 }), "not_found"],
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

/** @param {(controller: any) => void} pull */
const streamed = (pull) => new Response(new ReadableStream({ pull }, { highWaterMark: 0 }), { status: 500 });

for (const [name, make, format] of [
  ["a body of empty chunks without end", () => streamed((controller) => controller.enqueue(new Uint8Array(0))), "empty"],
  ["a body of single bytes without end", () => streamed((controller) => controller.enqueue(new Uint8Array([97]))), "text"],
  ["a body of what are no bytes", () => streamed((controller) => controller.enqueue(/** @type {any} */ ("text"))), "empty"],
  ["a body that breaks off", () => streamed((controller) => controller.error(new Error("boom"))), "empty"],
  ["a body in another encoding", () => new Response(new Uint8Array([0xff, 0xfe, 60, 0, 104, 0]), { status: 500 }), "text"],
  ["a response whose every member throws", () => hostile, "none"],
  ["a clone that throws", () => Object.assign(new Response("x", { status: 500 }), { clone: boom }), "empty"],
  ["a reader that is none", () => ({ status: 500, clone: () => ({ body: { getReader: () => ({}) } }) }), "empty"],
  ["a reader that throws at each turn", () => ({ status: 500, clone: () => ({ body: { getReader: () => ({ read: boom, cancel: boom }) } }) }), "empty"],
  ["a reader of nothing", () => ({ status: 500, clone: () => ({ body: { getReader: () => ({ read: async () => ({ value: { subarray: boom } }), cancel: boom }) } }) }), "empty"],
]) {
  test(`${name} is explained as far as it came`, async () => {
    const explanation = await explainResponse(make());
    assert.equal(explanation.format, format);
    assert.equal(typeof explanation.userMessage, "string");
  });
}

test("what is no response is explained too", async () => {
  for (const value of [undefined, null, 5, {}, hostile, Response.error()]) {
    assert.equal(typeof (await explainResponse(value)).kind, "string");
  }
});

const refused = Object.assign(new TypeError("fetch failed"), { cause: Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" }) });
for (const [name, value, kind, id] of [
  ["an error alone", { error: refused }, "network", "network.refused"],
  ["an error beside members of the caller's", { error: refused, attempt: 3 }, "network", "network.refused"],
  ["an abort's error", { error: new DOMException("x", "AbortError") }, "aborted", "fetch.caller"],
  ["an error of the program", { error: new TypeError("x is not a function") }, "unknown", "program.error"],
  ["an error of another realm", { error: { name: "TypeError", message: "Failed to fetch" } }, "network", "network.unknown"],
  ["an error and what is known of the request", { error: new TypeError("Load failed"), url: "https://a.example/", online: false }, "network", "network.offline"],
  ["an address alone", { url: "https://a.example/", method: "GET" }, "unknown", "program.error"],
  ["no response", { status: null, url: "https://a.example/" }, "network", "network.unknown"],
  ["a status of 0", { status: 0 }, "network", "network.unknown"],
  ["what was given to abort()", { error: "user left", signal: AbortSignal.abort("user left") }, "aborted", "fetch.caller"],
  ["a value beside a signal that is not aborted", { error: "user left", signal: new AbortController().signal }, "unknown", "program.error"],
  ["an error that has an error", Object.assign(new TypeError("Failed to fetch"), { error: refused }), "network", "network.unknown"],
  ["a foreign object", { error: "x", name2: 1 }, "unknown", "program.error"],
]) {
  test(`a report without a status is read as one: ${name}`, () => {
    const explanation = explain(value);
    assert.deepEqual([explanation.kind, explanation.id], [kind, id]);
  });
}

test("an error of the program itself is told as one, by its real message", () => {
  const mistakes = [
    () => /** @type {any} */ (undefined).id,
    () => /** @type {any} */ ({}).id(),
    () => JSON.stringify(1n),
    () => new Array(-1),
    () => new Date(NaN).toISOString(),
    () => decodeURIComponent.call.call(1),
    () => /** @type {any} */ (globalThis).missing.x,
    () => {
      // @ts-ignore: a name that nobody declares
      return noSuchName;
    },
    () => new RegExp("("),
  ];
  for (const mistake of mistakes) {
    try {
      mistake();
      assert.fail("it throws");
    } catch (error) {
      const { id, retry, confidence, causes, whatHappened, action, userMessage, userMessageKey } = explain(error);
      assert.deepEqual([id, retry.verdict, causes[0].id, userMessageKey], ["program.error", "never", "program", "user.unknown"], String(error));
      assert.ok(confidence <= 0.5);
      assert.doesNotMatch([whatHappened, action, userMessage].join(), /connection|CORS/);
    }
  }
});

test("a body that is not JSON is no error of the program", () => {
  for (const body of ["", "<html>", "undefined", "{", "[1,]", '{"a" 1}']) {
    try {
      JSON.parse(body);
      assert.fail("it throws");
    } catch (error) {
      assert.equal(explain(error).id, "fetch.invalid_json", String(error));
    }
  }
});

test("what was given by mistake is answered with a note that names it", async () => {
  const promise = Promise.resolve();
  for (const [value, note, kind] of [
    [undefined, /^Pass what was thrown/, "unknown"],
    [promise, /Await the promise/, "unknown"],
    [new Response("{}", { status: 503 }), /explainResponse\(response\)/, "unavailable"],
    [{ satus: 500 }, /has the members status/, "unknown"],
    [{ statusCode: 500 }, /has the members status/, "server_error"],
    [{ code: 500 }, /has the members status/, "server_error"],
    [{ error: undefined }, /^Pass what was thrown/, "unknown"],
    [{ error: Object.assign(new Error("x"), { response: new Response("x", { status: 404 }) }) }, /explainResponse\(response\)/, "not_found"],
  ]) {
    const explanation = explain(/** @type {any} */ (value));
    assert.equal(explanation.kind, kind);
    assert.match(explanation.notes.join(), note);
  }
});

test("a body that was parsed, or came as bytes, is read like its text", () => {
  const body = { error: { code: "item_missing", message: "No such item" } };
  const text = JSON.stringify(body);
  for (const report of [{ body }, { data: body }, { body: text }, { body: new TextEncoder().encode(text) }, { body: Buffer.from(text) }]) {
    const { api } = explain({ status: 404, ...report });
    assert.deepEqual([api.code, api.message], ["item_missing", "No such item"]);
  }
  const endless = { status: 400, body: { list: new Array(1e6).fill("x") } };
  assert.ok(["invalid_request", "validation_failed"].includes(explain(endless).kind));
});

test("headers are found in a Map, in lists of values and in an object that gives itself as one", () => {
  for (const headers of [new Map([["Retry-After", "30"]]), { "retry-after": ["30"] }, { toJSON: () => ({ "retry-after": "30" }) }]) {
    assert.equal(explain({ status: 429, headers: /** @type {any} */ (headers) }).retry.delay, 30_000);
  }
});

test("a response that an error carries is found where clients keep it, and no header of the request is looked at", () => {
  const secret = "sk_live_a1B2c3D4e5F6g7H8i9";
  const body = { code: "item_missing", message: "No such item" };
  const config = { method: "post", url: "/items", baseURL: "https://api.example.com", headers: { authorization: secret, "retry-after": "9" } };
  for (const members of [
    { response: { status: 404, data: body }, config },
    { cause: Object.assign(new Error("y"), { status: 404, body: JSON.stringify(body) }) },
    { networkError: { statusCode: 404, bodyText: JSON.stringify(body) } },
    { $metadata: { httpStatusCode: 404, requestId: "r1" }, $fault: "client", name: "item_missing", message: "No such item" },
    { code: 404, error: body },
  ]) {
    const explanation = explain(Object.assign(new Error("x"), members));
    assert.deepEqual([explanation.kind, explanation.api.code, explanation.api.message], ["not_found", "item_missing", "No such item"]);
    assert.doesNotMatch(JSON.stringify(explanation), new RegExp(secret));
  }
});

test("the policy's own errors explain themselves", async () => {
  const failing = (status, options) => createPolicy({ fetch: async () => new Response('{"code":"item_missing"}', { status }), retry: false, ...options });
  const caught = (promise) => promise.then(assert.fail, (error) => error);
  const httpError = await caught(failing(404, { throwHttpErrors: true }).fetch("https://a.example/x"));
  assert.deepEqual(explain(httpError), httpError.explanation);
  assert.deepEqual(explain({ error: httpError }), httpError.explanation);
  const quota = { rateLimit: { quotas: [{ limit: 1, window: 60_000 }], maxWait: 0 } };
  const limited = failing(200, quota);
  await limited.fetch("https://a.example/x");
  const refusal = explain(await caught(limited.fetch("https://a.example/x")));
  assert.deepEqual([refusal.kind, refusal.id, refusal.limit, refusal.remaining], ["rate_limited", "policy.rate_limited", 1, 0]);
  assert.ok(refusal.retry.verdict === "at-reset" && refusal.retry.delay > 50_000, JSON.stringify(refusal.retry));
  const broken = failing(500, { circuitBreaker: { minimumCalls: 1 } });
  await broken.fetch("https://a.example/x");
  const open = explain(await caught(broken.fetch("https://a.example/x")));
  assert.deepEqual([open.kind, open.id, open.retry.verdict], ["unavailable", "policy.unavailable", "after"]);
  let option;
  try {
    createPolicy(/** @type {any} */ ({ retry: { maxAttempts: -1 } }));
  } catch (error) {
    option = explain(error);
  }
  assert.deepEqual([option.kind, option.retry.verdict], ["unknown", "never"]);
  assert.match(option.whatHappened, /retry\.maxAttempts/);
  const late = failing(200, { fetch: (_, { signal }) => new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason))), timeout: { total: 10 } });
  assert.equal(explain(await caught(late.fetch("https://a.example/x"))).kind, "timeout");
});
