// The driver against a real server: what is sent, when, and what comes back.
import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { test } from "node:test";
import { callRecord, createPolicy, explainResponse, fetchWithPolicy } from "fetch-with-policy";
import { countingHost, fixedWindows, script, serve, withServer } from "./server.js";

const QUICK = { retry: { initialDelay: 20, maxDelay: 40 } };

test("a burst keeps to a quota that only headers tell, and loses nothing", () =>
  withServer(fixedWindows({ limit: 50, window: 1000 }), async ({ url, stats }) => {
    const policy = createPolicy();
    const results = await Promise.all(Array.from({ length: 150 }, (_, n) => policy.fetch(`${url}/?${n}`)));
    assert.ok(results.every((response) => response.ok));
    assert.ok(stats.limited <= 1, `${stats.limited} 429s`);
  }));

test("the first attempt is sent in the caller's own turn, with the caller's own objects", async () => {
  const seen = [];
  const response = new Response("x");
  const policy = createPolicy({ fetch: (...args) => (seen.push(args), Promise.resolve(response)) });
  const init = { headers: { a: "b" } };
  const url = new URL("https://api.example.com/x");
  const both = policy.fetch(url, init);
  assert.equal(seen.length, 1);
  assert.equal(seen[0][0], url);
  assert.equal(seen[0][1], init);
  const one = policy.fetch("https://api.example.com/y");
  assert.deepEqual(seen[1], ["https://api.example.com/y"]);
  assert.equal(await both, response, "the host's own Response is handed through");
  assert.equal(response.bodyUsed, false);
  await one;
});

test("fetchWithPolicy looks like fetch", () => {
  assert.equal(fetchWithPolicy.length, 1);
  assert.equal(createPolicy().fetch.length, 1);
});

test("the host's own error is handed through", async () => {
  const error = new TypeError("something else");
  const policy = createPolicy({ fetch: () => Promise.reject(error) });
  await assert.rejects(policy.fetch("https://api.example.com/"), (thrown) => thrown === error);
  assert.equal(callRecord(error).gaveUp, "not-retryable");
});

test("the host's fetch is looked up at each call, and a policy put in its place never calls itself", () =>
  withServer(script([200]), async ({ url }) => {
    const original = globalThis.fetch;
    const policy = createPolicy();
    try {
      globalThis.fetch = policy.fetch;
      assert.equal((await fetch(url)).status, 200);
      globalThis.fetch = fetchWithPolicy;
      assert.equal((await policy.fetch(url)).status, 200);
      globalThis.fetch = async () => new Response(null, { status: 204 });
      assert.equal((await policy.fetch(url)).status, 204);
    } finally {
      globalThis.fetch = original;
    }
  }));

test("what fetch cannot send is the host's to reject, and only once", async () => {
  let sends = 0;
  const policy = createPolicy({ fetch: (...args) => (sends++, fetch(...args)) });
  await assert.rejects(policy.fetch("http://"), TypeError);
  await assert.rejects(policy.fetch("https://api.example.com", { method: "GET", body: "x" }), TypeError);
  assert.equal(sends, 2);
  assert.equal(await (await policy.fetch("data:,hello")).text(), "hello");
});

for (const [name, body, expected] of [
  ["string", () => "text", "text"],
  ["URLSearchParams", () => new URLSearchParams({ a: "1" }), "a=1"],
  ["ArrayBuffer", () => new TextEncoder().encode("bytes").buffer, "bytes"],
  ["view", () => new TextEncoder().encode("xbytesx").subarray(1, 6), "bytes"],
  ["Blob", () => new Blob(["blob"]), "blob"],
]) {
  test(`a ${name} body is sent again byte for byte`, () =>
    withServer(script([503], [503], [200]), async ({ url, stats }) => {
      const response = await createPolicy(QUICK).fetch(url, { method: "PUT", body: body() });
      assert.equal(response.status, 200);
      assert.deepEqual(stats.requests.map((request) => request.body.toString()), [expected, expected, expected]);
      const types = new Set(stats.requests.map((request) => request.headers["content-type"]));
      assert.equal(types.size, 1);
    }));
}

test("a FormData body is sent again with all its parts", () =>
  withServer(script([503], [200]), async ({ url, stats }) => {
    const form = new FormData();
    form.append("a", "1");
    form.append("file", new Blob(["content"]), "name.txt");
    await createPolicy(QUICK).fetch(url, { method: "PUT", body: form });
    assert.equal(stats.requests.length, 2);
    for (const { body } of stats.requests) assert.match(body.toString(), /name="a"[^]*1[^]*filename="name.txt"[^]*content/);
  }));

