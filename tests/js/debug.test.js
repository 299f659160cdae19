// The logger's lines and the store's states, of policies on a virtual clock.
import assert from "node:assert/strict";
import { test } from "node:test";
import { createPolicy, PolicyOptionError } from "fetch-with-policy";
import { logger } from "fetch-with-policy/debug";
import { createLedger } from "fetch-with-policy/share";
import { callStore, watchQuotas } from "fetch-with-policy/state";
import { virtualHost } from "./virtual.js";

const URL = "https://api.example.com/items?token=secret";
const QUOTA = { ratelimit: '"a";r=0;t=4', "ratelimit-policy": '"a";q=1;w=4' };

/** Makes calls one after the other; each response takes 20 ms. */
async function play(onEvent, answers, { calls = 1, ...options } = {}) {
  const clock = virtualHost();
  const left = [...answers];
  const fetch = async () => {
    await new Promise((resolve) => clock.host.setTimeout(resolve, 20));
    return left.shift()();
  };
  const policy = createPolicy({ host: clock.host, fetch, onEvent, ...options });
  let over = 0;
  for (let n = 0; n < calls; n++) policy.fetch(URL).catch(() => {}).finally(() => over++);
  for (let n = 0; n < 1000 && over < calls; n++) await clock.pass(50);
  assert.equal(over, calls);
  return clock;
}

const fine = () => new Response("fine");
const down = () => new Response("down", { status: 503, headers: { "retry-after": "2" } });

