// Run by faults.test.js with --expose-gc: what is left of calls that are over, however they ended.
import { createPolicy } from "fetch-with-policy";
import { heap, linear } from "../footprint.js";

let now = 0;
const timers = new Set();
const host = {
  now: () => 1_795_305_600_000 + now,
  monotonic: () => now,
  // Each timer moves the clock to its time, in a turn of its own.
  setTimeout(callback, ms) {
    const timer = { ms };
    timers.add(timer);
    setImmediate(() => timers.delete(timer) && ((now += ms), callback()));
    return timer;
  },
  clearTimeout: (timer) => void timers.delete(timer),
};

let sends = 0;
const URL = "https://api.example.com/items";
const body = "x".repeat(1000);
async function fetch(_, { signal, kind }) {
  switch (sends++ && kind) {
    case 1:
      return new Response(body, { status: sends % 2 === 0 ? 200 : 503, headers: { "retry-after": "1" } });
    case 2:
      throw new TypeError("fetch failed");
    case 3:
      return await new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason), { once: true }));
    case 4:
      return new Response(body, { status: 403 });
    default:
      return new Response(body, { headers: { "x-ratelimit-limit": "1000", "x-ratelimit-remaining": "999", "x-ratelimit-reset": "60" } });
  }
}

const policy = createPolicy({ host, fetch, retry: { maxAttempts: 2, budget: false } });
// A signal of its own for each: Node 20 keeps 50 bytes on a signal for each that `AbortSignal.any` made of it.
const timed = policy.extend({ timeout: { attempt: 1e6 } });
const { signal: shared } = new AbortController();

async function lap(calls) {
  for (let n = 0; n < calls; n += 100) {
    const round = Array.from({ length: 100 }, (_, k) => {
      const kind = k % 6;
      const init = { kind: kind === 5 ? 1 : kind };
      if (kind % 2 === 0) return policy.fetch(URL, { ...init, signal: shared });
      const controller = new AbortController();
      const call = timed.fetch(URL, { ...init, signal: controller.signal });
      if (kind !== 1) setImmediate(() => controller.abort());
      return call;
    });
    await Promise.allSettled(round);
  }
  return calls;
}

// What is built once and kept is built in the first laps.
await lap(10_000);
const [before, linearBefore] = [await heap(), linear()];
const calls = await lap(100_000);
console.log(JSON.stringify({ calls, heap: (await heap()) - before, linear: linear() - linearBefore, timers: timers.size, sends }));
process.exit(0);
