// The simulated API: what it enforces, tells and breaks, on its own clock and on the host's.
import assert from "node:assert/strict";
import { test } from "node:test";
import { PolicyError, PolicyOptionError, createPolicy, readQuotas } from "fetch-with-policy";
import { createSimulator } from "fetch-with-policy/testing";

const URL = "https://api.example.com/items";

/** `count` calls at once through a policy. */
const burst = (simulator, count, options) => {
  const policy = createPolicy({ fetch: simulator.fetch, host: simulator.host, ...options });
  return simulator.run(() => Promise.all(Array.from({ length: count }, (_, n) => policy.fetch(`${URL}/${n}`))));
};

test("ten minutes of a quota of 60 a minute take milliseconds, lose nothing and trip nothing", async () => {
  const simulator = createSimulator({ limit: 60, window: 60_000, algorithm: "first-request", dialect: "github" });
  const [start, real, least] = [simulator.now(), performance.now(), simulator.floor(600)];
  const answers = await burst(simulator, 600, { rateLimit: { maxWait: 3_600_000 } });
  assert.ok(answers.every(({ ok }) => ok));
  assert.ok(simulator.rejections.length <= 1, `${simulator.rejections.length} refused`);
  const took = simulator.now() - start;
  assert.ok(took >= least && took <= 1.03 * least, `${took} ms of ${least}`);
  assert.ok(performance.now() - real < 60_000, `${performance.now() - real} ms of real time`);
});

test("a seed is a run, and another seed is another", async () => {
  const play = async (seed) => {
    const simulator = createSimulator({ seed, limit: 20, window: 1000, errors: { share: 0.1 } });
    await burst(simulator, 60);
    return simulator.requests.map(({ at, url, status }) => `${at} ${url} ${status}`);
  };
  const first = await play(1);
  assert.deepEqual(await play(1), first);
  assert.notDeepEqual(await play(2), first);
});

// What the headers of a dialect do not tell, by design: [limit, remaining, reset].
const UNTOLD = {
  none: [0, 0, 0], "retry-after": [0, 0, 0], slack: [0, 0, 0], stripe: [0, 0, 0], reddit: [1, 1, 1], shopify: [1, 1, 0],
};
const DIALECTS = [
  "none", "retry-after", "ietf-draft-03", "ietf-draft-07", "ietf-draft-10", "x-ratelimit", "x-ratelimit-ms", "x-ratelimit-delta",
  "anthropic", "clever", "discord", "github", "gitlab", "linear", "okta", "openai", "openai-seconds", "reddit", "shopify", "slack",
  "stripe", "twitter", "zendesk",
];

for (const dialect of DIALECTS) {
  test(`what ${dialect} tells is read back as it is, and its refusal is told from other errors`, async () => {
    const simulator = createSimulator({ limit: 2, window: 60_000, algorithm: "first-request", latency: 0, dialect });
    const ask = () => simulator.run(simulator.fetch(URL));
    const admitted = await ask();
    const now = simulator.now();
    const read = (response, body) => readQuotas(response.headers, { status: response.status, now, url: URL, body });
    const quotas = read(admitted).quotas.filter(({ unit = "requests" }) => unit === "requests");
    const [limit, remaining, reset] = UNTOLD[dialect] ?? [1, 1, 1];
    const told = (name) => quotas.find((quota) => quota[name] !== undefined)?.[name];
    assert.equal(told("limit"), limit ? 2 : undefined);
    assert.equal(told("remaining"), remaining ? 1 : undefined);
    if (reset) assert.ok(Math.abs(told("resetAt") - now - 60_000) <= 1000, `${told("resetAt") - now}`);
    else assert.equal(told("resetAt"), undefined);
    await ask();
    const refused = await ask();
    assert.equal(simulator.rejections.length, 1);
    assert.ok(refused.status >= 400 && refused.status < 500, `${refused.status}`);
    const { retryAfter } = read(refused, await refused.text());
    if (retryAfter) assert.ok(retryAfter.delay >= 59_000 && retryAfter.delay <= 61_000, `${retryAfter.delay}`);
  });
}

