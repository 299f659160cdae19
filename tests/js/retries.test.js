// Whether, when and how often a call is sent again: the scenarios that the tests of ky and fetch-retry cover, as far as they
// make sense here, in vectors of our own, on a virtual clock.
import assert from "node:assert/strict";
import { test } from "node:test";
import { callRecord, createPolicy } from "fetch-with-policy";
import { scripted, URL } from "./scripted.js";

const network = () => new TypeError("fetch failed", { cause: Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" }) });
// The clock of virtual.js begins at this second.
const START = 1_795_305_600;
const imf = (seconds) => new Date((START + seconds) * 1000).toUTCString();

/**
 * Makes one call and compares: `gaps` are the waits between sends in ms (a number, or [least, most]), `end` the status of the
 * answer or the name of the error, `gaveUp` why no more was sent.
 */
async function check({ answers, init, call, retry, options, chance, gaps = [], end, gaveUp, at }) {
  const stage = scripted(answers, { retry: retry === false ? false : { jitter: "none", budget: false, ...retry }, ...options }, { chance });
  const { response, error, at: settledAt } = await stage.call([URL, init, call], 2 ** 42);
  assert.equal(response?.status ?? error.name, end);
  const times = stage.times;
  assert.equal(times.length, gaps.length + 1, `sent at ${times}`);
  for (const [n, gap] of gaps.entries()) {
    const [least, most] = Array.isArray(gap) ? gap : [gap, gap];
    const real = times[n + 1] - times[n];
    assert.ok(real >= least && real <= most, `gap ${n} is ${real} ms, not ${gap}`);
  }
  assert.equal(callRecord(response ?? error)?.gaveUp, gaveUp);
  if (at !== undefined) assert.equal(settledAt, at);
}

/** A test of rows, each named by its key. */
const table = (title, rows) =>
  test(title, async (t) => {
    for (const [name, row] of Object.entries(rows)) await t.test(name, () => check(row));
  });

const BACKOFFS = [250, 500, 1000];
// The queue that all who share the quota wait in adds up to a tenth.
const THROTTLED = [[1000, 1100], [2000, 2200], [4000, 4400]];
const gives = (end) => ({ end, gaveUp: "not-retryable" });
const exhausted = (end) => ({ end, gaveUp: "attempts-exhausted" });

table("by default these statuses are sent again, four times in all", {
  ...Object.fromEntries([408, 500, 502, 503, 504, 520, 521, 522, 523, 524, 529].map((status) => [status, { answers: [[status]], gaps: BACKOFFS, ...exhausted(status) }])),
  429: { answers: [[429]], gaps: THROTTLED, ...exhausted(429) },
  420: { answers: [[420]], gaps: THROTTLED, ...exhausted(420) },
  "423, after a few seconds": { answers: [[423]], gaps: Array(3).fill([2000, 5000]), ...exhausted(423) },
  "425, once": { answers: [[425]], gaps: [250], ...exhausted(425) },
  "a network failure": { answers: [network()], gaps: BACKOFFS, ...exhausted("TypeError") },
});

table("these are not", {
  ...Object.fromEntries([200, 204, 206, 301, 304].map((status) => [status, { answers: [[status]], end: status }])),
  ...Object.fromEntries([400, 401, 402, 403, 404, 405, 409, 410, 411, 413, 415, 418, 422, 431, 451, 501, 505, 507, 511].map((status) => [status, { answers: [[status]], ...gives(status) }])),
  "a TypeError that is not the network's": { answers: [new TypeError("x is not a function")], ...gives("TypeError") },
  "an AbortError of nobody's signal": { answers: [new DOMException("gone", "AbortError")], ...gives("AbortError") },
  "what is no Error": { answers: [{ name: "odd" }], ...gives("odd") },
});

table("a success ends it, whichever send it is", {
  "the first": { answers: [[200]], end: 200 },
  "the second, after a failure": { answers: [network(), [200]], gaps: [250], end: 200 },
  "the third, after one of each": { answers: [[503], network(), [200]], gaps: [250, 500], end: 200 },
  "the fourth": { answers: [[500], [502], [504], [200]], gaps: BACKOFFS, end: 200 },
  "an error that is final": { answers: [[503], [404]], gaps: [250], ...gives(404) },
});

const method = (method) => ({ init: { method } });
table("methods: the idempotent ones, and the others where nothing was done", {
  ...Object.fromEntries(["GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE", "QUERY", "get", "put"].map((name) => [name, { answers: [[503], [200]], ...method(name), gaps: [250], end: 200 }])),
  ...Object.fromEntries(["POST", "PATCH", "post", "PURGE"].map((name) => [name, { answers: [[503], [200]], ...method(name), ...gives(503) }])),
  "a POST whose connection broke": { answers: [network(), [200]], ...method("POST"), ...gives("TypeError") },
  "a POST that met a 429": { answers: [[429], [200]], ...method("POST"), gaps: [[1000, 1100]], end: 200 },
  "a POST that met a 423": { answers: [[423], [200]], ...method("POST"), gaps: [[2000, 5000]], end: 200 },
  "a POST that met a 503 with a hint": { answers: [[503, { "retry-after": "2" }], [200]], ...method("POST"), gaps: [[2000, 2201]], end: 200 },
  "a POST that met a 500 with a hint": { answers: [[500, { "retry-after": "2" }], [200]], ...method("POST"), ...gives(500) },
  "a POST with an Idempotency-Key": { answers: [[503], [200]], init: { method: "POST", headers: { "Idempotency-Key": "k" } }, gaps: [250], end: 200 },
  "a POST that the caller lets repeat": { answers: [network(), [200]], ...method("POST"), retry: { retryNonIdempotent: true }, gaps: [250], end: 200 },
  "own methods replace the list": { answers: [[503], [200]], ...method("POST"), retry: { methods: ["post"] }, gaps: [250], end: 200 },
  "own methods leave out the others": { answers: [[503], [200]], retry: { methods: ["POST"] }, ...gives(503) },
  "no method at all": { answers: [[503], [200]], retry: { methods: [] }, ...gives(503) },
});

table("own statuses replace the list", {
  "one that is added": { answers: [[418], [200]], retry: { statuses: [418] }, gaps: [250], end: 200 },
  "one that is left out": { answers: [[503], [200]], retry: { statuses: [418] }, ...gives(503) },
  "none": { answers: [[503], [200]], retry: { statuses: [] }, ...gives(503) },
  "failures of the network are no statuses": { answers: [network(), [200]], retry: { statuses: [] }, gaps: [250], end: 200 },
  "undefined is no list": { answers: [[503], [200]], retry: { statuses: undefined, methods: undefined }, gaps: [250], end: 200 },
});

const after = (value, status = 503) => ({ answers: [[status, { "retry-after": value }], [200]], end: 200 });
const NONE = { gaps: [250] };
table("Retry-After is waited for in all its forms, never less and at most a tenth or a second more", {
  "seconds": { ...after("2"), gaps: [[2000, 2201]] },
  "seconds, on a 429": { ...after("2", 429), gaps: [[2000, 2201]] },
  "seconds, on a 413": { ...after("2", 413), gaps: [[2000, 2201]] },
  "seconds, on a 500": { ...after("2", 500), gaps: [[2000, 2201]] },
  "decimals": { ...after("1.5"), gaps: [[1500, 1651]] },
  "seconds since 1970, as some send them": { ...after(`${START + 2}`), gaps: [[2000, 2201]] },
  "a number that is no time near now is seconds": { ...after("1735689600"), retry: { maxRetryAfter: Infinity }, gaps: [[1_735_689_600_000, 1_735_689_601_001]] },
  "two of them, joined: the later": { ...after("1, 5"), gaps: [[5000, 5501]] },
  "a date, to the end of its second": { ...after(imf(30)), gaps: [[31_000, 32_001]] },
  "a date as RFC 850 had it": { ...after("Sunday, 22-Nov-26 00:00:20 GMT"), gaps: [[21_000, 22_001]] },
  "a date as asctime prints it": { ...after("Sun Nov 22 00:00:20 2026"), gaps: [[21_000, 22_001]] },
  "a date by a server whose clock is an hour ahead": { answers: [[503, { "retry-after": imf(3610), date: imf(3600) }], [200]], end: 200, gaps: [[9000, 12_001]] },
  "milliseconds under a name of their own": { answers: [[503, { "retry-after-ms": "700" }], [200]], end: 200, gaps: [[700, 771]] },
  "milliseconds before seconds": { answers: [[503, { "retry-after-ms": "700", "retry-after": "9" }], [200]], end: 200, gaps: [[700, 771]] },
  "before a reset that is told too": { answers: [[429, { "retry-after": "2", "ratelimit-reset": "9" }], [200]], end: 200, gaps: [[2000, 9100]] },
  "0 on a 503 means our own backoff": { ...after("0"), ...NONE },
  "0 on a 503 is no word that a POST was not processed": { answers: [[503, { "retry-after": "0" }]], ...method("POST"), ...gives(503) },
  "0 on a 429 means our own backoff": { ...after("0", 429), gaps: [[1000, 1100]] },
  "a date that is past": { ...after(imf(-30)), ...NONE },
  ...Object.fromEntries(["", "soon", "-1", "0x10", "1e3", "NaN", "Infinity", "2026-11-22", "Sun, 32 Nov 2026 00:00:20 GMT", "Sun, 22 Foo 2026 00:00:20 GMT"].map((bad) => [`"${bad}" is none`, { ...after(bad), ...NONE }])),
});

const reset = (headers, gaps) => ({ answers: [[429, { "x-ratelimit-limit": "10", "x-ratelimit-remaining": "0", ...headers }], [200]], end: 200, gaps: [gaps] });
table("where only a reset is told, it is waited for", {
  "seconds from now": reset({ "ratelimit-reset": "5" }, [5000, 6500]),
  "seconds since 1970": reset({ "x-ratelimit-reset": `${START + 5}` }, [5000, 6500]),
  "milliseconds since 1970": reset({ "x-ratelimit-reset": `${(START + 5) * 1000}` }, [5000, 6500]),
  "a duration": reset({ "x-ratelimit-reset": "1m5s" }, [65_000, 66_500]),
  "the IETF's fields": { answers: [[429, { "ratelimit-policy": '"d";q=10;w=60', ratelimit: '"d";r=0;t=5' }], [200]], end: 200, gaps: [[5000, 6500]] },
  "none that can be read": { answers: [[429, { "ratelimit-reset": "" }], [200]], end: 200, gaps: [[1000, 1100]] },
  "a 403 with nothing left is a rate limit": { answers: [[403, { "x-ratelimit-remaining": "0", "x-ratelimit-reset": `${START + 5}` }], [200]], end: 200, gaps: [[5000, 6500]] },
});

table("limits", {
  "no retries": { answers: [[503]], retry: false, ...gives(503) },
  "one send": { answers: [[503]], retry: { maxAttempts: 1 }, ...exhausted(503) },
  "two sends": { answers: [network()], retry: { maxAttempts: 2 }, gaps: [250], ...exhausted("TypeError") },
  "nine sends, each wait twice the last up to the most": { answers: [[503]], retry: { maxAttempts: 9 }, gaps: [250, 500, 1000, 2000, 4000, 8000, 16_000, 20_000], ...exhausted(503) },
  "an own first wait and factor": { answers: [[503]], retry: { initialDelay: 100, backoffFactor: 3 }, gaps: [100, 300, 900], ...exhausted(503) },
  "an own first wait holds for a 429 too": { answers: [[429], [200]], retry: { initialDelay: 100 }, gaps: [[100, 110]], end: 200 },
  "a factor of 1": { answers: [[503]], retry: { backoffFactor: 1 }, gaps: [250, 250, 250], ...exhausted(503) },
  "no wait": { answers: [[503]], retry: { initialDelay: 0 }, gaps: Array(3).fill([0, 1]), ...exhausted(503) },
  "a most of one wait": { answers: [[503]], retry: { maxDelay: 300 }, gaps: [250, 300, 300], ...exhausted(503) },
  "no most": { answers: [[503]], retry: { maxAttempts: 11, maxDelay: Infinity }, gaps: Array.from({ length: 10 }, (_, n) => 250 * 2 ** n), ...exhausted(503) },
  "a hint of just the most": { ...after("60"), gaps: [[60_000, 61_001]] },
  "a hint over the most is not waited for": { answers: [[503, { "retry-after": "121" }]], end: 503, gaveUp: "hint-too-long", at: 0 },
  "a hint over an own most": { answers: [[429, { "retry-after": "2" }]], retry: { maxRetryAfter: 1000 }, end: 429, gaveUp: "hint-too-long", at: 0 },
  "the most of one wait is not the most of a hint": { ...after("30"), retry: { maxDelay: 100 }, gaps: [[30_000, 31_001]] },
});

const total = (total, attempt) => ({ options: { timeout: { total, ...(attempt && { attempt }) } } });
const never = () => new Promise(() => {});
const hang = (_, { signal }) => new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
table("the time for everything", {
  "a wait that does not fit is not begun": { answers: [[503]], ...total(700), gaps: [250], end: 503, gaveUp: "deadline", at: 250 },
  "a hint that does not fit is not waited for": { answers: [[503, { "retry-after": "5" }]], ...total(4000), end: 503, gaveUp: "deadline", at: 0 },
  "a failure after which no wait fits is the host's": { answers: [network()], ...total(200), end: "TypeError", gaveUp: "deadline", at: 0 },
  "one that fits is waited for": { answers: [[503], [200]], ...total(300), gaps: [250], end: 200 },
  "a send ends with it": { answers: [hang], ...total(300), end: "TimeoutError", gaveUp: "deadline", at: 300 },
  "a later send ends with it": { answers: [[503], hang], ...total(300), gaps: [250], end: "TimeoutError", gaveUp: "deadline", at: 300 },
  "each send has its own time in it": { answers: [hang], ...total(1000, 200), gaps: [450], end: "TimeoutError", gaveUp: "deadline", at: 650 },
  "the time of a send alone": { answers: [hang], options: { timeout: { attempt: 100 } }, gaps: [350, 600, 1100], end: "TimeoutError", gaveUp: "attempts-exhausted", at: 2150 },
  "the time of a POST's send is not tried again": { answers: [hang], ...method("POST"), options: { timeout: { attempt: 100 } }, end: "TimeoutError", gaveUp: "not-retryable", at: 100 },
  "no time is no limit": { answers: [async (_, __, clock) => (await new Promise((resolve) => clock.host.setTimeout(resolve, 3e9)), [200])], end: 200, at: 3e9 },
  "a call's own time replaces the policy's": { answers: [hang], ...total(300), call: { timeout: { total: 50 } }, end: "TimeoutError", gaveUp: "deadline", at: 50 },
});

const jitter = (kind, chance, gaps) => ({ answers: [[503]], retry: { jitter: kind }, chance, gaps, ...exhausted(503) });
const NEARLY = 1 - 2 ** -53;
table("jitter", {
  "full, at its least": jitter("full", 0, Array(3).fill([0, 1])),
  "full, in the middle": jitter("full", 0.5, [125, 250, 500]),
  "full, at its most": jitter("full", NEARLY, [[249, 250], [499, 500], [999, 1000]]),
  "equal, at its least": jitter("equal", 0, [125, 250, 500]),
  "equal, at its most": jitter("equal", NEARLY, [[249, 250], [499, 500], [999, 1000]]),
  "none": jitter("none", 0, BACKOFFS),
  "the most of a wait comes after it": { answers: [[503]], retry: { jitter: "equal", maxDelay: 200 }, chance: NEARLY, gaps: [200, 200, 200], ...exhausted(503) },
  "nothing is taken off a hint": { ...after("2"), retry: { jitter: "full" }, chance: 0, gaps: [[2000, 2001]] },
  "something may be added to a hint": { ...after("2"), retry: { jitter: "full" }, chance: NEARLY, gaps: [[2199, 2201]] },
  "full is the default": { answers: [[503]], retry: { jitter: undefined }, chance: 0.5, gaps: [125, 250, 500], ...exhausted(503) },
});

const stream = () => new Blob(["once"]).stream();
const generator = async function* () {
  yield new TextEncoder().encode("once");
};
const streamed = (body, method = "PUT") => ({ init: { method, body, duplex: "half" } });
table("bodies that can be read only once", {
  "a stream is not sent again": { answers: [[503], [200]], ...streamed(stream()), end: 503, gaveUp: "not-replayable" },
  "a generator is not sent again": { answers: [[503], [200]], ...streamed(generator()), end: 503, gaveUp: "not-replayable" },
  "a failure of a stream's send is the host's": { answers: [network()], ...streamed(stream()), end: "TypeError", gaveUp: "not-replayable" },
  "a stream that went through is well": { answers: [[200]], ...streamed(stream(), "POST"), end: 200 },
  "a stream with one send allowed is well": { answers: [[503]], ...streamed(stream()), retry: { maxAttempts: 1 }, ...exhausted(503) },
  "a stream that is made anew is sent again": { answers: [[503], [200]], ...streamed(undefined), call: { body: stream }, gaps: [250], end: 200 },
  "decide cannot bring a stream back": { answers: [[503], [200]], ...streamed(stream()), retry: { decide: () => true }, end: 503, gaveUp: "not-replayable" },
});

const failing = new Error("decide failed");
table("decide", {
  "true sends again what would not be": { answers: [[404], [200]], retry: { decide: ({ response }) => response.status === 404 || undefined }, gaps: [250], end: 200 },
  "true sends a POST again": { answers: [network(), [200]], ...method("POST"), retry: { decide: ({ error }) => error && true }, gaps: [250], end: 200 },
  "true sends again after an error that is not the network's": { answers: [new TypeError("x is not a function"), [200]], retry: { decide: ({ error }) => error && true }, gaps: [250], end: 200 },
  "true does not exceed the attempts": { answers: [[404]], retry: { decide: () => true, maxAttempts: 3 }, gaps: [250, 500], ...exhausted(404) },
  "true does not exceed the time": { answers: [[404]], retry: { decide: () => true }, ...total(300), gaps: [250], end: 404, gaveUp: "deadline", at: 250 },
  "true waits as long as the server asked": { answers: [[404, { "retry-after": "3" }], [200]], retry: { decide: ({ response }) => response.status === 404 || undefined }, gaps: [[3000, 3301]], end: 200 },
  "false leaves what would be sent again": { answers: [[503], [200]], retry: { decide: () => false }, ...gives(503) },
  "undefined leaves it to the policy": { answers: [[503], [404]], retry: { decide: () => undefined }, gaps: [250], ...gives(404) },
  "a promise is waited for": { answers: [[503], [200]], retry: { decide: async () => false }, ...gives(503) },
  "a throw is the caller's to hear": { answers: [[503], [200]], retry: { decide: () => { throw failing; } }, end: "Error", gaveUp: "not-retryable" },
  "a promise that rejects is the caller's to hear": { answers: [[503], [200]], retry: { decide: () => Promise.reject(failing) }, end: "Error", gaveUp: "not-retryable" },
});

test("decide hears the attempt, the request, what it gave, the wait and the decision", async () => {
  const heard = [];
  const failure = network();
  const stage = scripted([failure, [503], [404]], { retry: { jitter: "none", decide: ({ request, response, ...rest }) => void heard.push({ ...rest, url: request.url, method: request.method, status: response?.status }) } });
  await stage.call([URL, { method: "PUT" }]);
  const same = { url: URL, method: "PUT" };
  assert.deepEqual(heard, [
    { ...same, attempt: 1, error: failure, status: undefined, delay: 250, decision: true },
    { ...same, attempt: 2, error: undefined, status: 503, delay: 500, decision: true },
    { ...same, attempt: 3, error: undefined, status: 404, delay: 0, decision: false },
  ]);
});

test("the body of an error is not read before a wait, so one that never comes is no matter", async () => {
  const stage = scripted([[503, {}, new ReadableStream({ pull: never })], [200]]);
  assert.equal((await stage.call()).response.status, 200);
});

for (const [name, retry, field] of [
  ["attempts that are no whole number of 1 or more", { maxAttempts: 0 }, "retry.maxAttempts"],
  ["attempts in words", { maxAttempts: "three" }, "retry.maxAttempts"],
  ["attempts and a half", { maxAttempts: 1.5 }, "retry.maxAttempts"],
  ["a wait below 0", { initialDelay: -1 }, "retry.initialDelay"],
  ["a wait that is no number", { initialDelay: NaN }, "retry.initialDelay"],
  ["a factor below 1", { backoffFactor: 0.5 }, "retry.backoffFactor"],
  ["a jitter of another name", { jitter: "some" }, "retry.jitter"],
  ["methods that are no array", { methods: "GET" }, "retry.methods"],
  ["statuses that are no array", { statuses: 503 }, "retry.statuses"],
  ["a status that is no error", { statuses: [200] }, "retry.statuses.0"],
  ["a decide that is no function", { decide: true }, "retry.decide"],
  ["an option of another library", { limit: 3 }, "retry.limit"],
]) {
  test(`${name}: refused by name before anything is sent`, () => {
    assert.throws(() => createPolicy({ retry }), { name: "PolicyOptionError", code: "invalid-option", field });
  });
}
