// No secret shows in anything that the package tells. Secrets are planted wherever a request, a response or a failure can hold
// one; every path is walked; then all that came out is searched: errors, events, records, quotas, snapshots, the console, User
// Timing, spans and metrics.
//
// Exempt, since they are not the package's: the host's `Response`, what the host's fetch rejects with (a "failure" event's `error`,
// too), the reason of the caller's signal, what the caller's own callbacks throw, and what `explanation.api` quotes of the server.
// A secret in a path is shown: see the last test.
import assert from "node:assert/strict";
import { PerformanceObserver } from "node:perf_hooks";
import { test } from "node:test";
import { inspect } from "node:util";
import { callRecord, CircuitOpenError, createPolicy, fetchWithPolicy, HttpError, PolicyError, PolicyOptionError, RateLimitError, readQuotas } from "fetch-with-policy";
import { found, secrets, textOf } from "./planted.js";
import { serve } from "./server.js";
import { sdk } from "./spans.js";

const IN_REQUESTS = ["authorization", "cookie", "apiKey", "custom", "query", "fragment", "body", "prepared", "idempotencyKey"];
const planted = secrets([...IN_REQUESTS, "user", "password", "setCookie", "location", "answered", "header", "failure", "cause", "reason", "option", "callback"]);
const QUICK = { initialDelay: 1, budget: false };

const headers = { authorization: `Bearer ${planted.authorization}`, cookie: `sid=${planted.cookie}`, "x-api-key": planted.apiKey, "x-tenant-token": planted.custom };
const address = (url) => `${url}/items?key=${planted.query}#${planted.fragment}`;
const form = () => {
  const form = new FormData();
  form.append("password", planted.body);
  return form;
};
const told = {
  "set-cookie": `sid=${planted.setCookie}; HttpOnly`,
  location: `/items?token=${planted.location}`,
  "x-session": planted.header,
  "x-ratelimit-limit": "100",
  "x-ratelimit-remaining": "99",
  "x-ratelimit-reset": "60",
};
const body = JSON.stringify({ error: "rejected", error_description: `token ${planted.answered} is no good`, access_token: planted.answered });

/** What the server answers in turn; the last one for ever. */
const answers = (...list) => (_, response, stats) => {
  const [status, more] = list[Math.min(stats.requests.length, list.length) - 1];
  if (status === 0) return response.destroy();
  if (status === undefined) return;
  response.writeHead(status, { ...told, ...more });
  response.end(body);
};

const failing = (code) => async () => {
  const cause = Object.assign(new Error(`connect to https://${planted.user}:${planted.password}@api.example.com/?key=${planted.cause}`), code && { code });
  throw new TypeError(`fetch failed: https://api.example.com/?key=${planted.failure}`, { cause });
};

