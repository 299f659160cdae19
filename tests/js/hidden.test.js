// A page of another origin that may not read its API's headers: that is said, with the line that the API needs.
import assert from "node:assert/strict";
import { test } from "node:test";
import { callRecord, createPolicy } from "fetch-with-policy";
import { virtualHost } from "./virtual.js";

const URL = "https://api.example.com/items";
const LINE = "Access-Control-Expose-Headers: Date, Retry-After, RateLimit, RateLimit-Policy, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset";

/** An answer as a page of another origin gets it. */
const foreign = (status = 200, headers = {}) => Object.defineProperty(new Response(null, { status, headers }), "type", { value: "cors" });

/** A policy over answers in turn, the last one for ever; an `undefined` is a fetch that fails. Each takes 10 ms. */
function page(answers, options = {}) {
  const clock = virtualHost();
  const waits = [];
  const fetch = async () => {
    const answer = answers.length > 1 ? answers.shift() : answers[0];
    await new Promise((resolve) => clock.host.setTimeout(resolve, 10));
    if (answer === undefined) throw new TypeError("Failed to fetch");
    return answer();
  };
  const onEvent = (event) => void (event.type === "wait" && waits.push(event));
  return { clock, waits, policy: createPolicy({ host: clock.host, fetch, onEvent, ...options }) };
}

test("quotas() says that headers are hidden and what mends it, until one can be read", async () => {
  const { clock, policy } = page([() => foreign(), () => foreign(200, { date: new Date(1_795_305_600_000).toUTCString() })]);
  const call = policy.fetch(URL);
  await clock.pass(10);
  await call;
  const [state, ...more] = policy.quotas();
  assert.deepEqual(more, []);
  const { scope, ...rest } = state;
  assert.match(scope, /^https:\/\/api\.example\.com/);
  assert.deepEqual(rest, { source: "none", headersHidden: true, expose: LINE, inFlight: 0, waiting: 0 });
  assert.deepEqual(policy.snapshot().quotas, [], "it is no quota to be carried over");
  const second = policy.fetch(URL);
  await clock.pass(10);
  await second;
  assert.deepEqual(policy.quotas(), []);
});

test("an answer of the page's own origin or of a server's fetch hides nothing", async () => {
  for (const type of ["basic", "default"]) {
    const { clock, policy } = page([() => Object.defineProperty(new Response(), "type", { value: type })]);
    const call = policy.fetch(URL);
    await clock.pass(10);
    await call;
    assert.deepEqual(policy.quotas(), [], type);
  }
});

test("a quota that options tell is kept to, with the line beside it", async () => {
  const acme = { name: "acme", hosts: ["api.example.com"], dialects: [{ remaining: "X-Calls-Left" }] };
  const { clock, waits, policy } = page([() => foreign()], { profiles: [acme], rateLimit: { quotas: [{ limit: 2, window: 1000 }] } });
  const calls = [0, 1, 2].map(() => policy.fetch(URL));
  await clock.pass(5000);
  await Promise.all(calls);
  const [{ limit, source, headersHidden, expose }] = policy.quotas();
  assert.deepEqual([limit, source, headersHidden, expose], [2, "options", true, `${LINE}, x-calls-left`]);
  assert.equal(waits[0].reason, "rate-limit");
  assert.equal(waits[0].quota.limit, 2);
});

test("who waits for a backoff or a probe is told in the event and the record that headers are hidden", async () => {
  const { clock, waits, policy } = page([() => foreign(), () => foreign(429), () => foreign()], { rateLimit: { probe: 1 } });
  const first = policy.fetch(URL);
  await clock.pass(10);
  await first;
  const calls = [0, 1, 2, 3].map(() => policy.fetch(URL));
  await clock.pass(60_000);
  const records = (await Promise.all(calls)).map(callRecord);
  for (const reason of ["backoff", "probing"]) {
    const told = waits.filter((wait) => wait.reason === reason);
    assert.ok(told.length > 0, reason);
    for (const { quota } of told) assert.deepEqual([quota.headersHidden, quota.expose, quota.limit], [true, LINE, undefined], reason);
  }
  const waited = records.flatMap(({ attempts }) => attempts).filter(({ waitReason }) => waitReason !== undefined);
  assert.ok(waited.length > 0 && waited.every(({ quota }) => quota.expose === LINE));
});

test("fetches that fail in a row beside others hold the rest, and no call that may be repeated is lost", async () => {
  // Ten are good, then a gateway refuses for two seconds without a word that could be read.
  const clock = virtualHost();
  const sent = [];
  const fetch = async () => {
    const number = sent.push(clock.time);
    await new Promise((resolve) => clock.host.setTimeout(resolve, 10 + (number % 4)));
    if (clock.time > 40 && clock.time < 2000) throw new TypeError("Failed to fetch");
    return foreign();
  };
  const policy = createPolicy({ host: clock.host, fetch, retry: { maxAttempts: 10 } });
  const calls = Array.from({ length: 100 }, () => policy.fetch(URL));
  await clock.pass(60_000);
  const responses = await Promise.all(calls);
  assert.ok(responses.every(({ ok }) => ok));
  const refused = sent.filter((at) => at > 40 && at < 1990).length;
  assert.ok(refused >= 3 && refused <= 60, `${refused} were sent into the refusals`);
});