test("a Request with a body is sent again", () =>
  withServer(script([503], [503], [200]), async ({ url, stats }) => {
    const request = new Request(url, { method: "PUT", body: "of the request", headers: { "x-a": "b" } });
    assert.equal((await createPolicy(QUICK).fetch(request)).status, 200);
    assert.deepEqual(stats.requests.map(({ body, headers }) => [body.toString(), headers["x-a"]]), Array(3).fill(["of the request", "b"]));
  }));

test("a stream is refused a second send, never sent empty", () =>
  withServer(script([503], [200]), async ({ url, stats }) => {
    const response = await createPolicy(QUICK).fetch(url, { method: "PUT", body: new Blob(["stream"]).stream(), duplex: "half" });
    assert.equal(response.status, 503);
    assert.equal(callRecord(response).gaveUp, "not-replayable");
    assert.deepEqual(stats.requests.map(({ body }) => body.toString()), ["stream"]);
  }));

test("a stream that `body` makes anew is sent again", () =>
  withServer(script([503], [200]), async ({ url, stats }) => {
    const call = { body: () => new Blob(["anew"]).stream() };
    const response = await createPolicy(QUICK).fetch(url, { method: "PUT", duplex: "half" }, call);
    assert.equal(response.status, 200);
    assert.deepEqual(stats.requests.map(({ body }) => body.toString()), ["anew", "anew"]);
  }));

test("what the caller changes after the call does not reach later sends", () =>
  withServer(script([503], [200]), async ({ url, stats }) => {
    const init = { method: "PUT", body: new Uint8Array([65, 65]), headers: { "x-n": "1" } };
    const call = createPolicy(QUICK).fetch(url, init);
    init.body.fill(66);
    init.headers["x-n"] = "2";
    await call;
    assert.deepEqual(stats.requests.map(({ body, headers }) => [body.toString(), headers["x-n"]]), Array(2).fill(["AA", "1"]));
  }));

test("one init used in a loop gives each waiting call its own body", () =>
  withServer(script([200]), async ({ url, stats }) => {
    const policy = createPolicy({ rateLimit: { maxConcurrent: 1 } });
    const init = { method: "PUT" };
    const calls = [];
    for (let n = 0; n < 5; n++) {
      init.body = `${n}`;
      calls.push(policy.fetch(url, init));
    }
    await Promise.all(calls);
    assert.deepEqual(stats.requests.map(({ body }) => body.toString()), ["0", "1", "2", "3", "4"]);
  }));

test("the unread body of a response is cancelled where a callback's throw ends the call, unless the error brings it along", async () => {
  for (const kept of [false, true]) {
    let cancelled = 0;
    const fetch = async () => new Response(new ReadableStream({ cancel: () => void cancelled++ }), { status: 503 });
    const decide = ({ response }) => {
      throw Object.assign(new Error("mine"), kept && { response });
    };
    await assert.rejects(createPolicy({ fetch, retry: { decide } }).fetch("http://127.0.0.1/"), /mine/);
    assert.equal(cancelled, kept ? 0 : 1);
  }
});

test("an HttpError's response stays unread, and that of an explainer that fails is cancelled", async () => {
  let cancelled = 0;
  const fetch = async () => new Response(new ReadableStream({ cancel: () => void cancelled++ }), { status: 404 });
  const explained = async () => ({});
  const fails = async () => {
    throw new Error("mine");
  };
  const call = (explainResponse) => createPolicy({ fetch, throwHttpErrors: true, explainer: { explainResponse } }).fetch("http://127.0.0.1/");
  await assert.rejects(call(explained), { name: "HttpError" });
  assert.equal(cancelled, 0);
  await assert.rejects(call(fails), /mine/);
  assert.equal(cancelled, 1);
});

test("the unread body of a retried response is cancelled", async () => {
  let cancelled = 0;
  const bad = () => new Response(new ReadableStream({ cancel: () => void cancelled++ }), { status: 503 });
  const answers = [bad(), bad(), new Response("ok")];
  const response = await createPolicy({ ...QUICK, fetch: async () => answers.shift() }).fetch("https://api.example.com/");
  assert.equal(await response.text(), "ok");
  assert.equal(cancelled, 2);
});

