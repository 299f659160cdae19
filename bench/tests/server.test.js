// The server admits what its algorithm's definition admits, and tells it as the usual headers do.
import assert from "node:assert/strict";
import { test } from "node:test";
import { createRandom } from "../../pkg-template/testing/random.js";
import { createLimiter, createWorld, floorMs } from "../world/index.js";
import { tell } from "../../pkg-template/testing/tell.js";

// The definitions once more, over the instants of all that was admitted: whether one more may be at `t`.
const DEFINITIONS = {
  fixed: (admitted, t, { limit, window }) =>
    admitted.filter((at) => Math.floor(at / window) === Math.floor(t / window)).length < limit,
  "first-request"(admitted, t, { limit, window }) {
    let opened = -Infinity;
    for (const at of admitted) if (at >= opened + window) opened = at;
    return t >= opened + window || admitted.filter((at) => at >= opened).length < limit;
  },
  sliding: (admitted, t, { limit, window }) => admitted.filter((at) => at > t - window).length < limit,
  "token-bucket"(admitted, t, { limit, window }) {
    let [tokens, since] = [limit, admitted[0] ?? t];
    for (const at of [...admitted, t]) {
      tokens = Math.min(limit, tokens + ((at - since) * limit) / window);
      if (at === t && tokens < 1) return false;
      tokens -= 1;
      since = at;
    }
    return tokens >= 0;
  },
};

const LIMITS = [
  [{ limit: 2, window: 4 }],
  [{ limit: 3, window: 6 }],
  [{ limit: 1, window: 3 }],
  [{ limit: 2, window: 2 }, { limit: 3, window: 6 }],
];
const CASES = Object.keys(DEFINITIONS).flatMap((algorithm) => LIMITS.map((limits) => ({ algorithm, limits })));

// Tries every schedule in whole milliseconds: the least instant of the n-th admission.
function bruteForce({ algorithm, limits, calls, start }) {
  const admits = (admitted, t) => limits.every((limit) => DEFINITIONS[algorithm](admitted, t, limit));
  let best = Infinity;
  const search = (admitted, from) => {
    if (admitted.length === calls) {
      best = Math.min(best, from);
      return;
    }
    for (let t = from; t < Math.min(best, start + 25); t++) if (admits(admitted, t)) search([...admitted, t], t);
  };
  search([], start);
  return best - start;
}

test("the floor is the least of all schedules that the definitions admit", () => {
  for (const { algorithm, limits } of CASES) {
    for (const start of [120, 121, 123]) {
      const load = { algorithm, limits, calls: 6, start };
      const [floor, least] = [Math.round(floorMs(load)), bruteForce(load)];
      // Several windows that open with a first request: to open one later can pay.
      if (algorithm === "first-request" && limits.length > 1) assert.ok(floor >= least && floor <= least + 1, JSON.stringify(load));
      else assert.equal(floor, least, JSON.stringify(load));
    }
  }
});

test("requests at any instants are admitted exactly where the definitions admit them", () => {
  const random = createRandom(3);
  for (const { algorithm, limits } of CASES) {
    const limiter = createLimiter(algorithm, limits);
    const admitted = [];
    for (let t = 120; t < 400; t += Math.floor(random() * 3)) {
      const expected = limits.every((limit) => DEFINITIONS[algorithm](admitted, t, limit));
      assert.equal(limiter.wait(t) === 0, expected, `${algorithm} ${JSON.stringify(limits)} at ${t} after ${admitted}`);
      if (expected) {
        limiter.take(t);
        admitted.push(t);
      }
    }
  }
});

test("a refused request would be admitted after its wait, and not before", () => {
  for (const { algorithm, limits } of CASES) {
    const limiter = createLimiter(algorithm, limits);
    const t = 121;
    while (limiter.wait(t) === 0) limiter.take(t);
    const wait = limiter.wait(t);
    assert.ok(limiter.wait(t + wait - 0.1) > 0, `${algorithm}: too late`);
    assert.equal(limiter.wait(t + wait), 0, `${algorithm}: too early`);
  }
});

test("an unknown algorithm or dialect is a typed error that names those there are", () => {
  assert.throws(() => createLimiter("leaky", []), { name: "TypeError", message: /fixed/ });
  assert.throws(() => tell({ dialect: "mine" }, [], 0), { name: "TypeError", message: /ietf/ });
});

const T = 1_800_000_000_400;
const LOOSE = { limit: 40, remaining: 30, resetAt: T + 600, window: 1000 };
const TIGHT = { limit: 200, remaining: 20, resetAt: T + 1700, window: 6000 };