test("the list of dialects here is the one that an option error names", () => {
  assert.throws(() => createSimulator({ dialect: "mine" }), (error) => {
    assert.deepEqual(error.expected.split("one of ")[1].split(", "), DIALECTS);
    return true;
  });
});

test("headers of one's own are told in the form of a profile, and read by that profile", async () => {
  const own = { limit: "x-calls-allowed", used: "x-calls-made", reset: "x-calls-back", resetUnit: "delta-min" };
  const simulator = createSimulator({ limit: 5, window: 120_000, algorithm: "first-request", dialect: own });
  const profiles = [{ name: "acme", hosts: ["api.example.com"], dialects: [own] }];
  const answers = await burst(simulator, 15, { profiles, rateLimit: { maxWait: 600_000, probe: 1 } });
  assert.ok(answers.every(({ ok }) => ok));
  assert.equal(answers[0].headers.get("x-calls-allowed"), "5");
  assert.equal(simulator.rejections.length, 0);
});

test("several limits bind at once, tokens by what a request costs", async () => {
  const simulator = createSimulator({
    limits: [{ limit: 100, window: 60_000 }, { limit: 1000, window: 60_000, unit: "tokens" }],
    dialect: "openai",
    latency: 0,
    cost: (request) => ({ tokens: Number(request.headers.get("x-tokens")) }),
  });
  const ask = () => simulator.run(simulator.fetch(URL, { headers: { "x-tokens": "400" } }));
  const first = await ask();
  assert.equal(first.headers.get("x-ratelimit-remaining-requests"), "99");
  assert.equal(first.headers.get("x-ratelimit-remaining-tokens"), "600");
  assert.deepEqual([(await ask()).status, (await ask()).status], [200, 429]);
});

test("each scope has a quota of its own, and what has no scope is not counted", async () => {
  const simulator = createSimulator({ limit: 1, window: 60_000, scope: (request) => request.headers.get("authorization") ?? undefined });
  const ask = async (headers) => (await simulator.run(simulator.fetch(URL, { headers }))).status;
  const [a, b] = [{ authorization: "a" }, { authorization: "b" }];
  assert.deepEqual([await ask(a), await ask(b), await ask(a), await ask({}), await ask({})], [200, 200, 429, 200, 200]);
});

test("a responder answers what is admitted, with the quota's headers beside its own", async () => {
  const simulator = createSimulator({ limit: 1, window: 60_000, dialect: "x-ratelimit" });
  simulator.respond(async (request) => Response.json({ got: await request.text() }, { status: 201, headers: { "x-own": "1" } }));
  const made = await simulator.run(simulator.fetch(URL, { method: "POST", body: "a body" }));
  assert.deepEqual([made.status, await made.json()], [201, { got: "a body" }]);
  assert.deepEqual([made.headers.get("x-own"), made.headers.get("x-ratelimit-remaining")], ["1", "0"]);
  const refused = await simulator.run(simulator.fetch(URL));
  assert.equal(refused.status, 429, "the responder is not asked what the quota refuses");
});

test("failures come as often as is asked for, in their kinds, and then no more", async () => {
  const simulator = createSimulator({ limit: 100 });
  const ask = () => simulator.run(simulator.fetch(URL));
  simulator.fail(2, { status: 500, headers: { "x-request-id": "7" }, body: "broken" });
  simulator.fail(1, "network");
  simulator.fail(1, "cut");
  const broken = await ask();
  assert.deepEqual([broken.status, broken.headers.get("x-request-id"), await broken.text()], [500, "7", "broken"]);
  assert.equal((await ask()).status, 500);
  await assert.rejects(ask(), { name: "TypeError", message: "fetch failed" });
  const cut = await ask();
  assert.equal(cut.status, 200);
  await assert.rejects(cut.text(), TypeError);
  assert.equal((await ask()).status, 200);
  assert.deepEqual(simulator.requests.map(({ outcome }) => outcome), ["failed", "failed", "failed", "failed", "admitted"]);
});