test("an abort during a wait settles at once with the signal's own reason, and leaves nothing behind", () =>
  withServer(script([429, { "retry-after": "30" }]), async ({ url, stats }) => {
    const host = countingHost();
    const controller = new AbortController();
    const reason = { why: "the user left" };
    const call = createPolicy({ host }).fetch(url, { signal: controller.signal });
    await new Promise((resolve) => setTimeout(resolve, 150));
    assert.equal(stats.requests.length, 1);
    const at = performance.now();
    controller.abort(reason);
    await assert.rejects(call, (thrown) => thrown === reason);
    assert.ok(performance.now() - at < 20_000);
    assert.equal(host.timers.size, 0);
    assert.equal(getEventListeners(controller.signal, "abort").length, 0);
    assert.equal(callRecord(reason).gaveUp, "aborted");
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.equal(stats.requests.length, 1);
  }));

test("a finished call leaves no timer and no listener", () =>
  withServer(script([503], [200]), async ({ url }) => {
    const host = countingHost();
    const controller = new AbortController();
    await (await createPolicy({ host, ...QUICK, timeout: { attempt: 5000, total: 9000 } }).fetch(url, { signal: controller.signal })).text();
    assert.equal(host.timers.size, 0);
    assert.equal(getEventListeners(controller.signal, "abort").length, 0);
  }));

test("an abort in flight is the host's to reject", () =>
  withServer(() => {}, async ({ url }) => {
    const controller = new AbortController();
    const call = createPolicy().fetch(url, { signal: controller.signal });
    setTimeout(() => controller.abort(), 50);
    await assert.rejects(call, { name: "AbortError" });
  }));

test("a signal that is aborted already rejects without a send", async () => {
  const server = await serve(script([200]));
  const reason = new Error("before");
  await assert.rejects(createPolicy().fetch(server.url, { signal: AbortSignal.abort(reason) }), (thrown) => thrown === reason);
  assert.equal(server.stats.requests.length, 0);
  await server.close();
});

test("two credentials do not share a quota, and none shows in what is told", () =>
  withServer(fixedWindows({ limit: 1000, window: 1000 }), async ({ url }) => {
    const events = [];
    const policy = createPolicy({ onEvent: (event) => events.push(event) });
    for (const secret of ["Bearer SECRET-1", "Bearer SECRET-2"]) {
      await policy.fetch(`${url}/path?token=SECRET-3#SECRET-4`, { headers: { Authorization: secret } });
    }
    assert.equal(policy.quotas().length, 2);
    assert.doesNotMatch(JSON.stringify([policy.quotas(), events]), /SECRET/);
    assert.deepEqual(events.map((event) => event.type), ["attempt", "response", "attempt", "response"]);
    assert.equal(events[0].url, `${url}/path`);
  }));

test("events and the record tell each attempt and wait", () =>
  withServer(script([503, { "retry-after": "1" }], [200]), async ({ url }) => {
    const events = [];
    const response = await createPolicy({ onEvent: (event) => events.push(event) }).fetch(url);
    assert.deepEqual(events.map((event) => event.type), ["attempt", "response", "wait", "attempt", "response"]);
    const wait = events[2];
    assert.equal(wait.reason, "retry-after");
    assert.ok(wait.delay >= 1000 && Math.abs(wait.until - wait.at - wait.delay) < 5);
    const record = callRecord(response);
    assert.deepEqual(record.attempts.map((attempt) => [attempt.status, attempt.waitReason]), [[503, undefined], [200, "retry-after"]]);
    assert.ok(record.waited >= 1000 && record.attempts[1].waitedBefore === record.waited);
    assert.equal(record.gaveUp, undefined);
    assert.equal(new Set(events.map((event) => event.call)).size, 1);
  }));

test("a listener that throws harms nobody", async (t) => {
  t.mock.method(console, "error", () => {});
  const policy = createPolicy({ fetch: async () => new Response("ok"), onEvent: () => { throw new Error("mine"); } });
  assert.equal((await policy.fetch("https://api.example.com/")).status, 200);
  assert.ok(console.error.mock.callCount() > 0);
});

test("decide has the last word, within the attempts", () =>
  withServer(script([404], [200]), async ({ url, stats }) => {
    const contexts = [];
    const decide = (context) => (contexts.push(context), context.response?.status === 404 ? true : undefined);
    const response = await createPolicy({ retry: { ...QUICK.retry, decide } }).fetch(url);
    assert.equal(response.status, 200);
    assert.deepEqual(contexts.map(({ attempt, decision }) => [attempt, decision]), [[1, false], [2, false]]);
    assert.equal(contexts[0].request.method, "GET");
    const always = await createPolicy({ retry: { ...QUICK.retry, maxAttempts: 3, decide: () => true } }).fetch(url);
    assert.equal(stats.requests.length, 5);
    assert.equal(callRecord(always).gaveUp, "attempts-exhausted");
    const never = await createPolicy({ retry: { decide: async () => false } }).fetch("http://127.0.0.1:1/").catch((error) => error);
    assert.equal(callRecord(never).attempts.length, 1);
  }));