for (const [title, telling, wait, expected] of [
  ["nothing", {}, 5, {}],
  [
    "epoch seconds, rounded up, of the tightest limit",
    { dialect: "clever" },
    undefined,
    { "X-RateLimit-Limit": "200", "X-RateLimit-Remaining": "20", "X-RateLimit-Reset": "1800000003", "X-RateLimit-Bucket": "all" },
  ],
  [
    "epoch seconds, rounded down, and decimal seconds from now",
    { dialect: "discord", round: "floor" },
    undefined,
    {
      "X-RateLimit-Limit": "200",
      "X-RateLimit-Remaining": "20",
      "X-RateLimit-Reset": "1800000002",
      "X-RateLimit-Bucket": "all",
      "X-RateLimit-Reset-After": "1.700",
    },
  ],
  ["IETF draft 03", { dialect: "ietf-draft-03", retryAfter: "none" }, undefined, { "RateLimit-Limit": "200", "RateLimit-Remaining": "20", "RateLimit-Reset": "2" }],
  [
    "IETF draft 10, all limits",
    { dialect: "ietf-draft-10", retryAfter: "none" },
    undefined,
    { "RateLimit-Policy": '"p0";q=40;w=1, "p1";q=200;w=6', RateLimit: '"p0";r=30;t=1, "p1";r=20;t=2' },
  ],
  ["whole Retry-After of a refusal, never 0", { retryAfter: "seconds" }, 0.2, { "Retry-After": "1" }],
  ["decimal Retry-After of a refusal", { retryAfter: "decimal" }, 1234.5, { "Retry-After": "1.234" }],
  ["no Retry-After of what is admitted", { retryAfter: "seconds" }, undefined, {}],
  ["Date", { date: true }, undefined, { Date: "Fri, 15 Jan 2027 08:00:00 GMT" }],
]) {
  test(`headers tell ${title}`, () => assert.deepEqual(tell(telling, [LOOSE, TIGHT], T, wait), expected));
}

/** A world whose server counts from the first request on, a second at a time. */
const worldOf = ({ limit, ...more }, network) =>
  createWorld({ start: T, server: { algorithm: "first-request", limits: [{ limit, window: 1000 }], ...more }, network });

test("a response of another origin shows the safelisted headers only, and its type", async () => {
  for (const [hidden, type, remaining] of [[true, "cors", null], [false, "basic", "4"]]) {
    const { clock, fetch } = worldOf({ limit: 5, telling: { dialect: "clever", date: true } }, { hidden });
    const sent = fetch("https://api.example.com/items");
    await clock.run();
    const response = await sent;
    assert.equal(response.type, type);
    assert.equal(response.url, "https://api.example.com/items");
    assert.equal(response.headers.get("x-ratelimit-remaining"), remaining);
    assert.equal(response.headers.has("date"), !hidden);
    assert.equal(response.headers.get("content-type"), "application/json");
  }
});

test("round trips take the time that is set, and requests overtake one another", async () => {
  const { clock, fetch, server } = worldOf({ limit: 500 });
  const order = [];
  for (let n = 0; n < 500; n++) fetch("https://api.example.com/").then(() => order.push({ n, after: clock.now - T }));
  await clock.run();
  const times = order.map(({ after }) => after);
  assert.ok(Math.min(...times) >= 5 && Math.min(...times) < 6, `${Math.min(...times)}`);
  assert.ok(Math.max(...times) <= 30 && Math.max(...times) > 29, `${Math.max(...times)}`);
  assert.notDeepEqual(order.map(({ n }) => n), order.map((_, n) => n));
  assert.ok(server.admissions.every((t) => t - T > 1.25 && t - T < 22.5));
});

test("an aborted request rejects with the signal's reason at once, before and in flight", async () => {
  const { clock, fetch, server } = worldOf({ limit: 5 }, { latency: [20, 20] });
  const controller = new AbortController();
  const sent = fetch("https://api.example.com/", { signal: controller.signal });
  clock.setTimeout(() => controller.abort("enough"), 2);
  sent.catch(() => {});
  await clock.run();
  await assert.rejects(sent, (reason) => reason === "enough");
  assert.equal(clock.now - T, 2);
  await assert.rejects(fetch("https://api.example.com/", { signal: controller.signal }), (reason) => reason === "enough");
  await clock.run();
  assert.equal(server.counts.requests, 0);
});

test("failures come as often as is asked for, before the limiter, and take from it only where they are counted", async () => {
  for (const counted of [false, true]) {
    const { clock, fetch, server } = worldOf({ limit: 100, telling: { dialect: "clever" }, failures: { share: 0.2, counted } });
    const answers = Array.from({ length: 400 }, () => fetch("https://api.example.com/"));
    await clock.run();
    const failed = (await Promise.all(answers)).filter(({ status }) => status === 503);
    assert.ok(failed.length > 50 && failed.length < 110, `${failed.length}`);
    assert.equal(server.counts.failed, failed.length);
    assert.ok(failed.every(({ headers }) => !headers.has("x-ratelimit-remaining")));
    assert.equal(server.counts.admitted === 100, !counted);
  }
});

test("the two limits of the bench take what the windows of each demand", () => {
  const limits = [{ limit: 40, window: 1000 }, { limit: 200, window: 6000 }];
  // Five windows of six seconds, each full, and in the last one five of a second, each full.
  assert.equal(Math.round(floorMs({ algorithm: "first-request", limits, calls: 1000, start: T })), 4 * 6000 + 4 * 1000);
});
