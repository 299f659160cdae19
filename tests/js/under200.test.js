// @ts-check
// APIs that hide errors under a 200: looked at where a profile says so, left alone everywhere else.
import assert from "node:assert/strict";
import { test } from "node:test";
import { callRecord, createPolicy, HttpError } from "fetch-with-policy";
import { virtualHost } from "./virtual.js";

const URL = "https://api.example.com/graphql";
const THROTTLED = '{"errors":[{"message":"Throttled","extensions":{"code":"THROTTLED"}}],"data":null}';
const SPENT = '{"error":{"code":"insufficient_quota","message":"You exceeded your current quota"}}';
const GOOD = '{"data":{"rate":"limited","message":"Throttled"}}';
const JSON_TYPE = "application/graphql-response+JSON; charset=utf-8";

/** A policy over bodies in turn, the last one for ever; `copies` counts what was cloned. */
function api(/** @type {string[]} */ bodies, { type = JSON_TYPE, errorsUnder200 = true, ...options } = {}) {
  const clock = virtualHost();
  const met = { sends: 0, copies: 0 };
  const fetch = async () => {
    const body = bodies[Math.min(met.sends++, bodies.length - 1)];
    const response = new Response(body, { headers: { "content-type": type } });
    const clone = response.clone.bind(response);
    return Object.assign(response, { clone: () => (met.copies++, clone()) });
  };
  const profile = { name: "example", hosts: ["api.example.com"], errorsUnder200 };
  const policy = createPolicy({ host: clock.host, fetch: /** @type {any} */ (fetch), profiles: [profile], ...options });
  const call = async (init = { method: "POST", body: "{}" }, url = URL) => {
    const pending = policy.fetch(url, init).then((value) => ({ value }), (error) => ({ error }));
    await clock.pass(120_000);
    return pending;
  };
  return { call, met };
}

test("a rate limit under a 200 is waited for and sent again, a POST too, and the caller's body is whole", async () => {
  const { call, met } = api([THROTTLED, THROTTLED, GOOD]);
  const { value } = await call();
  assert.deepEqual([met.sends, await value.text()], [3, GOOD]);
  assert.deepEqual(callRecord(value)?.attempts.map(({ status }) => status), [200, 200, 200]);
});

test("an allowance that is spent is not sent again, and an answer that is good is only looked at", async () => {
  for (const body of [SPENT, GOOD]) {
    const { call, met } = api([body]);
    const { value } = await call();
    assert.deepEqual([met.sends, await value.text(), callRecord(value)?.gaveUp], [1, body, undefined], body);
  }
});

test("without the profile's word, of another host, or where it is no JSON, no copy is made", async () => {
  for (const [options, url] of /** @type {[any, string][]} */ ([[{ errorsUnder200: false }, URL], [{}, "https://other.example/graphql"], [{ type: "text/html" }, URL]])) {
    const { call, met } = api([THROTTLED], options);
    const { value } = await call(undefined, url);
    assert.deepEqual([met.sends, met.copies, await value.text()], [1, 0, THROTTLED]);
  }
});

test("at last the call ends with that response, or with throwHttpErrors in an HttpError", async () => {
  const { value } = await api([THROTTLED], { retry: { maxAttempts: 2 } }).call();
  assert.deepEqual([value.status, callRecord(value)?.gaveUp, await value.text()], [200, "attempts-exhausted", THROTTLED]);
  const { error } = await api([THROTTLED], { retry: { maxAttempts: 2 }, throwHttpErrors: true }).call();
  assert.ok(HttpError.is(error));
  assert.deepEqual([error.explanation.kind, await error.response.text()], ["rate_limited", THROTTLED]);
});
