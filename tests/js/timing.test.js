// `userTiming`: what a performance panel and an observer see of a call, and what stays behind.
import assert from "node:assert/strict";
import { PerformanceObserver } from "node:perf_hooks";
import { test } from "node:test";
import { createPolicy } from "fetch-with-policy";
import { script, serve } from "./server.js";

const QUICK = { initialDelay: 1, budget: false };

/** The measures that are made while `run` runs. */
async function observed(run) {
  const entries = [];
  const observer = new PerformanceObserver((list) => entries.push(...list.getEntries()));
  observer.observe({ entryTypes: ["measure"] });
  await run();
  await new Promise((resolve) => setTimeout(resolve, 10));
  observer.disconnect();
  return entries;
}

test("attempts and waits are measured, on a track of their origin, and nothing stays in the buffer", async () => {
  const server = await serve(script([503, { "retry-after": "1" }], [200]));
  const { url } = server;
  const started = performance.now();
  const entries = await observed(async () => {
    await createPolicy({ userTiming: true }).fetch(`${url}/items?token=1#part`);
    await assert.rejects(createPolicy({ userTiming: true, retry: QUICK }).fetch("http://127.0.0.1:1/", { method: "POST" }));
  });
  await server.close();
  const prefix = `fetch-with-policy GET ${url}/items`;
  assert.deepEqual(entries.map(({ name }) => name), [`${prefix} attempt 1`, `${prefix} wait retry-after`, `${prefix} attempt 2`, "fetch-with-policy POST http://127.0.0.1:1/ attempt 1"]);
  const [failed, wait, good, refused] = entries;
  assert.ok(wait.duration >= 999, wait.duration);
  assert.ok(failed.startTime >= started && failed.duration > 0, failed.duration);
  assert.ok(failed.startTime + failed.duration <= wait.startTime + 0.5 && wait.startTime + wait.duration <= good.startTime + 0.5, "one after the other");
  const { devtools } = failed.detail;
  const call = devtools.properties[0][1];
  assert.deepEqual(devtools, { dataType: "track-entry", track: url, trackGroup: "fetch-with-policy", color: "error", properties: [["call", call], ["status", "503"]] });
  assert.deepEqual([wait, good].map(({ detail }) => [detail.devtools.color, detail.devtools.properties]), [
    ["secondary-light", [["call", call], ["before attempt", "2"]]],
    ["primary", [["call", call], ["status", "200"]]],
  ]);
  const [, [key, error]] = refused.detail.devtools.properties;
  assert.equal(key, "error");
  assert.match(error, /^TypeError/);
  assert.deepEqual(performance.getEntriesByType("measure"), []);
});

test("it is off by default, and measures of others stay", async () => {
  performance.measure("mine");
  const entries = await observed(async () => {
    const fetch = async () => new Response("ok");
    await createPolicy({ fetch }).fetch("https://api.example.com/");
    await createPolicy({ fetch, userTiming: true }).extend({ userTiming: false }).fetch("https://api.example.com/");
  });
  assert.deepEqual(entries.map(({ name }) => name), []);
  assert.equal(performance.getEntriesByName("mine").length, 1);
  performance.clearMeasures("mine");
});

for (const [how, measure] of [
  ["is not there", undefined],
  ["throws", () => { throw new Error("patched"); }],
]) {
  test(`a call is as good where performance.measure ${how}`, async (t) => {
    t.after(() => delete performance.measure);
    Object.defineProperty(performance, "measure", { value: measure, configurable: true });
    const answers = [503, 200];
    const policy = createPolicy({ userTiming: true, retry: QUICK, fetch: async () => new Response("ok", { status: answers.shift() }) });
    assert.equal((await policy.fetch("https://api.example.com/")).status, 200);
  });
}