test("a body of text is read twice, has the type of text where none is given, and no time passes while it is read", async () => {
  const simulator = createSimulator({ latency: 10 });
  simulator.fail(1, { status: 503, headers: {}, body: "down: é" });
  simulator.fail(1, { status: 503, headers: { "content-type": "text/html" }, body: "<p>down" });
  const [plain, page] = [await simulator.run(simulator.fetch(URL)), await simulator.run(simulator.fetch(URL))];
  assert.deepEqual([plain.headers.get("content-type"), page.headers.get("content-type")], ["text/plain;charset=UTF-8", "text/html"]);
  const copy = plain.clone();
  // A timer of the virtual clock that is due in a moment: reading is done before.
  const order = [];
  simulator.host.setTimeout(() => order.push("timer"), 1);
  await simulator.run(async () => {
    order.push(await copy.text(), await plain.text());
    await new Promise((resolve) => simulator.host.setTimeout(resolve, 5));
  });
  assert.deepEqual(order, ["down: é", "down: é", "timer"]);
  assert.equal(await page.text(), "<p>down");
});

test("an answer that never comes ends with the call's own deadline, and without one the run says so", async () => {
  const simulator = createSimulator();
  simulator.fail(2, "hang");
  const start = simulator.now();
  const policy = createPolicy({ fetch: simulator.fetch, host: simulator.host, timeout: { total: 5000 }, retry: false });
  await assert.rejects(simulator.run(policy.fetch(URL)), { name: "TimeoutError" });
  assert.equal(Math.round(simulator.now() - start), 5000);
  await assert.rejects(simulator.run(simulator.fetch(URL)), (error) => PolicyError.is(error) && error.code === "not-settled");
});

test("an outage is one from its begin to its end, and a policy outlives it", async () => {
  const simulator = createSimulator({ limit: 1000, window: 1000 });
  const start = simulator.now();
  simulator.outage(0, 3000, "network");
  const answers = await burst(simulator, 50);
  assert.ok(answers.every(({ ok }) => ok));
  for (const { at, outcome } of simulator.requests) assert.equal(outcome, at < start + 3000 ? "failed" : "admitted");
});

test("a clock that is ahead, and headers that are hidden, are the client's to cope with", async () => {
  const simulator = createSimulator({ skew: 90_000, hidden: true, latency: 0 });
  assert.equal(simulator.host.now(), simulator.now() + 90_000);
  const answer = await simulator.run(simulator.fetch(URL));
  assert.equal(answer.type, "cors");
  assert.equal(answer.headers.has("ratelimit") || answer.headers.has("date"), false);
});

test("an abort rejects with its reason, in flight and before", async () => {
  const simulator = createSimulator({ latency: 100 });
  const controller = new AbortController();
  simulator.host.setTimeout(() => controller.abort("enough"), 10);
  await assert.rejects(simulator.run(simulator.fetch(URL, { signal: controller.signal })), (reason) => reason === "enough");
  await assert.rejects(simulator.run(simulator.fetch(URL, { signal: controller.signal })), (reason) => reason === "enough");
  assert.equal(simulator.requests.length, 0);
});

test("advance lets exactly that time pass, and what is due in it happen", async () => {
  const simulator = createSimulator({ latency: 10 });
  const [start, seen] = [simulator.now(), []];
  simulator.fetch(URL).then(() => seen.push(simulator.now() - start));
  await simulator.advance(9);
  assert.deepEqual([seen, simulator.now() - start], [[], 9]);
  await simulator.advance(91);
  assert.deepEqual([seen.map(Math.round), simulator.now() - start], [[10], 100]);
});

test("a run that is not settled in its time says so", async () => {
  const simulator = createSimulator();
  const forever = () => new Promise(() => simulator.host.setTimeout(() => {}, 5000));
  await assert.rejects(simulator.run(forever, { within: 1000 }), (error) => PolicyError.is(error) && /within 1000 ms/.test(error.message));
});

