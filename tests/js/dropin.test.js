// A fetch with a policy cannot be told from fetch: what the host is handed, when, and what the caller gets. Where the host's
// own fetch answers the question, both are asked and compared. Many rows are facts that the Web Platform Tests of fetch check.
import assert from "node:assert/strict";
import { test } from "node:test";
import { createPolicy, fetchWithPolicy } from "fetch-with-policy";
import { scripted } from "./scripted.js";
import { settled } from "./virtual.js";

const URL = "https://api.example.com/items";
const QUICK = { retry: { initialDelay: 1, jitter: "none", budget: false } };

// What it loads for its coordinator is here after a turn.
const shared = createPolicy({ coordinator: { exchange: () => new Promise(() => {}) } });
await settled();

/** All the ways in, over `host` as the host's fetch. */
function* waysIn(host = fetch, retry = QUICK.retry) {
  const policy = createPolicy({ retry, fetch: host });
  yield ["policy.fetch", policy.fetch];
  yield ["fetchWithPolicy", (input, init) => fetchWithPolicy(input, init, policy)];
  yield ["an extended policy", policy.extend({ timeout: { attempt: 5000, total: 9000 } }).fetch];
  yield ["a policy whose coordinator never replies", shared.extend({ retry, fetch: host }).fetch];
}

test("it takes one argument, as fetch does, and gives a Promise", async () => {
  assert.deepEqual([fetchWithPolicy.length, createPolicy().fetch.length], [1, 1]);
  for (const [name, ours] of waysIn(async () => new Response())) {
    const promise = ours(URL);
    assert.equal(Object.getPrototypeOf(promise), Promise.prototype, name);
    await promise;
  }
});

test("under Next a resend carries a signal, since without one an equal GET is answered from the memory of the render", async (context) => {
  const { fetch } = globalThis;
  context.after(() => (globalThis.fetch = fetch));
  globalThis.fetch = Object.assign(async () => new Response(), { __nextPatched: true });
  const own = new AbortController().signal;
  const rows = [[URL], [URL, { headers: { a: "b" } }], [new Request(URL)], [URL, { signal: own }]];
  for (const [input, init] of rows) {
    const memory = new Map();
    // As Next does it while React renders: by the address alone, and not where init has a signal.
    const render = async (asked, init) => {
      const key = asked.url ?? asked;
      if (!init?.signal && memory.has(key)) return memory.get(key).clone();
      const response = new Response(null, { status: memory.size === 0 ? 503 : 200 });
      memory.set(init?.signal ? init.signal : key, response);
      return response;
    };
    const policy = createPolicy({ retry: QUICK.retry, fetch: render });
    assert.equal((await policy.fetch(input, init)).status, 200);
    if (init?.signal === own) assert.deepEqual([...memory.keys()], [own], "the caller's own stays");
  }
});

test("the host is called in the caller's turn with the caller's own objects, and `this` is nobody's", async () => {
  const seen = [];
  const answer = Promise.resolve(new Response());
  function host(...args) {
    seen.push([this, ...args]);
    return answer;
  }
  const policy = createPolicy({ fetch: host, rateLimit: { probe: Infinity } });
  const request = new Request(URL, { method: "PUT", body: "x" });
  const init = Object.freeze({ method: "POST", headers: Object.freeze({ a: "b" }), body: new FormData() });
  const calls = [[URL], [URL, undefined], [URL, null], [new globalThis.URL(URL)], [request], [new Request(URL), init], [URL, init]];
  for (const args of calls) {
    const before = seen.length;
    policy.fetch.call({ its: "owner" }, ...args);
    assert.equal(seen.length, before + 1, "sent before the call returned");
    const [self, ...given] = seen.at(-1);
    assert.equal(self, undefined);
    assert.equal(given.length, args.length);
    for (const [n, arg] of args.entries()) assert.equal(given[n], arg);
  }
  await settled();
});

