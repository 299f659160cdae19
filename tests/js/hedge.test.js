// Hedging against a real server: a slow send is followed by another, one answer wins, and the rest leaves nothing behind.
import assert from "node:assert/strict";
import { once } from "node:events";
import { after, test } from "node:test";
import { callRecord, createPolicy, HttpError } from "fetch-with-policy";
import { serve } from "./server.js";
import { settled, virtualHost } from "./virtual.js";

const rejections = [];
process.on("unhandledRejection", (error) => rejections.push(error));
after(() => assert.deepEqual(rejections, []));

const DELAY = 30;
const URL = "https://api.example.com/items";

async function opened(t, answer) {
  const server = await serve(answer);
  t.after(() => server.close());
  return server;
}

/** A server that answers the sends by their numbers: a status, [status, headers, after ms], or nothing ever. */
async function serveEach(t, ...answers) {
  const closed = [];
  const server = await opened(t, (_, response, stats) => {
    const number = stats.requests.length;
    response.on("close", () => response.writableEnded || closed.push(number));
    const [status, headers = {}, delay = 0] = [answers[number - 1] ?? []].flat();
    if (status !== undefined) setTimeout(() => response.writeHead(status, headers).end(`answer ${number}`), delay);
  });
  return Object.assign(server, { closed });
}

/** Until `holds`, or for a second. */
async function until(holds) {
  for (let n = 0; n < 200 && !holds(); n++) await new Promise((resolve) => setTimeout(resolve, 5));
  assert.ok(holds());
}

/** A policy on a virtual clock; `fetch` is given the number of the send, from 1, and its signal. */
function stage(fetch, options = {}) {
  const clock = virtualHost();
  const events = [];
  const sends = [];
  const policy = createPolicy({
    host: clock.host,
    onEvent: (event) => events.push(event),
    hedge: { delay: 100 },
    ...options,
    fetch: (input, init) => fetch(sends.push({ at: clock.time, input, init }), init?.signal),
  });
  return { ...clock, pass: clock.pass, policy, events, sends };
}

/** Rejects when the signal fires, as a fetch without an answer does. */
const hang = (signal) => new Promise((_, reject) => signal?.addEventListener("abort", () => reject(signal.reason)));

test("a slow first send is followed by another, whose answer is the call's; the first one's socket is closed", async (t) => {
  const server = await serveEach(t, undefined, 200);
  const events = [];
  const policy = createPolicy({ hedge: { delay: DELAY }, onEvent: (event) => events.push(event) });
  const startedAt = Date.now();
  const response = await policy.fetch(server.url);
  assert.equal(await response.text(), "answer 2");
  assert.equal(server.stats.requests.length, 2);
  assert.ok(server.stats.requests[1].at - startedAt >= DELAY - 1);
  await until(() => server.closed.length === 1);
  assert.deepEqual(server.closed, [1]);
  const { attempts, gaveUp, waited } = callRecord(response);
  assert.deepEqual(attempts.map(({ status, error }) => status ?? error), ["AbortError 20", 200]);
  assert.ok(attempts.every(({ startedAt, endedAt }) => endedAt >= startedAt));
  assert.deepEqual([gaveUp, waited], [undefined, 0]);
  assert.deepEqual(events.map(({ type, attempt }) => [type, attempt]), [["attempt", 1], ["attempt", 2], ["response", 2], ["failure", 1]]);
});

test("a fast answer is followed by no further send, and leaves no timer", async () => {
  const { policy, pass, sends, timers } = stage(() => Promise.resolve(new Response("fast")));
  assert.equal((await policy.fetch(URL)).status, 200);
  assert.equal(timers.size, 0);
  await pass(1000);
  assert.equal(sends.length, 1);
});

test("the first may still win, and the other is aborted", async (t) => {
  const server = await serveEach(t, [200, {}, 3 * DELAY], undefined);
  const response = await createPolicy({ hedge: { delay: DELAY } }).fetch(server.url);
  assert.equal(await response.text(), "answer 1");
  await until(() => server.closed.length === 1);
  assert.deepEqual(server.closed, [2]);
  assert.deepEqual(callRecord(response).attempts.map(({ status, error }) => status ?? error), [200, "AbortError 20"]);
});

test("no method but the safe ones is sent twice", async (t) => {
  const server = await serveEach(t, ...Array(5).fill([200, {}, 3 * DELAY]));
  const policy = createPolicy({ hedge: { delay: DELAY }, idempotencyKey: "auto" });
  for (const method of ["POST", "PUT", "DELETE", "PATCH"]) await policy.fetch(server.url, { method });
  assert.equal(server.stats.requests.length, 4);
});

test("the budget bounds them, and is the retries'", async () => {
  const { policy, pass, sends } = stage((_, signal) => hang(signal), { rateLimit: false, retry: { budget: { ratio: 0, minPerWindow: 2 } } });
  const controller = new AbortController();
  const calls = Array.from({ length: 5 }, () => policy.fetch(URL, { signal: controller.signal }).catch((error) => error));
  await pass(1000);
  assert.equal(sends.length, 7);
  controller.abort("enough");
  assert.deepEqual(await Promise.all(calls), Array(5).fill("enough"));
});

