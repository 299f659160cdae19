// @ts-check
// `userTiming` in headless Chromium: what a recording of its performance panel has, and what stays in the page.
import assert from "node:assert/strict";
import test from "node:test";
import { openPage } from "./site.js";
import { startUpstream } from "./upstream.js";

const root = new URL("../../", import.meta.url);
const files = (/** @type {string} */ path) => (path === "/" ? "<!doctype html><title>test</title>" : path.startsWith("/pkg/") ? new URL(`.${path}`, root) : undefined);

test("a recording shows attempts and waits on a track of their own, and the page keeps none", async (context) => {
  const upstream = await startUpstream();
  context.after(() => upstream.stop());
  const { address, browser, page } = await openPage(context, files);
  await page.goto(address);
  await browser.startTracing(page, { categories: ["blink.user_timing"] });
  const result = await page.evaluate(async (address) => {
    /** @type {any[]} */
    const seen = [];
    const observer = new PerformanceObserver((list) => seen.push(...list.getEntries()));
    observer.observe({ type: "measure" });
    const { createPolicy } = await import(/** @type {any} */ ("/pkg/index.js"));
    const policy = createPolicy({ userTiming: true, retry: { budget: false, initialDelay: 40, jitter: "none" } });
    const { status } = await policy.fetch(`${address}/flaky?token=SECRET`);
    await new Promise((resolve) => setTimeout(resolve, 50));
    const measures = seen.map(({ name, startTime, duration, detail }) => ({ name, startTime, duration, devtools: detail.devtools }));
    return { status, measures, kept: performance.getEntriesByType("measure").length };
  }, upstream.address);
  const trace = (await browser.stopTracing()).toString();

  assert.deepEqual([result.status, result.kept], [200, 0]);
  const name = `fetch-with-policy GET ${upstream.address}/flaky`;
  const names = [`${name} attempt 1`, `${name} wait backoff`, `${name} attempt 2`];
  assert.deepEqual(result.measures.map((measure) => measure.name), names);
  const [first, wait, second] = result.measures;
  assert.ok(first && wait && second);
  assert.ok(wait.duration >= 39, `${wait.duration}`);
  assert.ok(first.startTime + first.duration <= wait.startTime + 0.5 && wait.startTime + wait.duration <= second.startTime + 0.5);
  assert.deepEqual([first, wait, second].map(({ devtools }) => [devtools.dataType, devtools.track, devtools.color]), [
    ["track-entry", upstream.address, "error"],
    ["track-entry", upstream.address, "secondary-light"],
    ["track-entry", upstream.address, "primary"],
  ]);
  /** @type {{ cat: string, name: string, args: any }[]} */
  const events = JSON.parse(trace).traceEvents;
  const begun = events.filter(({ args, name }) => name.startsWith("fetch-with-policy") && args.detail !== undefined);
  assert.deepEqual(begun.map((event) => event.name), names);
  assert.ok(begun.every(({ args }) => JSON.parse(args.detail).devtools.track === upstream.address));
  assert.ok(!trace.includes("SECRET") && !JSON.stringify(result).includes("SECRET"));
});