test("no Request is built, neither for the first send nor for a later one", async (t) => {
  let built = 0;
  const { Request } = globalThis;
  globalThis.Request = class extends Request {
    constructor(...args) {
      super(...args);
      built++;
    }
  };
  t.after(() => (globalThis.Request = Request));
  const events = [];
  const stage = scripted([[503], [429], [200]], { prepare: (view) => ({ "x-url": view.url }), onEvent: (event) => events.push(event), timeout: { attempt: 1000 } });
  assert.equal((await stage.call([URL, { method: "PUT", body: "x" }])).response.status, 200);
  assert.deepEqual([stage.sends.length, built], [3, 0]);
});

const ODD = Symbol("a member that is a symbol");
// Whatever fetch knows today, what single hosts add to it, and what nobody knows yet.
const MEMBERS = {
  method: "PUT",
  headers: { a: "b" },
  body: "x",
  redirect: "manual",
  cache: "no-store",
  credentials: "omit",
  keepalive: true,
  duplex: "half",
  priority: "high",
  integrity: "sha256-AAAA",
  mode: "cors",
  referrer: "",
  referrerPolicy: "no-referrer",
  window: null,
  signal: new AbortController().signal,
  dispatcher: {},
  cf: { cacheTtl: 1 },
  next: { revalidate: 1 },
  targetAddressSpace: "private",
  [ODD]: 1,
};

test("members of init are neither set nor dropped, on the first send and on later ones", async () => {
  const every = scripted([[503], [503], [200]]);
  await every.call([URL, MEMBERS]);
  assert.equal(every.sends.length, 3);
  for (const { init } of every.sends) assert.deepEqual(init, MEMBERS);
  for (const key of Reflect.ownKeys(MEMBERS).filter((key) => key !== "body")) {
    const single = { [key]: MEMBERS[key] };
    const stage = scripted([[503], [200]]);
    await stage.call([URL, single]);
    for (const { init } of stage.sends) assert.deepEqual(init, single);
  }
});

test("a call without init has none on later sends either", async () => {
  const counts = [];
  const host = async (...args) => new Response(null, { status: counts.push(args.length) < 3 ? 503 : 200 });
  await createPolicy({ ...QUICK, fetch: host }).fetch(URL);
  assert.deepEqual(counts, [1, 1, 1]);
});

test("an init that waited for its turn is sent with all its members", async () => {
  const stage = scripted([[200]], { rateLimit: { quotas: [{ limit: 1, window: 1000 }] } });
  await stage.call();
  await stage.call([URL, MEMBERS]);
  assert.ok(stage.times[1] >= 1000);
  assert.deepEqual(stage.sends[1].init, MEMBERS);
});

test("options set what they are for, and nothing else", async () => {
  const rows = [
    [{ timeout: { attempt: 1000 } }, ["signal"]],
    [{ prepare: () => ({ authorization: "x" }) }, ["headers"]],
    [{ idempotencyKey: () => "key" }, ["headers"]],
    [{ body: () => "anew" }, ["body"]],
  ];
  for (const [options, set] of rows) {
    const stage = scripted([[503], [200]], options);
    await stage.call([URL, MEMBERS]);
    assert.equal(stage.sends.length, 2);
    for (const { init } of stage.sends) {
      const without = ({ ...members }) => (set.forEach((key) => delete members[key]), members);
      assert.deepEqual(without(init), without(MEMBERS), set[0]);
      assert.deepEqual(Reflect.ownKeys(init).sort(byName), Reflect.ownKeys(MEMBERS).sort(byName));
    }
    const bare = scripted([[503], [200]], options);
    await bare.call([URL]);
    for (const { init } of bare.sends) assert.deepEqual(Reflect.ownKeys(init), set);
  }
});
const byName = (a, b) => String(a).localeCompare(String(b));

test("an init that is no plain object is handed over as it is, each time", async () => {
  class Init {
    #method = "PUT";
    get method() {
      return this.#method;
    }
  }
  for (const init of [new Init(), Object.create({ method: "PUT" })]) {
    const stage = scripted([[503], [200]]);
    await stage.call([URL, init]);
    assert.ok(stage.sends.length === 2 && stage.sends.every((send) => send.init === init));
  }
});