test("a quota without room for it is not spent on it, and what it took is counted", async () => {
  const quotas = [{ limit: 3, window: 60_000 }];
  let answer;
  const answered = new Promise((resolve) => (answer = resolve));
  const { policy, pass, sends } = stage(() => answered.then(() => new Response("x")), { rateLimit: { quotas } });
  const calls = [policy.fetch(URL), policy.fetch(URL)];
  await pass(100);
  assert.equal(sends.length, 3, "two, and one beside them");
  assert.equal(policy.quotas()[0].remaining, 0);
  answer();
  assert.deepEqual((await Promise.all(calls)).map(({ status }) => status), [200, 200]);
  assert.deepEqual([policy.quotas()[0].remaining, policy.quotas()[0].inFlight], [0, 0]);
});

test("an answer to repeat is let go of, and the other send's is waited for", async () => {
  let cancelled = 0;
  const body = new ReadableStream({ cancel: () => void cancelled++ });
  let answer;
  const late = new Promise((resolve) => (answer = resolve));
  const { policy, pass, sends, events } = stage((number) => (number === 1 ? late : Promise.resolve(new Response(body, { status: 503 }))));
  const call = policy.fetch(URL);
  await pass(150);
  assert.deepEqual([sends.length, cancelled], [2, 1]);
  answer(new Response("late"));
  const response = await call;
  assert.equal(await response.text(), "late");
  assert.deepEqual(callRecord(response).attempts.map(({ status }) => status), [200, 503]);
  assert.equal(events.filter(({ type }) => type === "wait").length, 0);
});

test("the room of a send that failed is there for who waits, though the call goes on", async () => {
  const answers = [];
  const { policy, pass, sends } = stage(() => new Promise((resolve) => answers.push(resolve)), { rateLimit: { maxConcurrent: 2 } });
  const calls = [policy.fetch(URL)];
  await pass(100);
  calls.push(policy.fetch(URL));
  await pass(50);
  assert.equal(sends.length, 2, "both of the first call");
  answers[0](new Response("busy", { status: 503 }));
  await pass(0);
  assert.equal(sends.length, 3);
  for (const answer of answers.slice(1)) answer(new Response("x"));
  assert.deepEqual((await Promise.all(calls)).map(({ status }) => status), [200, 200]);
});

test("where both fail the attempt has failed, and is retried; the next one is hedged anew", async () => {
  const answers = [];
  const { policy, pass, sends } = stage(() => new Promise((resolve) => answers.push(resolve)), { retry: { initialDelay: 50, maxAttempts: 2, jitter: "none" } });
  const call = policy.fetch(URL);
  await pass(100);
  for (const answer of answers) answer(new Response("busy", { status: 503 }));
  await pass(150);
  assert.deepEqual(sends.map(({ at }) => at), [0, 100, 150, 250]);
  answers[3](new Response("good"));
  const response = await call;
  assert.equal(await response.text(), "good");
  assert.deepEqual(callRecord(response).attempts.map(({ status, error }) => status ?? error), [503, 503, "AbortError 20", 200]);
});

test("both failing without a retry ends in the last one's error, which is the host's own", async () => {
  const rejects = [];
  const { policy, pass } = stage(() => new Promise((_, reject) => rejects.push(reject)), { retry: false });
  const call = policy.fetch(URL).catch((error) => error);
  await pass(100);
  const errors = [1, 2].map(() => Object.assign(new TypeError("fetch failed"), { cause: { code: "ECONNRESET" } }));
  for (const n of [1, 0]) {
    rejects[n](errors[n]);
    await settled();
  }
  const error = await call;
  assert.equal(error, errors[0]);
  assert.deepEqual(callRecord(error).attempts.map(({ error }) => error), ["TypeError ECONNRESET", "TypeError ECONNRESET"]);
});

test("an abort ends every send with the signal's own reason, and no rejection is left over", async (t) => {
  const server = await serveEach(t);
  const controller = new AbortController();
  const policy = createPolicy({ hedge: { delay: DELAY, maxHedges: 2 } });
  const reason = new Error("left");
  const call = policy.fetch(server.url, { signal: controller.signal }).catch((error) => error);
  await until(() => server.stats.requests.length === 3);
  controller.abort(reason);
  assert.equal(await call, reason);
  await until(() => server.closed.length === 3);
  assert.equal(callRecord(reason).gaveUp, "aborted");
  assert.equal(policy.quotas().reduce((sum, { inFlight }) => sum + inFlight, 0), 0);
});

test("an abort after the answer reaches the body of the winner", async (t) => {
  const server = await opened(t, (_, response, stats) => {
    if (stats.requests.length === 2) response.writeHead(200).write("begun");
  });
  const controller = new AbortController();
  const response = await createPolicy({ hedge: { delay: DELAY } }).fetch(server.url, { signal: controller.signal });
  setTimeout(() => controller.abort("left"), 5);
  await assert.rejects(response.text(), (error) => error === "left");
});