test("a line says who waits for what until when; a long wait and an end without success are warnings", async () => {
  const [lines, warnings] = [[], []];
  const onEvent = logger({ log: (line) => lines.push(line), warn: (line) => warnings.push(line), slow: 2500 });
  await play(onEvent, [() => new Response("fine", { headers: QUOTA }), fine], { calls: 2, rateLimit: { probe: 1 } });
  await play(onEvent, [down, fine]);
  await play(onEvent, [() => new Response("no", { status: 404 })]);
  const all = [...lines, ...warnings].join("\n");
  assert.ok(!all.includes("secret"), "no query");
  assert.match(lines[0], /^\[fetch-with-policy\] #\d+ GET https:\/\/api\.example\.com\/items: send 1$/);
  assert.match(all, /waits [\d.]+ s, until \d{4}-\d\d-\d\dT[\d:.]+Z, for the quota a \(1 in 4\.0 s\), which the header ratelimit reports/);
  assert.ok(warnings.some((line) => /waits .* for the quota a/.test(line)), warnings.join("\n"));
  assert.ok(lines.some((line) => /waits 2\.\d s, .*as the server asks: retry-after/.test(line)), all);
  assert.ok(lines.some((line) => line.includes("status 200; 0 left of a (1 in 4.0 s)")), all);
  assert.match(warnings.at(-1), /gives up: not-retryable$/);
});

test("a coordinator that does not reply is a warning, what it changes is a line", async () => {
  const [lines, warnings] = [[], []];
  const onEvent = logger({ log: (line) => lines.push(line), warn: (line) => warnings.push(line) });
  const { host, pass } = virtualHost();
  const ledger = createLedger({ now: host.now });
  let asked = 0;
  const exchange = async (...args) => {
    if (asked++ === 0) throw new Error("connection refused");
    return ledger.exchange(...args);
  };
  const fetch = async () => {
    await new Promise((resolve) => host.setTimeout(resolve, 20));
    return new Response("fine", { headers: QUOTA });
  };
  const policy = createPolicy({ host, onEvent, coordinator: { exchange }, fetch });
  for (let n = 0; n < 3; n++) {
    let status = 0;
    policy.fetch(URL).then((response) => (status = response.status));
    for (let waited = 0; status === 0 && waited < 60; waited++) await pass(1000);
    assert.equal(status, 200);
  }
  assert.ok(asked >= 2);
  const [first = ""] = warnings.filter((line) => line.includes("coordinator"));
  assert.match(first, /^\[fetch-with-policy\] \S+: its coordinator does not reply, and is asked again at \d{4}-.*Z: Error: connection refused$/);
  const rest = lines.filter((line) => /coordinator|shared by/.test(line));
  assert.match(rest[0], /: its coordinator replies again$/);
  assert.match(rest[1], /: shared by 1; units of this client: \d+/);
});

test("options of the wrong type are refused by name", () => {
  for (const [options, field] of [[{ log: "x" }, "log"], [{ warn: 1 }, "warn"], [{ slow: -1 }, "slow"], [{ slow: NaN }, "slow"]]) {
    assert.throws(() => logger(options), (error) => error instanceof PolicyOptionError && error.field === field);
  }
  assert.throws(() => callStore().subscribe(5), (error) => error instanceof PolicyOptionError && error.field === "listener");
});

test("the console in use at the time of a line gets it", () => {
  const { debug } = console;
  const lines = [];
  const onEvent = logger();
  console.debug = (line) => lines.push(line);
  try {
    onEvent({ type: "attempt", call: 1, method: "GET", url: "https://a.example/", attempt: 1, at: 0 });
  } finally {
    console.debug = debug;
  }
  assert.deepEqual(lines, ["[fetch-with-policy] #1 GET https://a.example/: send 1"]);
});

test("a store shows the calls that are not over, and changes its state with each change alone", async () => {
  const store = callStore();
  const states = [];
  const stop = store.subscribe(() => states.push(store.getState()));
  assert.deepEqual(store.getState(), { calls: [], waiting: 0, nextAt: undefined });
  const clock = await play(store.onEvent, [down, fine, () => new Response("no", { status: 404 })], { calls: 2, rateLimit: { probe: 1 } });
  assert.ok(states.every((state, n) => state !== states[n - 1]), "a new object each time");
  const wait = states.find(({ calls }) => calls.some(({ waitsFor }) => waitsFor === "retry-after"));
  assert.ok(wait.waiting > 0 && wait.nextAt > clock.host.now() - 10_000 && wait.calls[0].url === "https://api.example.com/items");
  assert.deepEqual(store.getState(), { calls: [], waiting: 0, nextAt: undefined });
  assert.equal(store.getState(), store.getState());
  const count = states.length;
  stop();
  await play(store.onEvent, [fine]);
  assert.equal(states.length, count);
});

test("a listener that throws stops neither the others nor the call", async () => {
  const { error } = console;
  const store = callStore();
  let heard = 0;
  store.subscribe(() => {
    throw new Error("mine");
  });
  store.subscribe(() => heard++);
  const shown = [];
  console.error = (thrown) => shown.push(thrown.message);
  try {
    await play(store.onEvent, [fine]);
  } finally {
    console.error = error;
  }
  assert.ok(heard >= 2 && shown.length === heard && shown[0] === "mine");
});

test("a quota that is new, that changes, or that is forgotten is reported, and one that does not change is not", async () => {
  const clock = virtualHost();
  const answers = [[1, 4], [0, 4], [0, 4]];
  const fetch = async () => {
    const [left, time] = answers.shift() ?? [];
    return new Response("fine", left === undefined ? {} : { headers: { ratelimit: `"a";r=${left};t=${time}`, "ratelimit-policy": '"a";q=2;w=4' } });
  };
  const policy = createPolicy({ host: clock.host, fetch });
  const changes = [];
  const stop = watchQuotas(policy, ({ quota, previous }) => changes.push([previous?.remaining, quota?.remaining]));
  await policy.fetch(URL);
  await clock.pass(0);
  assert.deepEqual(changes.splice(0), [[undefined, 1]]);
  await policy.fetch(URL);
  await clock.pass(0);
  assert.deepEqual(changes.at(-1)?.at(-1), 0);
  changes.length = 0;
  const waits = policy.fetch(URL);
  await clock.pass(10);
  assert.deepEqual([policy.getState().waiting, changes], [1, []], "a call that waits is no change of the quota");
  await clock.pass(10_000);
  await waits;
  stop();
  changes.length = 0;
  const last = policy.fetch(URL);
  await clock.pass(10_000);
  await last;
  assert.deepEqual(changes, []);
});

test("what a policy's state no longer has is reported as forgotten, and a listener that throws does not stop the others", (context) => {
  const shown = context.mock.method(console, "error", () => {});
  let state = { quotas: [{ scope: "a", remaining: 1 }, { scope: "b", remaining: 1 }] };
  let change;
  const policy = { subscribe: (listener) => ((change = listener), () => {}), getState: () => state };
  const changes = [];
  watchQuotas(policy, (seen) => {
    changes.push(seen);
    throw new Error("mine");
  });
  state = { quotas: [{ scope: "b", remaining: 0 }] };
  change();
  assert.deepEqual(changes, [{ quota: { scope: "b", remaining: 0 }, previous: { scope: "b", remaining: 1 } }, { quota: undefined, previous: { scope: "a", remaining: 1 } }]);
  assert.equal(shown.mock.callCount(), 2);
  for (const [given, listener, field] of [[{}, () => {}, "policy"], [undefined, () => {}, "policy"], [policy, 5, "listener"]]) {
    assert.throws(() => watchQuotas(given, listener), (error) => error instanceof PolicyOptionError && error.field === field);
  }
});

test("an API that hides its headers is a warning once for each origin", () => {
  const [lines, warnings] = [[], []];
  const onEvent = logger({ log: (line) => lines.push(line), warn: (line) => warnings.push(line) });
  const quota = { source: "none", headersHidden: true, expose: "Access-Control-Expose-Headers: Date" };
  for (const host of ["a", "a", "b"]) onEvent({ type: "wait", call: 1, method: "GET", url: `https://${host}.example/`, attempt: 1, at: 0, reason: "backoff", delay: 100, until: 100, quota });
  assert.equal(warnings.length, 2);
  assert.equal(lines.length, 1);
  assert.match(warnings[0], /its API hides its headers from the page and should send Access-Control-Expose-Headers: Date$/);
});
