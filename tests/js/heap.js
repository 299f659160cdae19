// Run by waiting.test.js with --expose-gc: what a waiting call takes, beyond the promise that its caller holds.
import { createPolicy } from "fetch-with-policy";
import { heap, linear } from "./footprint.js";

const CALLS = 100_000;

const policy = createPolicy({
  fetch: async () => new Response("ok"),
  rateLimit: { maxQueue: 200_000, maxWait: 1e9, quotas: [{ limit: 10, window: 60_000 }] },
});
// An init of its own for each, as callers write it.
const call = () => policy.fetch("https://api.example.com/items", { headers: { authorization: "Bearer secret" } });
await call();

const held = new Array(CALLS).fill(null);
const empty = await heap();
for (let n = 0; n < CALLS; n++) held[n] = new Promise(() => {});
const bare = (await heap()) - empty;
held.fill(null);
const [before, linearBefore] = [await heap(), linear()];
for (let n = 0; n < CALLS; n++) held[n] = call();
const taken = (await heap()) - before;
const waiting = policy.quotas().reduce((sum, quota) => sum + quota.waiting, 0);
console.log(JSON.stringify({ waiting, heap: (taken - bare) / CALLS, linear: (linear() - linearBefore) / CALLS }));
process.exit(0);