/** Walks a path and gives all that was told of it, with what of it is exempt. */
async function walk({ answer = answers([200]), options, init, calls = 1, act, listen }) {
  const server = await serve(answer);
  const seen = sdk();
  const events = [];
  const lines = [];
  const measures = [];
  const observer = new PerformanceObserver((list) => measures.push(...list.getEntries()));
  observer.observe({ entryTypes: ["measure"] });
  const { log, warn, error: complain } = console;
  for (const name of ["log", "warn", "error"]) console[name] = (...args) => void lines.push(...args);
  const policy = createPolicy({
    retry: QUICK,
    userTiming: true,
    idempotencyKey: () => planted.idempotencyKey,
    prepare: () => ({ "x-signature": planted.prepared }),
    onEvent(event) {
      events.push(event);
      seen.onEvent(event);
      listen?.(event);
    },
    ...options,
  });
  const ends = [];
  try {
    for (let n = 0; n < calls; n++) {
      const call = act === undefined ? policy.fetch(address(server.url), { headers, ...init?.() }) : act(policy, server.url);
      ends.push(await call.catch((error) => error));
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
    const foreign = [...events.map(({ error }) => error), ...ends.filter((end) => !PolicyError.is(end)), ...ends.flatMap((end) => (HttpError.is(end) ? [end.response, end.explanation.api] : []))];
    const exempt = new Set([...foreign, ...lines.filter((line) => line?.isCallers)]);
    exempt.delete(undefined);
    const spans = seen.spans().map(({ name, attributes, events, status, links }) => ({ name, attributes, events, status, links }));
    return {
      ends,
      events,
      requests: server.stats.requests,
      exempt,
      outputs: {
        ends,
        records: ends.map((end) => callRecord(end)),
        events,
        quotas: policy.quotas(),
        snapshot: policy.snapshot(),
        policy,
        lines,
        measures: measures.map((measure) => measure.toJSON()),
        spans,
        metrics: (await seen.points()).map(({ descriptor, dataPoints }) => ({ descriptor, dataPoints })),
      },
    };
  } finally {
    Object.assign(console, { log, warn, error: complain });
    observer.disconnect();
    await seen.stop();
    await server.close();
  }
}

/** Walks a path, checks how it ended, and searches what was told. */
function path(name, { end, sees = true, ...rest }) {
  test(name, async () => {
    const { ends, events, requests, exempt, outputs } = await walk(rest);
    end(ends.at(-1), events);
    // What was planted came there, and was told of: else there is nothing to be found.
    if (sees) assert.ok(IN_REQUESTS.slice(0, 5).every((place) => inspect(requests[0]).includes(planted[place])), "the request held what was planted");
    assert.ok(outputs.spans.length > 0 && events.length > 0);
    for (const [output, value] of Object.entries(outputs)) {
      assert.deepEqual(found(textOf(value, exempt), planted), [], output);
    }
  });
}

const status = (expected) => (end) => assert.equal(end.status, expected);
const failed = (Class) => (end) => assert.ok(Class.is(end), inspect(end));
const gaveUp = (reason) => (end, events) => assert.equal(events.at(-1).reason, reason, inspect(end));
const fail = () => {
  throw Object.assign(new Error(planted.callback), { isCallers: true });
};

path("an answer that is good", { end: status(200) });
path("a retry", { answer: answers([503], [200]), end: status(200) });
path("a POST of a form, sent again with its key", { answer: answers([503], [200]), init: () => ({ method: "POST", body: form() }), end: status(200) });
path("a POST of a string that is not sent again", { answer: answers([503]), init: () => ({ method: "POST", body: `password=${planted.body}` }), options: { idempotencyKey: false }, end: status(503) });
path("a 429 that is waited for", { answer: answers([429, { "retry-after": "1" }], [200]), end: status(200) });
path("a 403 whose body is looked at", { answer: answers([403], [200]), end: gaveUp("not-retryable") });
path("a hint that is too long", { answer: answers([429, { "retry-after": "3600" }]), end: gaveUp("hint-too-long") });
path("attempts that are spent", { answer: answers([503]), end: gaveUp("attempts-exhausted") });
path("a refusal for the quota", { options: { rateLimit: { quotas: [{ limit: 1, window: 60_000 }], maxWait: 10 } }, calls: 2, end: failed(RateLimitError) });
path("a circuit that is open", { answer: answers([500]), options: { circuitBreaker: { minimumCalls: 1 }, retry: false }, calls: 2, end: failed(CircuitOpenError) });
path("an HttpError", { answer: answers([404]), options: { throwHttpErrors: true }, end: failed(HttpError) });
path("a connection that is cut", { answer: answers([0]), end: (end) => assert.equal(end.name, "TypeError") });
path("a redirect that is forbidden", { answer: answers([302]), init: () => ({ redirect: "error" }), end: (end) => assert.equal(end.name, "TypeError") });
path("redirects in a loop", { answer: answers([302]), end: (end) => assert.equal(end.name, "TypeError") });
{
  // Aborted, and timed out, once the server has the request.
  const controller = new AbortController();
  path("an abort in flight", { answer: () => controller.abort(), init: () => ({ signal: controller.signal }), end: gaveUp("aborted") });
}
path("an abort in a wait, with a reason of the caller's", {
  answer: answers([503, { "retry-after": "30" }]),
  init() {
    const controller = new AbortController();
    setTimeout(() => controller.abort(new Error(planted.reason)), 100);
    return { signal: controller.signal };
  },
  end: gaveUp("aborted"),
});
path("a deadline of an attempt", { sees: false, answer: answers([]), options: { timeout: { attempt: 30 }, retry: false }, end: (end) => assert.equal(end.name, "TimeoutError") });
path("a deadline that a wait would pass", { answer: answers([503, { "retry-after": "30" }]), options: { timeout: { total: 500 } }, end: gaveUp("deadline") });
path("a deadline before the first send", { options: { timeout: { total: 500 }, rateLimit: { quotas: [{ limit: 1, window: 60_000 }] } }, calls: 2, end: gaveUp("deadline") });
path("a failure with a code, whose messages hold addresses", { sees: false, options: { fetch: failing("ECONNRESET") }, end: gaveUp("attempts-exhausted") });
path("a failure without one", { sees: false, options: { fetch: failing() }, end: gaveUp("attempts-exhausted") });
path("an address with a user in it", {
  sees: false,
  options: { fetch: async () => new Response(body, { status: 404, headers: told }), throwHttpErrors: true },
  act: (policy) => policy.fetch(address(`https://${planted.user}:${planted.password}@api.example.com`), { headers }),
  end: failed(HttpError),
});
path("a user in an address that the host refuses", { sees: false, act: (policy, url) => policy.fetch(url.replace("//", `//${planted.user}:${planted.password}@`)), end: (end) => assert.equal(end.name, "TypeError") });
path("a scope that is a credential", { options: { rateLimit: { scope: ({ headers }) => headers.get("x-tenant-token"), quotas: [{ limit: 1, window: 60_000 }], maxWait: 1 } }, calls: 2, end: failed(RateLimitError) });
path("a scope that is a part of one", { options: { rateLimit: { scope: ({ headers }) => `tenant ${headers.get("authorization").split(" ")[1]}` } }, end: status(200) });
path("a scope that is the whole address", { options: { rateLimit: { scope: ({ url }) => url } }, end: status(200) });
path("quotas that are named after what was sent", {
  answer: (request, response) => {
    const { authorization, cookie, "x-api-key": key, "x-tenant-token": custom, "x-signature": prepared } = request.headers;
    const token = authorization.split(" ")[1];
    response.writeHead(200, {
      ratelimit: `"${token}";r=5;t=50, "user-${prepared.toUpperCase()}";r=5;t=50, "${new URL(request.url, "http://x").searchParams.get("key")}";r=5;t=50, "${Buffer.from(key).toString("base64")}";r=4;t=9`,
      "ratelimit-policy": `"${token}";q=9;w=60;qu="${key}", "user-${prepared.toUpperCase()}";q=9;w=60`,
      "x-ratelimit-bucket": custom,
      "x-ratelimit-limit": "9",
      "x-ratelimit-remaining": "3",
      [`x-ratelimit-limit-${cookie.slice(4, 20)}`]: "7",
      [`x-ratelimit-remaining-${cookie.slice(4, 20)}`]: "6",
    });
    response.end();
  },
  calls: 2,
  end(end, events) {
    assert.equal(end.status, 200);
    const quotas = events.findLast(({ type }) => type === "response").quotas;
    assert.ok(quotas.length > 3 && quotas.every(({ name }) => name === undefined || /#[0-9a-f]{8}$/.test(name)), inspect(quotas));
    const shown = inspect(events).toLowerCase();
    for (const place of ["authorization", "apiKey", "custom", "cookie", "prepared", "query"]) {
      const secret = planted[place].toLowerCase();
      for (let at = 0; at + 8 <= secret.length; at++) assert.ok(!shown.includes(secret.slice(at, at + 8)), `${place} in ${shown}`);
      assert.ok(!shown.includes(Buffer.from(planted[place]).toString("base64").slice(0, 12).toLowerCase()), place);
    }
  },
});
path("a refusal for a quota that is named after the token", {
  answer: (request, response) => {
    response.writeHead(200, { ratelimit: `"${request.headers.authorization.split(" ")[1]}";r=0;t=500` });
    response.end();
  },
  options: { rateLimit: { maxWait: 10 } },
  calls: 2,
  end: (end) => assert.ok(RateLimitError.is(end) && /^#[0-9a-f]{8}$/.test(end.quota.name), inspect(end)),
});
path("a name in the form of a key, of a key that was not sent", {
  answer: (_, response) => {
    response.writeHead(200, { ratelimit: `"sk_live_${planted.header}";r=5;t=50`, "x-ratelimit-bucket": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIi.c2ln" });
    response.end();
  },
  end: (end, events) => assert.ok(!inspect(events).includes("eyJhbG")),
});
const coded = (name, code) => async () => {
  throw Object.assign(new TypeError("fetch failed"), { name, cause: { code } });
};
path("an error whose code is a credential", { sees: false, options: { fetch: coded("TypeError", planted.authorization) }, end: gaveUp("not-retryable") });
path("an error whose code is what prepare made", { sees: false, options: { fetch: coded("TypeError", planted.prepared) }, end: gaveUp("not-retryable") });
path("an error whose name is an address", { sees: false, options: { fetch: coded(`at https://x.example/?key=${planted.query}`, `key ${planted.query}`) }, end: gaveUp("not-retryable") });
path("a listener that throws", { listen: fail, end: status(200) });
path("a prepare that throws", { sees: false, options: { prepare: fail }, end: gaveUp("not-retryable") });
path("a decide that throws", { answer: answers([503]), options: { retry: { ...QUICK, decide: fail } }, end: gaveUp("not-retryable") });

test("an option that is refused is named, its value is not shown", () => {
  for (const options of [{ fetch: planted.option }, { timeout: { total: planted.option } }, { profiles: [{ name: planted.option, hosts: [planted.option + "/"] }] }, { retry: { jitter: planted.option } }]) {
    assert.throws(() => createPolicy(options), (error) => PolicyOptionError.is(error) && found(textOf(error), planted).length === 0);
  }
  return assert.rejects(fetchWithPolicy("https://api.example.com/", { headers }, { retry: planted.option }), (error) => found(textOf(error), planted).length === 0);
});

test("a snapshot that is refused is not quoted", () => {
  for (const snapshot of [planted.option, { version: 1, quotas: [{ scope: planted.option, key: planted.option }] }]) {
    assert.throws(() => createPolicy().restore(snapshot), (error) => PolicyError.is(error) && found(textOf(error), planted).length === 0);
  }
});

test("quotas are read without what stands beside them", () => {
  const read = readQuotas({ ...told, ...headers, "retry-after": "1" }, { status: 429, body });
  assert.equal(read.quotas.length, 1);
  assert.deepEqual(found(textOf(read), planted), []);
});

test("a secret in a path is shown: addresses are told by origin and path", async () => {
  const { outputs } = await walk({ act: (policy, url) => policy.fetch(`${url}/services/T0/B0/${planted.option}`) });
  for (const output of ["events", "measures", "spans"]) assert.deepEqual(found(textOf(outputs[output]), planted).map((text) => text.split(" ")[0])[0], "option", output);
  for (const output of ["quotas", "snapshot", "records", "metrics"]) assert.deepEqual(found(textOf(outputs[output]), planted), [], output);
});

test("the search finds what is hidden", () => {
  const { custom } = planted;
  class Odd extends Error {
    get token() {
      return custom;
    }
  }
  const hidden = [
    { deep: [{ [Symbol("s")]: custom }] },
    Object.defineProperty({}, "token", { value: custom }),
    new Error("x", { cause: new Error(custom) }),
    new Map([[custom, 1]]),
    new Odd(),
    { toJSON: () => custom },
    { note: Buffer.from(custom).toString("base64") },
    { [custom]: 1 },
  ];
  for (const value of hidden) assert.ok(found(textOf({ value, other: {} }, new Set([{}])), planted).some((text) => text.startsWith("custom")), inspect(value));
  const exempt = new Error(custom);
  assert.deepEqual(found(textOf({ exempt, list: [exempt] }, new Set([exempt])), planted), []);
});

test("a plain code, a tenant's name and a bucket's id are shown", async () => {
  const { outputs } = await walk({
    options: { rateLimit: { scope: ({ headers }) => headers.get("x-tenant") ?? "tenant-17" }, fetch: failing("ECONNRESET"), retry: false },
  });
  assert.equal(outputs.records[0].attempts[0].error, "TypeError ECONNRESET");
  assert.equal(outputs.events.find(({ type }) => type === "failure").label, "TypeError ECONNRESET");
  const read = readQuotas({ "x-ratelimit-bucket": "abcd1234abcd1234abcd1234abcd1234", "x-ratelimit-limit": "5", "x-ratelimit-remaining": "4" });
  assert.equal(read.quotas[0].name, "abcd1234abcd1234abcd1234abcd1234");
});

test("a scope's word that repeats eight characters of what may be secret is shown as a hash, in any case and as base64", async () => {
  const words = ({ headers, url }) => {
    const token = headers.get("authorization").split(" ")[1];
    const query = new URL(url).searchParams.get("key");
    return [token.slice(0, 10), token.slice(5, 13), token.toUpperCase(), `t/${btoa(token)}`, `t-${btoa(headers.get("x-tenant-token").slice(2, 14))}`, query.slice(3), new URL(url).hash.slice(4)];
  };
  for (let n = 0; n < 7; n++) {
    const { outputs } = await walk({ options: { rateLimit: { scope: (view) => words(view)[n] } } });
    for (const [name, value] of [["quotas", outputs.quotas], ["snapshot", outputs.snapshot.quotas]]) {
      assert.ok(value.length > 0 && value.every(({ scope }) => /^#[0-9a-f]{8}$/.test(scope)), `${name}: ${n}: ${inspect(value)}`);
    }
  }
  for (const word of ["tenant-17", "application/json", "requests"]) {
    const { outputs } = await walk({ init: () => ({ headers: { ...headers, accept: "application/json" } }), options: { rateLimit: { scope: () => word } } });
    assert.equal(outputs.quotas[0].scope, word);
  }
});