test("prepare sets headers anew before each attempt", () =>
  withServer(script([503], [200]), async ({ url, stats }) => {
    const lasts = [];
    const prepare = async (_, attempt, last) => (lasts.push(last?.status), { Authorization: `Bearer ${attempt}` });
    await createPolicy({ ...QUICK, prepare }).fetch(url, { headers: { "x-kept": "yes" } });
    assert.deepEqual(stats.requests.map(({ headers }) => [headers.authorization, headers["x-kept"]]), [["Bearer 1", "yes"], ["Bearer 2", "yes"]]);
    assert.deepEqual(lasts, [undefined, 503]);
  }));

test("an idempotency key is the same on all attempts and lets a POST be repeated", () =>
  withServer(script([503], [200]), async ({ url, stats }) => {
    const response = await createPolicy({ ...QUICK, idempotencyKey: "auto" }).fetch(url, { method: "POST", body: "once" });
    assert.equal(response.status, 200);
    const keys = stats.requests.map(({ headers }) => headers["idempotency-key"]);
    assert.match(keys[0], /^[0-9a-f-]{36}$/);
    assert.equal(keys[0], keys[1]);
    await createPolicy({ idempotencyKey: "auto" }).fetch(url);
    assert.equal(stats.requests[2].headers["idempotency-key"], undefined, "a GET needs none");
  }));

test("a POST that may have been processed is not repeated", () =>
  withServer(script([503]), async ({ url, stats }) => {
    const response = await createPolicy(QUICK).fetch(url, { method: "POST", body: "once" });
    assert.deepEqual([response.status, stats.requests.length, callRecord(response).gaveUp], [503, 1, "not-retryable"]);
  }));

test("options of one call extend the policy's, over the same state", () =>
  withServer(script([503]), async ({ url, stats }) => {
    const policy = createPolicy({ retry: { initialDelay: 5, maxAttempts: 2 } });
    await policy.fetch(url, {}, { retry: { maxAttempts: 3 } });
    assert.equal(stats.requests.length, 3);
    await policy.fetch(url, {}, { retry: false });
    assert.equal(stats.requests.length, 4);
    await policy.fetch(url);
    assert.equal(stats.requests.length, 6);
    await assert.rejects(policy.fetch(url, {}, { retry: { maxAttempts: 0 } }), { field: "retry.maxAttempts" });
    await policy.extend({ retry: { maxAttempts: 1 } }).fetch(url);
    assert.equal(stats.requests.length, 7);
    assert.equal(policy.extend({}).quotas().length, policy.quotas().length);
  }));

test("fetchWithPolicy takes a policy or options, and shares one state without either", () =>
  withServer(fixedWindows({ limit: 100, window: 1000 }), async ({ url }) => {
    const policy = createPolicy();
    await fetchWithPolicy(url, undefined, policy);
    assert.equal(policy.quotas().length, 1);
    await fetchWithPolicy(url);
    await fetchWithPolicy(url, {}, { retry: false });
    await assert.rejects(fetchWithPolicy(url, {}, { retries: 3 }), { name: "PolicyOptionError", field: "retries" });
  }));

test("scope says what shares a quota", () =>
  withServer(fixedWindows({ limit: 100, window: 1000 }), async ({ url }) => {
    const policy = createPolicy({ rateLimit: { scope: (request) => new URL(request.url).pathname } });
    await Promise.all([policy.fetch(`${url}/a`), policy.fetch(`${url}/b`), policy.fetch(`${url}/a`)]);
    assert.deepEqual(policy.quotas().map((quota) => quota.scope).sort(), ["/a", "/b"]);
  }));

test("throwHttpErrors throws the explained error, with the response unread", () =>
  withServer(script([404, { "content-type": "application/json" }, '{"message":"Assignment does not exist"}']), async ({ url }) => {
    const error = await createPolicy({ throwHttpErrors: true }).fetch(`${url}/?key=SECRET`).catch((thrown) => thrown);
    assert.equal(error.name, "HttpError");
    assert.equal(error.explanation.kind, "not_found");
    assert.equal(await error.response.text(), '{"message":"Assignment does not exist"}');
    assert.doesNotMatch(error.message, /SECRET/);
  }));

