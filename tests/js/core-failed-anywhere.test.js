// A trap at every place where the shell asks the core: whatever a call is in the middle of, it ends, and leaves nothing behind.
// The module is the real one; what it exports throws once, as a trap does.
import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { test } from "node:test";
import { load, URL } from "./capped.js";
import { virtualHost } from "./virtual.js";

/** The exports that were asked, and which of them is to trap, from 1. */
let asked = [];
let trapAt = Infinity;
let trapped = "";
const { Instance } = WebAssembly;
WebAssembly.Instance = class {
  constructor(module, imports) {
    const { exports } = new Instance(module, imports);
    // Not the start, with which there is no instance yet, nor what the garbage collector calls when it likes.
    const isAsked = (key) => typeof exports[key] === "function" && !/^__wb.*(_start|_free)$/.test(key);
    const asking = (key) => (isAsked(key) ? (...args) => ask(key, () => exports[key](...args)) : exports[key]);
    this.exports = Object.fromEntries(Object.keys(exports).map((key) => [key, asking(key)]));
  }
};
function ask(key, does) {
  if (asked.push(key) === trapAt) {
    trapAt = Infinity;
    trapped = key;
    throw new WebAssembly.RuntimeError("unreachable");
  }
  return does();
}

const unhandled = [];
process.on("unhandledRejection", (error) => unhandled.push(error));

const json = { "content-type": "application/json" };
/** What the server says, by path, each in turn and the last one for ever. */
const ANSWERS = {
  "/good": () => new Response("good"),
  "/limited": () => new Response('{"error":"slow down","retry_after":2}', { status: 429, headers: json }),
  "/down": () => new Response("down", { status: 503, headers: { "retry-after": "1" } }),
  "/told": () => new Response("told", { headers: { ratelimit: '"a";r=0;t=3', "ratelimit-policy": '"a";q=1;w=3' } }),
  "/broken": () => Promise.reject(new TypeError("fetch failed")),
};

/** Some calls of every kind, to their end. */
async function story(it, unavailable, signal) {
  const clock = virtualHost();
  const events = [];
  const base = it.createPolicy({
    host: clock.host,
    unavailable,
    onEvent: (event) => events.push(event),
    retry: { maxAttempts: 2, decide: () => undefined },
    rateLimit: { maxConcurrent: 2 },
    fetch: async (input) => {
      await new Promise((resolve) => clock.host.setTimeout(resolve, 50));
      return ANSWERS[new globalThis.URL(input).pathname]();
    },
  });
  const hedged = base.extend({ hedge: { delay: 10 }, throwHttpErrors: true });
  const ended = [];
  const call = (policy, path, options) => {
    const index = ended.push(undefined) - 1;
    let promise;
    assert.doesNotThrow(() => (promise = policy.fetch(new globalThis.URL(path, URL).href, { signal }, options)), trapped);
    promise.then(
      (response) => (ended[index] = { path, response }),
      (error) => (ended[index] = { path, error }),
    );
  };
  for (const path of Object.keys(ANSWERS)) call(base, path);
  for (const path of Object.keys(ANSWERS)) call(hedged, path, { timeout: { total: 20_000 }, idempotencyKey: "auto" });
  await clock.pass(200);
  call(base, "/told", { priority: 1 });
  call(base, "/good");
  await clock.pass(600_000);
  return { clock, events, ended, base };
}

/** The story with a trap at the place `at`: all of its calls end as they may, and the next one is served. */
async function check(it, unavailable, at) {
  const { signal } = new AbortController();
  [asked, trapAt, trapped] = [[], at, ""];
  const { clock, events, ended, base } = await story(it, unavailable, signal);
  const where = `${unavailable}, the ${at}th: ${trapped}`;
  for (const [index, result] of ended.entries()) {
    assert.ok(result !== undefined, `${where}: call ${index} hangs`);
    const { error } = result;
    const isNatural = error === undefined || error.message === "fetch failed" || ["AbortError", "TimeoutError"].includes(error.name);
    const isOurs = it.PolicyError.is(error) && error.code !== "internal" && (error.code !== "core-failed" || unavailable === "throw");
    assert.ok(isNatural || isOurs, `${where}: ${result.path}: ${error?.stack}`);
  }
  assert.equal(clock.timers.size, 0, where);
  assert.equal(getEventListeners(signal, "abort").length, 0, where);
  assert.ok(events.filter(({ type }) => type === "core-failed").length <= 1, where);
  for (const { type, delay } of events) if (type === "wait") assert.ok(delay >= 0, where);
  assert.deepEqual(unhandled, [], where);
  const next = base.fetch(new globalThis.URL("/good", URL));
  await clock.pass(60_000);
  assert.equal((await next).status, 200, where);
  return trapped;
}

/** Asked once for a copy of the package, which remembers them. */
const REMEMBERED = ["engine_reason", "names"];

for (const unavailable of ["throw", "bypass"]) {
  test(`a trap at any place ends all calls ("${unavailable}")`, async () => {
    const it = await load("node", {});
    asked = [];
    await story(it, unavailable, new AbortController().signal);
    const first = asked;
    const traps = new Set();
    for (const [index, key] of first.entries()) {
      if (REMEMBERED.includes(key)) traps.add(await check(await load("node", {}), unavailable, index + 1));
    }
    asked = [];
    await story(it, unavailable, new AbortController().signal);
    const total = asked.length;
    for (let at = 1; at <= total; at++) traps.add(await check(it, unavailable, at));
    assert.deepEqual([...new Set(first)].filter((key) => !traps.has(key)), [], "each export that was asked has trapped");
    assert.ok(traps.size > 15, [...traps].join());
  });
}
