// Whose quota a call takes from: by what is really sent.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { createPolicy, RateLimitError } from "fetch-with-policy";
import { virtualHost } from "./virtual.js";

const URL = "https://api.example.com/items";

/** `limit` per minute for each value of `credential(request)`; every response says what is left. */
function counted(clock, credential, { limit = 10, window = 60_000 } = {}) {
  const used = new Map();
  let epoch = 0;
  return async (input, init) => {
    const request = new Request(input, init);
    const now = Math.floor(clock.time / window);
    if (now !== epoch) used.clear();
    epoch = now;
    const whose = credential(request);
    const count = (used.get(whose) ?? 0) + 1;
    used.set(whose, count);
    const headers = { "x-ratelimit-limit": `${limit}`, "x-ratelimit-remaining": `${Math.max(0, limit - count)}`, "x-ratelimit-reset": `${Math.ceil((window - (clock.time % window)) / 1000)}` };
    return new Response(null, { status: count > limit ? 429 : 200, headers });
  };
}

/** When each of ten calls of one tenant and then ten of another ends, in ms. */
async function tenants(send, credential, options = {}) {
  const clock = virtualHost();
  const policy = createPolicy({ host: clock.host, fetch: counted(clock, credential), ...options });
  const ends = [];
  for (const tenant of ["a1b2c3d4e5f6", "b1b2c3d4e5f6"]) {
    const calls = Array.from({ length: 10 }, () => send(policy, tenant).then(() => ends.push(clock.time)));
    for (let n = 0; n < 100; n++) await clock.pass(10);
    if (tenant.startsWith("b")) {
      await clock.pass(70_000);
      await Promise.all(calls);
    }
  }
  return ends;
}

const HEADERS = [
  "x-auth-token", "x-access-token", "x-shopify-access-token", "x-api-token", "apikey", "x-apikey", "x-rapidapi-key", "circle-token", "x-figma-token",
  "x-vault-token", "dd-api-key", "x-auth-key", "ocp-apim-subscription-key", "x-xero-tenant-id", "stripe-account", "x-redmine-api-key",
  "x-amz-access-token", "client-id", "x-mbx-apikey", "kc-api-key", "authorization", "cookie",
];

for (const header of HEADERS) {
  test(`another ${header} is another scope`, async () => {
    const ends = await tenants((policy, tenant) => policy.fetch(URL, { headers: { [header]: tenant } }), (request) => request.headers.get(header));
    assert.equal(ends.length, 20);
    assert.ok(Math.max(...ends) < 3000, `the last at ${Math.max(...ends)} ms`);
  });
}

for (const parameter of ["api_key", "access_token", "key", "apiKey"]) {
  test(`another ?${parameter}= is another scope, and no value is shown`, async () => {
    let states;
    const ends = await tenants(
      (policy, tenant) => policy.fetch(`${URL}?page=1&${parameter}=${tenant}`).finally(() => (states = policy.quotas())),
      (request) => new globalThis.URL(request.url).searchParams.get(parameter),
    );
    assert.ok(Math.max(...ends) < 3000, `the last at ${Math.max(...ends)} ms`);
    assert.ok(states.length === 2 && !JSON.stringify(states).includes("b2c3d4"));
  });
}

for (const header of ["x-csrf-token", "x-request-id", "traceparent", "x-auth-timestamp", "x-customer"]) {
  test(`another ${header} is the same scope`, async () => {
    const ends = await tenants((policy, tenant) => policy.fetch(URL, { headers: { [header]: tenant } }), () => "one");
    assert.ok(Math.max(...ends) >= 60_000, `the last at ${Math.max(...ends)} ms`);
  });
}

test("an Idempotency-Key is no credential", async () => {
  const send = (policy, tenant) => policy.fetch(URL, { method: "POST", headers: { "idempotency-key": `${tenant}${Math.random()}` } });
  assert.ok(Math.max(...(await tenants(send, () => "one"))) >= 60_000);
});

