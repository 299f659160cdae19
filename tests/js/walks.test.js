// Random walks: hostile clocks, any response, listeners that call back into the policy, aborts and callbacks that never settle. Every
// call ends, and nothing is left. WALKS=17000 runs as many.
import assert from "node:assert/strict";
import { test } from "node:test";
import { createPolicy } from "fetch-with-policy";
import { chance } from "./turns.js";
import { settled, virtualHost } from "./virtual.js";

const WALKS = Number(process.env.WALKS ?? 1500);
const URL = "https://api.example.com/items";
const STATUSES = [200, 200, 200, 204, 400, 403, 404, 423, 425, 429, 429, 500, 503];
const HEADERS = {
  "retry-after": ["0", "1", "-5", "3", "99999999999", "Thu, 01 Jan 1970 00:00:00 GMT", "x"],
  "x-ratelimit-limit": ["0", "1", "5", "18446744073709551616"],
  "x-ratelimit-remaining": ["0", "1", "-1", "3"],
  "x-ratelimit-reset": ["0", "1", "1795305601", "1795305600123", "253402300799"],
  ratelimit: ['"a";r=0;t=1', '"a";r=2;t=0', '"a";r=0;t=999999999999999', ";;;"],
  date: ["Thu, 01 Jan 0001 00:00:00 GMT", "Fri, 31 Dec 9999 23:59:59 GMT", "Sun, 22 Nov 2026 00:00:00 GMT"],
};

/** The clocks of a host that sets its clock, and whose monotonic clock is none. */
function hostile(host, next) {
  let [wall, mono] = [0, 0];
  const jump = (share, by) => (next() < share ? (next() - 0.5) * by : 0);
  return {
    ...host,
    random: next,
    now: () => host.now() + (wall += jump(0.02, 86_400_000)),
    monotonic: () => host.monotonic() + (mono += jump(0.02, 400)),
    online: () => (next() < 0.02 ? false : undefined),
  };
}

test(`${WALKS} random walks with hostile clocks leave no call without an end`, { timeout: 600_000 }, async () => {
  const ends = {};
  for (let seed = 1; seed <= WALKS; seed++) {
    const next = chance(seed);
    const pick = (list) => list[Math.floor(next() * list.length)];
    const has = (share, value) => (next() < share ? value : undefined);
    const clock = virtualHost();
    const controllers = Array.from({ length: 8 }, () => new AbortController());
    let open = 0;
    const call = (depth) => {
      open++;
      const { signal } = pick(controllers);
      const ended = (how) => (open--, (ends[how] = (ends[how] ?? 0) + 1));
      policy.fetch(`${URL}/${Math.floor(next() * 3)}`, { method: pick(["GET", "POST", "PUT"]), signal }, has(0.2, { priority: depth, cost: pick([1, 2]) })).then(
        () => ended("response"),
        (error) => ended(error?.name ?? error),
      );
    };
    const respond = () => {
      const headers = Object.entries(HEADERS).flatMap(([name, values]) => (next() < 0.2 ? [[name, pick(values)]] : []));
      const status = pick(STATUSES);
      return new Response(status === 204 ? null : "x", { status, headers });
    };
    let nested = 0;
    const policy = createPolicy({
      host: hostile(clock.host, next),
      fetch: (_, init) => {
        const kind = next();
        if (init?.signal?.aborted) return Promise.reject(init.signal.reason);
        if (kind < 0.05) return new Promise(() => {});
        if (kind < 0.1) return Promise.reject(new TypeError("fetch failed"));
        return kind < 0.5 ? Promise.resolve(respond()) : new Promise((resolve) => clock.host.setTimeout(() => resolve(respond()), next() * 300));
      },
      prepare: has(0.2, () => (next() < 0.2 ? new Promise(() => {}) : { "x-a": "b" })),
      retry: next() < 0.2 ? false : { decide: has(0.2, () => pick([true, false, undefined, new Promise(() => {})])), initialDelay: 20, maxAttempts: 3 },
      rateLimit: next() < 0.2 ? false : { maxConcurrent: pick([1, 2, Infinity]), quotas: has(0.2, [{ limit: 2, window: 500 }]), maxWait: 5000 },
      hedge: has(0.2, { delay: 50 }),
      circuitBreaker: has(0.2, { minimumCalls: 2, openFor: 100 }),
      timeout: { total: 3000 },
      onEvent: () => {
        const kind = next();
        if (kind < 0.02) pick(controllers).abort("by a listener");
        else if (kind < 0.04 && nested++ < 5) call(1);
        else if (kind < 0.06) policy.quotas();
        else if (kind < 0.07) policy.restore(policy.snapshot());
        else if (kind < 0.08) throw new Error("a listener's");
      },
    });
    for (let n = 0; n < 10; n++) call(0);
    await clock.pass(next() * 2000);
    for (const controller of controllers) if (next() < 0.2) controller.abort("by the caller");
    await clock.pass(60_000);
    assert.deepEqual([seed, open], [seed, 0]);
    await clock.pass(1000);
    for (const { inFlight, waiting } of policy.quotas()) assert.deepEqual([seed, inFlight, waiting], [seed, 0, 0]);
  }
  for (const how of ["response", "TimeoutError", "by a listener", "by the caller", "TypeError"]) assert.ok(ends[how] > WALKS / 20, `${how}: ${ends[how]} of ${JSON.stringify(ends)}`);
  await settled();
});