test("an HttpError knows what was sent, where nothing was made for the send alone", async () => {
  const fetch = async () => new Response('{"message":"Unauthorized"}', { status: 401, headers: { "content-type": "application/json" } });
  const causes = async (options, init) => {
    const error = await createPolicy({ fetch, throwHttpErrors: true, ...options }).fetch("https://api.example.com/", init).catch((thrown) => thrown);
    return error.explanation.causes.map(({ id }) => id);
  };
  assert.equal((await causes({}, { headers: { authorization: `Bearer ${undefined}` } }))[0], "auth-undefined");
  assert.equal((await causes({}, { headers: { accept: "*/*" } }))[0], "missing");
  assert.ok(!(await causes({ prepare: () => ({ authorization: "Bearer x" }) }, { headers: { accept: "*/*" } })).includes("auth-undefined"));
  const sent = [];
  const explainer = { explainResponse: (response, context) => (sent.push(context), { kind: "unauthenticated" }) };
  await causes({ explainer }, { method: "POST", body: '{"a":1}' }).catch(() => {});
  assert.equal(sent[0].requestBody, '{"a":1}');
  await causes({ explainer, prepare: () => undefined }, {}).catch(() => {});
  assert.equal(sent[1].requestHeaders, undefined);
});

test("a response of a policy is explained by the forms of what was sent, which hold no secret", async () => {
  const answer = (status, headers) => createPolicy({ fetch: async () => new Response("{}", { status, headers: { "content-type": "application/json", ...headers } }), retry: false });
  const first = async (policy, init, context) => (await explainResponse(await policy.fetch("https://api.example.com/", init), context)).causes[0].id;
  const basic = { "www-authenticate": 'Basic realm="x"' };
  for (const [policy, init, id] of [
    [answer(401), { headers: { authorization: "Bearer undefined" } }, "auth-undefined"],
    [answer(401), { headers: { "x-page": "7" } }, "missing"],
    [answer(401, basic), { headers: { authorization: "Bearer hunter2x" } }, "auth-scheme"],
    [answer(401), { headers: { authorization: "hunter2x" } }, "invalid"],
    [answer(400), { method: "POST", body: "x", headers: { "content-type": "multipart/form-data" } }, "no-boundary"],
    [answer(400), { method: "POST", body: "x", headers: { "content-type": "multipart/form-data; boundary=hunter2x" } }, "parameter"],
  ]) assert.equal(await first(policy, init), id, JSON.stringify(init));
  assert.equal(await first(answer(401), { headers: { authorization: "Bearer undefined" } }, { requestHeaders: { authorization: "Bearer abc" } }), "invalid");
  const prepared = createPolicy({ fetch: async () => new Response("", { status: 401 }), prepare: () => ({ authorization: "Bearer x" }) });
  assert.equal((await explainResponse(await prepared.fetch("https://api.example.com/", { headers: { accept: "*/*" } }))).causes[0].evidence[0].from, "status");
});

test("a thousand calls of one policy are freed", async () => {
  const policy = createPolicy({ fetch: async () => new Response("ok") });
  for (let n = 0; n < 50; n++) await Promise.all(Array.from({ length: 20 }, () => policy.fetch("https://api.example.com/")));
  assert.deepEqual(policy.quotas(), []);
});

test("a Request keeps its referrer policy when a time for the attempt is set", async () => {
  const seen = [];
  const policy = createPolicy({ timeout: { attempt: 1000 }, fetch: async (...args) => (seen.push(new Request(...args)), new Response("ok")) });
  await policy.fetch(new Request("https://api.example.com/", { referrerPolicy: "no-referrer" }));
  assert.equal(seen[0].referrerPolicy, "no-referrer");
});

test("answers that come in the same turn are each judged by their own headers", async () => {
  const events = [];
  const answers = ["1", "2", "3"].map((after) => new Response(null, { status: 503, headers: { "retry-after": after } }));
  const policy = createPolicy({ rateLimit: false, fetch: async () => answers.shift() ?? new Response("ok"), onEvent: (event) => events.push(event) });
  const controller = new AbortController();
  const calls = ["1", "2", "3"].map(() => policy.fetch("https://api.example.com/", { signal: controller.signal }));
  await new Promise((resolve) => setTimeout(resolve, 5));
  const delays = events.filter(({ type }) => type === "wait").map(({ call, delay }) => [call, Math.floor(delay / 1000)]);
  const [[first]] = delays;
  assert.deepEqual(delays.map(([call, delay]) => [call - first, delay]), [[0, 1], [1, 2], [2, 3]]);
  controller.abort();
  await Promise.allSettled(calls);
});
