// Likely mistakes in how a policy is used: an error where the call cannot be meant, an event and a line of the logger where it may be.
import assert from "node:assert/strict";
import { test } from "node:test";
import { createPolicy, fetchWithPolicy, PolicyOptionError } from "fetch-with-policy";
import { logger } from "fetch-with-policy/debug";
import { fakeGlobals, freshShell, manual } from "./fresh-shell.js";
import { settled, virtualHost } from "./virtual.js";

const URL = "https://api.example.com/items";
const fine = async () => new Response("fine");

/** A policy, the mistakes that it reports, and the warnings of its logger. */
function watched(options, create = createPolicy) {
  const [found, warnings] = [[], []];
  const onEvent = ({ type, call, ...event }) => type === "misuse" && found.push(event);
  const policy = create({ fetch: fine, onEvent, ...options }).extend({ onEvent: logger({ log: () => {}, warn: (line) => warnings.push(line) }) });
  return { policy, found, warnings };
}

test("an option in init is reported once by its name, and the call is sent as fetch would send it", async () => {
  let init;
  const { policy, found, warnings } = watched({ fetch: async (_, given) => ((init = given), new Response("fine")) });
  const given = { method: "GET", retry: { maxAttempts: 1 }, timeout: 5000 };
  for (let n = 0; n < 3; n++) await policy.fetch(`${URL}?token=secret`, given);
  assert.equal(init, given);
  assert.deepEqual(found.map(({ at, ...event }) => event), ["retry", "timeout"].map((option) => ({ url: URL, method: "GET", attempt: 0, what: "option-in-init", option })));
  assert.equal(warnings.length, 2);
  assert.match(warnings[0], /^\[fetch-with-policy\] #\d+ GET https:\/\/api\.example\.com\/items: fetch ignores "retry" in its second argument; give it to createPolicy, or as an option of the call in the third argument$/);
});

test("what fetch and its hosts take is not reported", async () => {
  const { policy, found } = watched();
  const init = { method: "POST", body: "x", headers: {}, signal: new AbortController().signal, priority: "high", cache: "no-store", duplex: "half", dispatcher: {}, cf: {}, next: {}, keepalive: true, credentials: "omit", retry: undefined };
  await policy.fetch(URL, init);
  await policy.fetch(URL, undefined);
  await policy.fetch(new Request(URL), null);
  await policy.fetch(URL, {}, { retry: false });
  assert.deepEqual(found, []);
});

test("a policy whose transport is another policy is reported once, and retries alone below", async () => {
  const clock = virtualHost();
  let sends = 0;
  const inner = createPolicy({ host: clock.host, fetch: async () => (sends++, new Response("down", { status: 503 })), retry: { budget: false } });
  const { policy, found, warnings } = watched({ host: clock.host, fetch: inner.fetch });
  const end = policy.fetch(URL);
  await clock.pass(600_000);
  assert.equal((await end).status, 503);
  assert.equal(sends, 4);
  policy.fetch(URL).catch(() => {});
  assert.deepEqual(found.map(({ what }) => what), ["policy-as-fetch"]);
  assert.match(warnings[0], /its transport is the fetch of another policy, which alone retries: the option retry of this one counts for nothing$/);
});

test("without a listener nothing is looked at", async () => {
  let looks = 0;
  const init = new Proxy({}, { ownKeys: () => (looks++, []) });
  assert.equal((await createPolicy({ fetch: fine }).fetch(URL, init)).status, 200);
  // It is copied for a retry.
  const copies = looks;
  assert.equal((await watched().policy.fetch(URL, init)).status, 200);
  assert.equal(looks, 2 * copies + 1);
});

test("a policy in the place of options is refused as one, and one as the third argument of fetchWithPolicy is used", async () => {
  const policy = createPolicy({ fetch: fine });
  const isRefused = (error) => error instanceof PolicyOptionError && error.message === "options: expected options, not a policy" && error.field === "";
  assert.throws(() => createPolicy(policy), isRefused);
  assert.throws(() => policy.extend(createPolicy()), isRefused);
  await assert.rejects(policy.fetch(URL, {}, createPolicy()), isRefused);
  assert.equal((await fetchWithPolicy(URL, {}, policy)).status, 200);
});

test("a profile that is none is refused by its place", () => {
  assert.throws(() => createPolicy({ profiles: [undefined] }), { field: "profiles.0", message: "profiles.0: expected an object" });
});

test("in a page, an option in init is reported once the core is loaded", async () => {
  const { restore } = fakeGlobals();
  const { sends, fetch } = manual();
  globalThis.fetch = fetch;
  try {
    const shell = await freshShell();
    const { policy, found } = watched({ fetch: undefined }, shell.createPolicy);
    const end = policy.fetch(URL, { retry: false });
    sends[0].resolve(new Response("fine"));
    await end;
    assert.deepEqual(found, []);
    await shell.initPolicy();
    const next = policy.fetch(URL, { retry: false });
    await settled();
    sends[1].resolve(new Response("fine"));
    await next;
    assert.deepEqual(found.map(({ option }) => option), ["retry"]);
    assert.throws(() => shell.createPolicy(policy), { message: "options: expected options, not a policy" });
  } finally {
    restore();
  }
});