test("a Request is handed over itself first, and later as its own equal", async () => {
  const settings = { method: "PUT", redirect: "manual", cache: "no-store", credentials: "omit", keepalive: true, integrity: "sha256-AAAA", mode: "same-origin", referrerPolicy: "no-referrer" };
  const request = new Request(URL, { ...settings, body: "x", duplex: "half", headers: { a: "b" } });
  const bodies = [];
  const stage = scripted([async (input) => (bodies.push(await input.text()), [bodies.length < 3 ? 503 : 200])]);
  await stage.call([request]);
  assert.equal(stage.sends[0].input, request);
  assert.equal(request.bodyUsed, true, "as after a fetch");
  assert.deepEqual(bodies, ["x", "x", "x"]);
  for (const { input } of stage.sends) {
    for (const [key, value] of Object.entries(settings)) assert.equal(input[key], value, key);
    assert.deepEqual([...input.headers], [...request.headers]);
  }
  const bare = new Request(URL);
  const again = scripted([[503], [200]]);
  await again.call([bare]);
  assert.ok(again.sends.every(({ input }) => input === bare), "one without a body is never copied");
});

test("the Response is the host's own, and unread", async () => {
  for (const status of [200, 204, 301, 400, 403, 404, 429, 500, 503]) {
    const response = new Response(status === 204 ? null : '{"error":"x"}', { status });
    for (const [name, ours] of waysIn(async () => response, { maxAttempts: 1 })) {
      assert.equal(await ours(URL), response, name);
      assert.deepEqual([response.bodyUsed, response.body?.locked ?? false], [false, false], `${name} ${status}`);
      // The others share its state, and would wait.
      if (status === 429) break;
    }
  }
});

const thrower = () => {
  throw new RangeError("mine");
};
const used = async () => {
  const request = new Request(URL, { method: "POST", body: "x" });
  await request.text();
  return request;
};
const locked = () => {
  const stream = new ReadableStream();
  stream.getReader();
  return stream;
};

test("what fetch rejects is rejected with the same words, never thrown, and never asked of the host twice", async () => {
  const aborted = AbortSignal.abort();
  const rows = [
    () => [undefined],
    () => [null],
    () => [""],
    () => ["/relative"],
    () => ["http://"],
    () => ["https://user:password@api.example.com/"],
    () => [Symbol("x")],
    () => [{ toString: thrower }],
    () => [URL, 1],
    () => [URL, "init"],
    () => [URL, { method: "GE T" }],
    () => [URL, { method: "CONNECT" }],
    () => [URL, { method: Symbol("x") }],
    () => [URL, { method: { toString: thrower } }],
    () => [URL, { body: "x" }],
    () => [URL, { method: "HEAD", body: "x" }],
    () => [URL, { headers: { "": "x" } }],
    () => [URL, { headers: { a: "\0" } }],
    () => [URL, { headers: { a: "\u1234" } }],
    () => [URL, { headers: [["a"]] }],
    () => [URL, { headers: 1 }],
    () => [URL, { headers: new Proxy({}, { ownKeys: thrower }) }],
    () => [URL, { signal: 1 }],
    () => [URL, { signal: {} }],
    () => [URL, { mode: "navigate" }],
    () => [URL, { mode: "none such" }],
    () => [URL, { redirect: "none such" }],
    () => [URL, { window: {} }],
    () => [URL, { cache: "only-if-cached" }],
    () => [URL, { method: "POST", body: locked(), duplex: "half" }],
    () => [URL, { method: "POST", body: new ReadableStream() }],
    () => [URL, { get method() { return thrower(); } }],
    () => [URL, { get signal() { return thrower(); } }],
    () => [URL, { get headers() { return thrower(); } }],
    () => [URL, { get body() { return thrower(); } }],
    async () => [await used()],
    () => ["none-such:x"],
    () => ["http://127.0.0.1:6666/"],
    // The arguments are judged before the signal.
    () => ["http://", { signal: aborted }],
    () => [URL, { signal: aborted, method: "GE T" }],
    () => [URL, { signal: aborted, mode: "navigate" }],
    () => [URL, { signal: aborted, window: {} }],
    () => ["https://user:password@api.example.com/", { signal: aborted }],
  ];
  const told = (error) => [error?.name, error?.message, error?.cause?.message];
  for (const [index, args] of rows.entries()) {
    const expected = await fetch(...(await args())).then(() => assert.fail(`row ${index} is no error`), told);
    let sends = 0;
    for (const [name, ours] of waysIn((...given) => (sends++, fetch(...given)))) {
      sends = 0;
      let promise;
      const given = await args();
      assert.doesNotThrow(() => (promise = ours(...given)), `${name}, row ${index}`);
      assert.deepEqual(await promise.then(() => "no error", told), expected, `${name}, row ${index}`);
      assert.ok(sends <= 1, `${name}, row ${index}: ${sends} sends`);
    }
  }
});

