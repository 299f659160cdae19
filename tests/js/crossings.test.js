// How often a call asks the core: the exports of the module that each kind of call uses, from its start to its end.
import assert from "node:assert/strict";
import { test } from "node:test";
import { virtualHost } from "./virtual.js";

/** How often each export was called. @type {Record<string, number>} */
let asked = {};
const { Instance } = WebAssembly;
WebAssembly.Instance = class {
  constructor(module, imports) {
    const { exports } = new Instance(module, imports);
    // Not what the garbage collector calls when it likes, nor what only makes room for a text.
    const isAsked = (key) => /^(?:engine|plan)_/.test(key) && typeof exports[key] === "function";
    this.exports = Object.fromEntries(Object.entries(exports).map(([key, part]) => [key, isAsked(key) ? counting(key, part) : part]));
  }
};
const counting = (key, part) => (...args) => {
  const name = key.replace(/^engine_/, "");
  asked[name] = (asked[name] ?? 0) + 1;
  return part(...args);
};

const { createPolicy } = await import("fetch-with-policy");
const URL = "https://api.example.com/items";
const QUOTA = { ratelimit: '"a";r=5;t=3', "ratelimit-policy": '"a";q=6;w=3' };

/** What the call and `options` cross. @param {(() => Response)[]} answers @param {any} [options] */
async function crossings(answers, options = {}) {
  const clock = virtualHost();
  const left = [...answers];
  const fetch = async () => {
    const answer = left.shift();
    await new Promise((resolve) => clock.host.setTimeout(resolve, 20));
    return answer();
  };
  const policy = createPolicy({ host: clock.host, fetch, ...options });
  asked = {};
  const call = policy.fetch(URL);
  let isOver = false;
  call.catch(() => {}).finally(() => (isOver = true));
  for (let n = 0; n < 200 && !isOver; n++) await clock.pass(50);
  await call;
  assert.equal(left.length, 0);
  return asked;
}

const good = () => new Response("good", { headers: QUOTA });
const down = () => new Response("down", { status: 503, headers: { "retry-after": "1" } });
const limited = () => new Response('{"retry_after":2}', { status: 429, headers: { "content-type": "application/json" } });

/** Kinds of calls, and the most that each may ask. */
const CALLS = [
  { name: "sent once", answers: [good], most: { start: 1, tell: 1, detail: 3, respond: 1, notice: 1, end: 1 } },
  { name: "sent once, with a listener", answers: [good], options: { onEvent() {} }, most: { start: 1, tell: 1, detail: 5, respond: 1, notice: 1, quotas: 1, end: 1 } },
  { name: "sent twice", answers: [down, good], most: { start: 1, tell: 2, detail: 7, respond: 2, notice: 2, reason: 1, quotas: 1, woken: 1, end: 1 } },
  { name: "one whose response's body is read for a quota", answers: [limited, good], most: { start: 1, tell: 2, detail: 9, respond: 2, body: 1, notice: 2, reason: 1, quotas: 1, woken: 1, end: 1 } },
  {
    name: "one whose caller decides and makes headers",
    answers: [down, good],
    options: { retry: { decide: () => undefined }, prepare: () => ({ "x-a": "1" }) },
    most: { start: 1, tell: 4, prepared: 2, detail: 11, know: 2, respond: 2, notice: 2, reason: 1, quotas: 1, woken: 1, end: 1 },
  },
  { name: "hedged", answers: [good, good], options: { hedge: { delay: 10 } }, most: { start: 1, tell: 2, detail: 6, respond: 1, notice: 1, label: 1, end: 1 } },
];

for (const { name, answers, options, most } of CALLS) {
  test(`a call asks the core no more often than it must: ${name}`, async () => {
    const asked = await crossings(answers, options);
    assert.ok(asked.start === 1 && asked.end === 1, "the exports are counted");
    const tooMany = Object.entries(asked).filter(([key, times]) => times > (most[key] ?? 0));
    assert.deepEqual(tooMany, [], JSON.stringify(asked));
  });
}