test("a profile names credentials of its own", async () => {
  const acme = { name: "acme", hosts: ["api.example.com"], rateLimit: { credentials: ["X-Customer"] } };
  const send = (policy, tenant) => policy.fetch(URL, { headers: { "x-customer": tenant } });
  const ends = await tenants(send, (request) => request.headers.get("x-customer"), { profiles: [acme] });
  assert.ok(Math.max(...ends) < 3000, `the last at ${Math.max(...ends)} ms`);
});

for (const [how, later] of [["at once", (value) => value], ["as a promise", async (value) => value]]) {
  test(`credentials that prepare gives ${how} count from the first attempt on`, async () => {
    let tenant;
    const send = (policy, of) => ((tenant = of), policy.fetch(URL));
    const prepare = () => later({ authorization: `Bearer ${tenant}` });
    const ends = await tenants(send, (request) => request.headers.get("authorization"), { prepare });
    assert.equal(ends.length, 20);
    assert.ok(Math.max(...ends) < 3000, `the last at ${Math.max(...ends)} ms`);
  });
}

test("prepare is called again before a send that had to wait, and what is sent is its last word", async () => {
  const clock = virtualHost();
  const sent = [];
  const server = counted(clock, () => "one", { limit: 1 });
  const fetch = (input, init) => (sent.push([clock.time, new Headers(init.headers).get("x-time")]), server(input, init));
  const policy = createPolicy({ host: clock.host, fetch, prepare: () => ({ "x-time": `${clock.time}` }) });
  await policy.fetch(URL);
  const second = policy.fetch(URL);
  await clock.pass(70_000);
  await second;
  assert.equal(sent.length, 2);
  assert.ok(sent.every(([at, told]) => `${at}` === told), JSON.stringify(sent));
});

test("a first send whose headers are there at once is made in the caller's turn", () => {
  let sends = 0;
  const policy = createPolicy({ fetch: async () => (sends++, new Response()), prepare: () => ({ authorization: "Bearer a" }) });
  policy.fetch(URL);
  assert.equal(sends, 1);
});

test("a scope named by the caller is kept whatever prepare gives", async () => {
  let token = 0;
  const clock = virtualHost();
  const options = { prepare: () => ({ authorization: `Bearer ${++token}` }), rateLimit: { scope: () => "user-1" } };
  const policy = createPolicy({ host: clock.host, fetch: counted(clock, () => "one"), ...options });
  const calls = Array.from({ length: 3 }, () => policy.fetch(URL));
  await clock.pass(100);
  await Promise.all(calls);
  assert.deepEqual(policy.quotas().map(({ scope }) => scope), ["user-1"]);
});

test("an unlisted header of many values that look like keys is reported once, without a value", async (t) => {
  const events = [];
  const warned = t.mock.method(console, "warn", () => {});
  const policy = createPolicy({ fetch: async () => new Response(), onEvent: (event) => void (event.type === "credential-header" && events.push(event)) });
  for (let n = 0; n < 60; n++) await policy.fetch(URL, { headers: { "x-customer": `c0ffee${n}a81bc9f00d${n}`, "x-request-id": crypto.randomUUID() } });
  assert.equal(events.length, 1);
  const { type, header, origin } = events[0];
  assert.deepEqual({ type, header, origin }, { type: "credential-header", header: "x-customer", origin: "https://api.example.com" });
  assert.ok(!JSON.stringify(events).includes("c0ffee"));
  assert.equal(warned.mock.callCount(), 1);
  const [text] = warned.mock.calls[0].arguments;
  assert.ok(text.includes("x-customer") && text.includes("rateLimit.credentials") && !text.includes("c0ffee"), text);
});

test("in production the console is left alone", async (t) => {
  const warned = t.mock.method(console, "warn", () => {});
  const { NODE_ENV } = process.env;
  process.env.NODE_ENV = "production";
  try {
    const foreign = () => Object.defineProperty(new Response(), "type", { value: "cors" });
    const policy = createPolicy({ fetch: async () => foreign() });
    for (let n = 0; n < 30; n++) await policy.fetch(URL, { headers: { "x-customer": `c0ffee${n}a81bc9f00d${n}` } });
  } finally {
    if (NODE_ENV === undefined) delete process.env.NODE_ENV;
    else process.env.NODE_ENV = NODE_ENV;
  }
  assert.equal(warned.mock.callCount(), 0);
});