test("what loads a module meanwhile is waited for, though nothing is planned", async () => {
  const simulator = createSimulator({ latency: 0 });
  simulator.respond(() => new Response(null, { status: 404 }));
  const policy = createPolicy({ fetch: simulator.fetch, host: simulator.host, throwHttpErrors: true });
  await assert.rejects(simulator.run(policy.fetch(URL)), { name: "HttpError" });
});

test("the host's clock cannot be moved by the simulator", async () => {
  const simulator = createSimulator({ clock: "host", latency: 0 });
  await assert.rejects(simulator.advance(1), (error) => PolicyError.is(error) && error.code === "not-virtual");
  assert.equal((await simulator.run(simulator.fetch(URL))).status, 200);
});

for (const [title, hosted] of [["the globals", false], ["the simulator's host", true]]) {
  test(`under node:test's fake timers a policy on ${title} is carried through three windows`, async (t) => {
    t.mock.timers.enable({ apis: ["setTimeout", "Date"], now: 1_800_000_000_000 });
    const simulator = createSimulator({ clock: "host", limit: 10, window: 60_000 });
    const host = hosted ? simulator.host : undefined;
    const policy = createPolicy({ fetch: simulator.fetch, host, rateLimit: { maxWait: 300_000 } });
    const start = Date.now();
    let ends;
    Promise.all(Array.from({ length: 30 }, () => policy.fetch(URL))).then((answers) => (ends = answers));
    for (let n = 0; ends === undefined && n < 4000; n++) {
      await new Promise((resolve) => setImmediate(resolve));
      t.mock.timers.tick(100);
    }
    assert.deepEqual([ends?.length, ends?.every(({ ok }) => ok)], [30, true]);
    assert.ok(simulator.rejections.length <= 1);
    // `performance` is not faked: what the globals show is of two clocks, and a wait may be longer than it need be.
    const took = Date.now() - start;
    assert.ok(took >= 120_000 && took < (hosted ? 125_000 : 180_000), `${took}`);
  });
}

for (const [field, options, expected] of [
  ["limit", { limit: 0 }, /above 0/],
  ["window", { window: "60s" }, /number/],
  ["algorithm", { algorithm: "leaky" }, /token-bucket/],
  ["clock", { clock: "real" }, /virtual, host/],
  ["latency", { latency: [30, 5] }, /least, most/],
  ["seed", { seed: 1.5 }, /whole/],
  ["colour", { colour: 1 }, /one of .*latency/],
  ["limits", { limits: [] }, /at least one/],
  ["limits", { limits: [{ limit: 1, window: 1 }], limit: 3 }, /either/],
  ["limits.0.window", { limits: [{ limit: 1 }] }, /number/],
  ["errors.share", { errors: { share: 2 } }, /0 to 1/],
  ["errors.0.failure", { errors: [{ share: 0.1, failure: "slow" }] }, /network/],
  ["errors.failure", { errors: { share: 0.1, failure: 99 } }, /status/],
  ["dialect.quotas.0", { dialect: {} }, /limit/],
  ["dialect.quotas.0", { dialect: [{ name: "x" }] }, /limit/],
  ["dialect.quotas.0.resetUnit", { dialect: { reset: "x-r", resetUnit: "weeks" } }, /delta-s/],
  ["dialect.retryAfter", { dialect: { retryAfter: "soon" } }, /seconds/],
  ["respond", { respond: "ok" }, /function/],
  ["options", null, /object/],
]) {
  test(`a bad option is refused by name: ${field} ${JSON.stringify(options)}`, () => {
    assert.throws(() => createSimulator(options), (error) => {
      assert.ok(PolicyOptionError.is(error), String(error));
      assert.equal(error.field || "options", field);
      assert.match(error.expected, expected);
      return true;
    });
  });
}

test("bad arguments of the simulator's methods are refused by name", async () => {
  const simulator = createSimulator();
  assert.throws(() => simulator.fail(-1), { field: "count" });
  assert.throws(() => simulator.fail(1, "slow"), { field: "failure" });
  assert.throws(() => simulator.outage(-1, 5), { field: "from" });
  assert.throws(() => simulator.floor(0.5), { field: "calls" });
  await assert.rejects(simulator.advance(NaN), { field: "ms" });
});
