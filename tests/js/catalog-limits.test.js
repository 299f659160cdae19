// @ts-check
// What a profile's catalog says a limit looks like drives the policy: cases of public reports.
import assert from "node:assert/strict";
import { test } from "node:test";
import { callRecord, createPolicy, HttpError, PolicyOptionError } from "fetch-with-policy";
import { virtualHost } from "./virtual.js";

const URL = "https://api.example.com/x";
const GOOD = '{"status":"1","message":"OK","result":"0x1"}';

/** What comes of a call whose first answer is `status` and `body`, and the next a good one: sends, and when the last one went. */
async function met(/** @type {any[]} */ rules, /** @type {number} */ status, /** @type {string} */ body, { errorsUnder200 = true, headers = {}, method = "POST", options = {} } = {}) {
  const clock = virtualHost();
  /** @type {number[]} */
  const sends = [];
  const fetch = async () => {
    const first = sends.push(clock.host.monotonic()) === 1;
    return new Response(first ? body : GOOD, { status: first ? status : 200, headers: { "content-type": "application/json", ...(first ? headers : {}) } });
  };
  const catalog = { catalog: 1, provider: "example", rules: rules.map((rule, index) => ({ id: `example.${index}`, ...rule })) };
  const profile = /** @type {any} */ ({ name: "example", hosts: ["api.example.com"], errorsUnder200, catalog });
  const policy = createPolicy({ host: clock.host, fetch: /** @type {any} */ (fetch), profiles: [profile], ...options });
  const pending = policy.fetch(URL, { method, ...(method === "POST" && { body: "{}" }) }).then((value) => ({ value }), (error) => ({ error }));
  await clock.pass(120_000);
  const { value, error } = /** @type {any} */ (await pending);
  return { sends: sends.length, waited: sends.at(-1) - sends[0], text: await value?.text(), record: value && callRecord(value), error };
}

const limit = (/** @type {any} */ when) => [{ when, then: { kind: "rate_limited" } }];
// In words that are on no list: without a rule it is an answer like any other.
const ETHERSCAN = '{"status":"0","message":"NOTOK","result":"Max calls per sec reached (5/sec)"}';

test("Etherscan's refusal under a 200 is waited for and sent again, however the rule asks for it", async () => {
  for (const when of [
    { status: 200, json: { "/result": { contains: "per sec reached" } } },
    { status: 200, json: { "/result": "Max calls per sec*", "/status": "0" } },
    { status: "2xx", message: "Max calls per sec reached ({limit}/sec)" },
    { status: [200], body: { contains: "Max calls per sec" } },
    { status: 200, code: "NOTOK", message: ["*too many*", "*PER SEC*"] },
    { status: 200, json: { "/result": { startsWith: "Max calls", contains: "reached" } } },
  ]) {
    const { sends, text } = await met(limit(when), 200, ETHERSCAN);
    assert.deepEqual([sends, text], [2, GOOD], JSON.stringify(when));
  }
});

test("a rule that does not hold, or asks for more than texts, or a success whose profile hides no errors, changes nothing", async () => {
  for (const when of [
    { status: 200, json: { "/result": "Max calls" } },
    { status: 200, json: { "/other": "*per sec*" } },
    { status: 200, json: { "/result": "*per sec*", "/status": "1" } },
    { json: { "/result": "*per sec*" } },
    { status: 500, body: { contains: "per sec" } },
    { status: 200, method: "POST", body: { contains: "per sec" } },
    { status: 200, json: { "/result": { type: "string" } } },
  ]) {
    assert.equal((await met(limit(when), 200, ETHERSCAN)).sends, 1, JSON.stringify(when));
  }
  const when = { status: 200, body: { contains: "per sec" } };
  assert.equal((await met(limit(when), 200, ETHERSCAN, { errorsUnder200: false })).sends, 1);
});

test("under an error any status may be a limit, an allowance or an outage, as the rule says", async () => {
  const body = '{"code":"E77","message":"nope"}';
  const rule = (/** @type {string} */ kind, /** @type {any} */ when) => [{ when, then: { kind } }];
  const errorsUnder200 = false;
  const rows = /** @type {[string, number, any, string, number][]} */ ([
    ["rate_limited", 509, { code: "E77" }, "POST", 2],
    ["rate_limited", 404, { status: "4xx", code: { equals: ["E76", "E77"] } }, "POST", 2],
    ["rate_limited", 404, { status: 404 }, "POST", 2],
    ["quota_exhausted", 429, { code: "E77" }, "GET", 1],
    ["quota_exhausted", 503, { code: "E77" }, "GET", 1],
    ["unavailable", 409, { code: "E77" }, "GET", 2],
    ["unavailable", 409, { code: "E77" }, "POST", 1],
    ["forbidden", 429, { code: "E77" }, "GET", 2],
  ]);
  for (const [kind, status, when, method, sends] of rows) {
    assert.equal((await met(rule(kind, when), status, body, { errorsUnder200, method })).sends, sends, `${kind} ${status} ${method}`);
  }
  // A hint beside it is kept to.
  const hinted = await met(rule("unavailable", { code: "E77" }), 409, body, { errorsUnder200, headers: { "retry-after": "7" } });
  assert.ok(hinted.sends === 2 && hinted.waited >= 7000 && hinted.waited < 8000, `${hinted.waited}`);
});

test("of two rules the one of the higher priority counts, then the one of more conditions", async () => {
  const rate = { when: { code: "E77" }, then: { kind: "rate_limited" } };
  const spent = { when: { message: "nope" }, then: { kind: "quota_exhausted" } };
  const body = '{"code":"E77","message":"nope"}';
  const sends = async (/** @type {any[]} */ rules) => (await met(rules, 429, body)).sends;
  assert.equal(await sends([rate, spent]), 2);
  assert.equal(await sends([rate, { ...spent, priority: 1 }]), 1);
  assert.equal(await sends([rate, { ...spent, when: { ...spent.when, code: "E77" } }]), 1);
});

test("a batch is waited for only where all of it was refused", async () => {
  const rules = limit({ status: 200, json: { "/error/message": "*slow*" } });
  const element = (/** @type {any} */ rest) => ({ jsonrpc: "2.0", id: 1, ...rest });
  const refused = element({ error: { code: 1, message: "go slow" } });
  assert.equal((await met(rules, 200, JSON.stringify([refused, refused]))).sends, 2);
  assert.equal((await met(rules, 200, JSON.stringify([refused, element({ result: 1 })]))).sends, 1);
});

test("at last the error is the caller's, explained by the same rule", async () => {
  const rules = limit({ status: 200, json: { "/result": "*per sec*" } });
  const options = { retry: { maxAttempts: 1 }, throwHttpErrors: true };
  const { error } = await met(rules, 200, ETHERSCAN, { options });
  assert.ok(error instanceof HttpError);
  assert.deepEqual([error.explanation.kind, error.explanation.id], ["rate_limited", "example.0"]);
});

test("what is no catalog is refused by name", () => {
  for (const catalog of ["rate_limited\t429", 5, null, []]) {
    const profiles = /** @type {any} */ ([{ name: "example", hosts: ["api.example.com"], catalog }]);
    assert.throws(() => createPolicy({ profiles }), (error) => error instanceof PolicyOptionError && error.field === "profiles.0.catalog");
  }
  createPolicy({ profiles: /** @type {any} */ ([{ name: "example", hosts: ["api.example.com"], catalog: {} }]) });
});