test("the line that an API should send is in the console once for each origin", async (t) => {
  const warned = t.mock.method(console, "warn", () => {});
  const foreign = () => Object.defineProperty(new Response(), "type", { value: "cors" });
  const policy = createPolicy({ fetch: async () => foreign() });
  for (const host of ["api.example.com", "api.example.com", "other.example.com"]) await policy.fetch(`https://${host}/`);
  const texts = warned.mock.calls.map(({ arguments: [text] }) => text);
  assert.equal(texts.length, 2);
  assert.ok(texts.every((text) => text.includes("Access-Control-Expose-Headers: Date, Retry-After")), texts.join("\n"));
  assert.ok(texts[0].includes("https://api.example.com") && texts[1].includes("https://other.example.com"));
});

test("quotas of extend() and of a call bind a scope that is in use", async () => {
  for (const more of [(policy) => policy.extend({ rateLimit: { quotas: [{ limit: 2, window: 1000 }] } }).fetch, (policy) => (url) => policy.fetch(url, {}, { rateLimit: { quotas: [{ limit: 2, window: 1000 }] } })]) {
    const clock = virtualHost();
    const sent = [];
    const policy = createPolicy({ host: clock.host, fetch: async () => (sent.push(clock.time), new Response()) });
    await policy.fetch(URL);
    const calls = Array.from({ length: 6 }, () => more(policy)(URL));
    await clock.pass(10_000);
    await Promise.all(calls);
    for (const at of sent) assert.ok(sent.slice(1).filter((other) => other >= at && other < at + 1000).length <= 2, sent.join());
  }
});

test("who is refused reads the option and the time", async () => {
  const clock = virtualHost();
  const policy = createPolicy({ host: clock.host, fetch: counted(clock, () => "one", { limit: 1, window: 480_000 }) });
  await policy.fetch(URL);
  await assert.rejects(policy.fetch(URL), (error) => RateLimitError.is(error) && /the quota resets in 8 min, rateLimit\.maxWait is 2 min/.test(error.message) && !!error.retryAt);
  const full = createPolicy({ host: clock.host, fetch: counted(clock, () => "one", { limit: 1 }), rateLimit: { maxQueue: 0 } });
  await full.fetch(URL);
  await assert.rejects(full.fetch(URL), /0 calls wait already, which is rateLimit\.maxQueue/);
});

test("a call whose credentials change while it waits takes its turn in the scope of what it sends", async () => {
  const clock = virtualHost();
  let tenant = "a";
  const sent = [];
  const server = counted(clock, (request) => request.headers.get("authorization"), { limit: 1 });
  const fetch = (input, init) => (sent.push([clock.time, new Headers(init.headers).get("authorization")]), server(input, init));
  const policy = createPolicy({ host: clock.host, fetch, prepare: () => ({ authorization: `Bearer ${tenant}` }) });
  await policy.fetch(URL);
  const waits = policy.fetch(URL);
  await clock.pass(1000);
  tenant = "b";
  await clock.pass(62_000);
  assert.equal((await waits).status, 200);
  // What was granted to it as the first tenant is there for another.
  tenant = "a";
  const third = policy.fetch(URL);
  await clock.pass(1000);
  assert.equal((await third).status, 200);
  assert.deepEqual(sent.map(([, whose]) => whose), ["Bearer a", "Bearer b", "Bearer a"]);
});

test("a bundler drops what is for the console from a build for production", () => {
  const root = fileURLToPath(new globalThis.URL("../..", import.meta.url));
  const bundle = (mode) => {
    const args = ["--bundle", "--minify", "--format=esm", `--define:process.env.NODE_ENV="${mode}"`];
    const input = 'import { createPolicy } from "./pkg/index.js"; globalThis.made = createPolicy();';
    return execFileSync(`${root}node_modules/.bin/esbuild`, args, { cwd: root, input, encoding: "utf8", maxBuffer: 1e8 });
  };
  assert.ok(bundle("development").includes("seems to hold credentials"));
  assert.ok(!bundle("production").includes("seems to hold credentials"));
});