test("each send has the attempt's time, and the total ends all of them", async () => {
  const { policy, pass, sends, timers } = stage((_, signal) => hang(signal), { timeout: { attempt: 150, total: 400 }, retry: { maxAttempts: 1 } });
  const first = policy.fetch(URL).catch((error) => error);
  await pass(149);
  assert.deepEqual(sends.map(({ at, init }) => [at, init.signal.aborted]), [[0, false], [100, false]]);
  await pass(1);
  assert.deepEqual(sends.map(({ init }) => init.signal.aborted), [true, false]);
  await pass(100);
  assert.equal((await first).name, "TimeoutError");
  assert.deepEqual(callRecord(await first).attempts.map(({ error }) => error), ["TimeoutError 23", "TimeoutError 23"]);
  assert.equal(timers.size, 0);

  const total = stage((_, signal) => hang(signal), { timeout: { total: 150 } });
  const second = total.policy.fetch(URL).catch((error) => error);
  await total.pass(150);
  assert.equal((await second).name, "TimeoutError");
  assert.deepEqual(total.sends.map(({ init }) => init.signal.aborted), [true, true]);
  assert.equal(callRecord(await second).gaveUp, "deadline");
  assert.equal(total.timers.size, 0);
});

test("a transport that takes no notice of the abort is not heard, and its late body is cancelled", async () => {
  let answer;
  let cancelled = 0;
  const { policy, pass } = stage((number) => (number === 1 ? new Promise((resolve) => (answer = resolve)) : Promise.resolve(new Response("fast"))));
  const call = policy.fetch(URL);
  await pass(100);
  const response = await call;
  answer(new Response(new ReadableStream({ cancel: () => void cancelled++ }), { status: 503 }));
  await settled();
  assert.equal(cancelled, 1);
  assert.equal(await response.text(), "fast");
  assert.equal(callRecord(response).attempts.length, 2);
});

test("while one answer's body is looked at, another's waits for its turn", async () => {
  let tell;
  const limited = () => new Response(new ReadableStream({ start: (controller) => void (tell = (text) => (controller.enqueue(new TextEncoder().encode(text)), controller.close())) }), { status: 429 });
  let answer;
  const { policy, pass, sends } = stage((number) => (number === 1 ? new Promise((resolve) => (answer = resolve)) : Promise.resolve(limited())), { hedge: { delay: 100, maxHedges: 2 } });
  const call = policy.fetch(URL);
  await pass(250);
  assert.equal(sends.length, 2, "nor is a third sent meanwhile");
  answer(new Response("good"));
  await settled();
  tell('{"retry_after":5}');
  const response = await call;
  assert.equal(await response.text(), "good");
  assert.deepEqual(callRecord(response).attempts.map(({ status }) => status), [200, 429]);
});

test("a Request with a body is sent whole each time, and a stream only once", async (t) => {
  const server = await serveEach(t, undefined, 200, [200, {}, 3 * DELAY]);
  const policy = createPolicy({ hedge: { delay: DELAY } });
  assert.equal((await policy.fetch(new Request(server.url, { method: "QUERY", body: "which?" }))).status, 200);
  assert.deepEqual(server.stats.requests.map(({ body }) => `${body}`), ["which?", "which?"]);
  const body = new Blob(["once"]).stream();
  assert.equal((await policy.fetch(server.url, { method: "QUERY", body, duplex: "half" })).status, 200);
  assert.equal(server.stats.requests.length, 3);
});

test("each send is prepared by itself, and what prepare throws ends the call", async (t) => {
  const attempts = [];
  const prepare = async (_, attempt) => {
    attempts.push(attempt);
    return { "x-attempt": `${attempt}` };
  };
  const server = await serveEach(t, undefined, 200);
  const policy = createPolicy({ hedge: { delay: DELAY }, prepare });
  assert.equal((await policy.fetch(server.url)).status, 200);
  assert.deepEqual(attempts, [1, 2]);
  assert.deepEqual(server.stats.requests.map(({ headers }) => headers["x-attempt"]), ["1", "2"]);

  const broken = new Error("no token");
  const { policy: second, pass, sends } = stage((_, signal) => hang(signal), { prepare: (_, attempt) => { if (attempt === 2) throw broken; } });
  const call = second.fetch(URL).catch((error) => error);
  await pass(100);
  assert.equal(await call, broken);
  assert.deepEqual([sends.length, sends[0].init.signal.aborted], [1, true]);
});

test("throwHttpErrors throws the winner's error", async (t) => {
  const server = await serveEach(t, undefined, 404);
  const policy = createPolicy({ hedge: { delay: DELAY }, throwHttpErrors: true });
  const error = await policy.fetch(server.url).catch((error) => error);
  assert.ok(HttpError.is(error));
  assert.equal(await error.response.text(), "answer 2");
  assert.equal(error.record.attempts.length, 2);
});