test("a call without arguments asks the host without any, and does not fetch an address named undefined", async (t) => {
  globalThis.location = { href: "https://page.example/" };
  t.after(() => delete globalThis.location);
  const counts = [];
  const original = globalThis.fetch;
  t.after(() => (globalThis.fetch = original));
  globalThis.fetch = async (...args) => (counts.push(args.length), new Response());
  await createPolicy().fetch();
  await fetchWithPolicy();
  assert.deepEqual(counts, [0, 0]);
});

test("a transport that throws instead of rejecting makes a rejection", async () => {
  for (const [name, ours] of waysIn(thrower)) {
    let promise;
    assert.doesNotThrow(() => (promise = ours(URL)), name);
    await assert.rejects(promise, { message: "mine" });
    await assert.rejects(ours("data:,x"), { message: "mine" });
  }
});

test("headers that can be read only once reach the host unread, and are not sent again without them", async () => {
  const seen = [];
  const host = async (input, init) => (seen.push([...new Headers(init.headers)]), new Response(null, { status: 503 }));
  const once = function* () {
    yield ["authorization", "secret"];
  };
  const policy = createPolicy({ ...QUICK, fetch: host });
  await policy.fetch(URL, { headers: once() });
  await policy.extend({ rateLimit: { scope: () => "x" } }).fetch(URL, { headers: once() });
  assert.deepEqual(seen, [[["authorization", "secret"]], [["authorization", "secret"]]]);
});

test("headers of every form are sent again as they were", async () => {
  const pairs = [["a", "1"], ["b", "2"]];
  for (const headers of [{ a: "1", b: "2" }, pairs, new Headers(pairs), new Map(pairs), new Set(pairs)]) {
    const stage = scripted([[503], [200]]);
    await stage.call([URL, { headers }]);
    assert.deepEqual(stage.sends.map(({ init }) => [...new Headers(init.headers)]), [pairs, pairs]);
  }
});

test("methods are sent as the caller wrote them", async () => {
  for (const method of ["get", "pUt", "patch", "QUERY", "x-custom"]) {
    const stage = scripted([[200]]);
    await stage.call([URL, { method }]);
    assert.equal(stage.sends[0].init.method, method);
  }
});

test("what is not HTTP is the host's, untouched", async () => {
  const seen = [];
  const policy = createPolicy({ rateLimit: { quotas: [{ limit: 1, window: 60_000 }] }, fetch: (...args) => (seen.push(args), fetch(...args)) });
  const blob = globalThis.URL.createObjectURL(new Blob(["of a blob"]));
  for (let n = 0; n < 3; n++) {
    assert.equal(await (await policy.fetch("data:,of%20data")).text(), "of data");
    assert.equal(await (await policy.fetch(blob)).text(), "of a blob");
  }
  globalThis.URL.revokeObjectURL(blob);
  assert.deepEqual(policy.quotas(), []);
});
