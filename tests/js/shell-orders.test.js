// A core that comes late, fails and comes again, in thousands of random orders of calls, responses, aborts, time limits, body reads and
// hidden pages: every call settles once with the right thing, and its record and its events match what was sent. ORDERS=5000 runs as many.
import assert from "node:assert/strict";
import { test } from "node:test";
import * as whole from "fetch-with-policy";
import { fakeGlobals, freshShell } from "./fresh-shell.js";
import { playOrder, scriptOf } from "./shell-orders.js";
import { chance } from "./turns.js";
import { settled } from "./virtual.js";

const ORDERS = Number(process.env.ORDERS ?? 150);
const FROM = Number(process.env.FROM ?? 1);

test("in any order of events every call settles once, and records and events match what was sent", { timeout: 3_600_000 }, async () => {
  const met = {};
  for (let seed = FROM; seed < FROM + ORDERS; seed++) {
    const script = scriptOf(chance(seed));
    let open;
    const gate = { isOpen: false, isShut: false };
    const shell = await freshShell(() => new Promise((resolve, reject) => {
      if (gate.isOpen) resolve();
      else if (gate.isShut) reject(new Error("gone"));
      else open = { resolve, reject };
    }));
    const core = {
      /** A load that is under way ends, and those that follow end alike. */
      arrive: () => ((gate.isOpen = true), open?.resolve()),
      fail: (isLasting) => ((gate.isOpen = false), (gate.isShut = isLasting), open?.reject(new Error("gone")), (open = undefined)),
    };
    const faults = await playOrder(script, shell, core, seed, met);
    assert.deepEqual(faults, [], `seed ${seed}: ${JSON.stringify(script)}`);
  }
  if (ORDERS < 150) return;
  for (const what of ["response", "error", "AbortError", "TimeoutError", "TypeError", "retried", "degraded", "adopted", "read", "hidden"]) assert.ok(met[what] > 0, `${what}: ${JSON.stringify(met)}`);
});

/** Calls at random times to a server whose response depends on the call and the attempt alone: what each came to, and the quotas. */
async function serve(entry, seed, rest, begin = () => {}) {
  const { clock, restore } = fakeGlobals(chance(seed));
  const next = chance(seed);
  const calls = Array.from({ length: 10 + Math.floor(next() * 40) }, (_, n) => ({ url: `https://${next() < 0.8 ? "a" : "b"}.example/${n}`, at: Math.floor(next() * 3000), fails: next() < 0.1, status: next() < 0.1 ? 404 : 200, latency: 50 }));
  const met = new Map();
  globalThis.fetch = (url) =>
    new Promise((resolve) => {
      const call = calls.find((call) => call.url === url);
      const { origin } = new URL(url);
      const used = (met.get(origin) ?? 0) + 1;
      met.set(origin, used);
      const isFirst = call.sends === undefined;
      call.sends = (call.sends ?? 0) + 1;
      const headers = { "ratelimit-limit": "1000", "ratelimit-remaining": `${1000 - used}`, "ratelimit-reset": "3600" };
      clock.host.setTimeout(() => resolve(new Response("x", { status: isFirst && call.fails ? 503 : call.status, headers })), call.latency);
    });
  try {
    const policy = entry.createPolicy({ retry: { maxAttempts: 10, budget: false } });
    begin(clock);
    const ends = [];
    for (const [n, { url, at }] of calls.entries()) clock.host.setTimeout(() => policy.fetch(url).then((response) => (ends[n] = response), (error) => (ends[n] = error)), at);
    await clock.pass(60_000, 0, rest);
    await rest();
    return {
      ends: ends.map((response) => [response.status, entry.callRecord(response).attempts.map(({ status }) => status), entry.callRecord(response).gaveUp]),
      // Where responses come together, the core may count a few requests more, never fewer.
      quotas: policy.quotas().map(({ scope, limit, remaining, inFlight, waiting }) => ({ scope, limit, inFlight, waiting, isRight: remaining <= 1000 - met.get(scope) && remaining >= 995 - met.get(scope) })),
    };
  } finally {
    restore();
  }
}

test("whenever the core comes, each call ends as if it had been there, and so do the quotas", { timeout: 3_600_000 }, async () => {
  for (let seed = FROM; seed < FROM + ORDERS / 5; seed++) {
    const expected = await serve(whole, seed, settled);
    let open;
    const shell = await freshShell(() => new Promise((resolve) => (open = resolve)));
    const late = Math.floor(chance(seed + 0.5)() * 8000);
    const actual = await serve(shell, seed, shell.rest, (clock) => {
      shell.initPolicy();
      clock.host.setTimeout(() => open(), late);
    });
    assert.deepEqual(actual, expected, `seed ${seed}, the core comes after ${late} ms`);
  }
});
