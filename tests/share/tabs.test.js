// @ts-check
// Realms of one origin in real browsers share one quota: pages, most of them hidden, a worker, a service worker and a frame that
// the browser refuses IndexedDB. Judged by counts: each call is granted, and refusals are few beside those without a coordinator.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { resolve } from "node:path";
import test from "node:test";
import puppeteer from "puppeteer-core";
import { open } from "../hosts/browsers.js";
import { startSite } from "./browsers.js";
import { refusals } from "./judge.js";
import { total } from "./load.js";
import { startUpstream } from "./upstream.js";

/** Calls of each realm: over five windows in all where nothing is wrong. */
const EACH = { calm: 60, troubled: 30 };
const LIMIT = 120;
const WINDOW = 2000;
const HANG = { timeout: 150_000 };
/** Where nothing is wrong, a busy machine must not look as if the store were away; else as long as by default. ms */
const PATIENCE = { calm: 10_000, troubled: 1000 };
/** A page reports by then, or is stuck. ms */
const LATEST = 120_000;
const PLANTED = ["hunter2", "Bearer", "authorization", "127.0.0."];
const KINDS = [...Array(8).fill("page"), "worker", "service-worker", "frame"];
const DRIVEN = /** @type {const} */ ({ chrome: process.env["CHROME"] ?? "chromium", firefox: process.env["FIREFOX"] ?? "firefox-esr" });
const ENGINES = ["chrome", "firefox", "webkit"];

/**
 * Opens a realm of each kind in `engine` and waits for what they report. `trouble` comes once a third of the sends came.
 * @param {import("node:test").TestContext} context
 * @param {string} engine
 * @param {{ kinds?: string[], coordinator?: "tabs" | "none", trouble?: (pages: import("puppeteer-core").Page[], site: Awaited<ReturnType<typeof startSite>>) => unknown, gone?: number[] }} [options] without a
 *   coordinator calls may be lost
 */
async function run(context, engine, { kinds = KINDS, coordinator = "tabs", trouble, gone = [] } = {}) {
  const state = trouble === undefined ? "calm" : "troubled";
  const each = EACH[state];
  const upstream = await startUpstream(kinds.length);
  context.after(upstream.stop);
  const site = await startSite(kinds.length);
  context.after(site.stop);
  const urls = kinds.map((kind, n) => {
    const url = `${upstream.addresses[n]}/quota?token=${kind === "frame" ? kind : "shared"}&limit=${LIMIT}&window=${WINDOW}&client=${n}`;
    return `${site.address}/?${new URLSearchParams({ name: String(n), kind, url, coordinator, calls: String(each), patience: String(PATIENCE[state]) })}`;
  });
  mkdirSync("target", { recursive: true });
  const profile = mkdtempSync(resolve(`target/tabs-${engine}-`));
  context.after(() => rmSync(profile, { recursive: true, force: true, maxRetries: 5 }));
  if (engine === "webkit") {
    // Driverless: one window with a tab for each address.
    const [first = "", ...rest] = urls;
    context.after(open(engine, first, rest));
  } else {
    const name = /** @type {keyof typeof DRIVEN} */ (engine);
    const args = name === "chrome" ? ["--no-sandbox", "--disable-dev-shm-usage", "--disable-background-networking"] : [];
    const browser = await puppeteer.launch({ browser: name, executablePath: DRIVEN[name], headless: true, userDataDir: profile, args });
    context.after(() => browser.close());
    const pages = [];
    for (const url of urls) {
      const page = await browser.newPage();
      pages.push(page);
      await page.goto(url, { waitUntil: "domcontentloaded", timeout: LATEST });
    }
    if (trouble !== undefined) {
      await upstream.reached("shared", (kinds.length * each) / 3);
      await trouble(pages, site);
    }
  }
  const names = kinds.map((_, n) => n).filter((n) => !gone.includes(n));
  const parts = await Promise.all(names.map((n) => site.report(String(n), LATEST)));
  assert.deepEqual(
    parts.filter((part) => "failed" in part),
    [],
  );
  const sum = total(parts);
  const met = upstream.met("shared");
  context.diagnostic(`${engine}: ${parts.length} realms x ${each}, ${coordinator}: ${met.refused} 429s, ${JSON.stringify(sum)}`);
  if (coordinator === "tabs") assert.deepEqual(sum.outcomes, { 200: names.length * each }, "each call is granted");
  return { ...sum, parts, met };
}

for (const engine of ENGINES) {
  test(`${engine}: eight pages, a worker and a service worker share one quota; a frame without IndexedDB is served, too`, HANG, async (context) => {
    const alone = await run(context, engine, { coordinator: "none" });
    const { parts, met } = await run(context, engine);
    // Not judged: on a busy machine realms are delayed by whole windows, and then some browsers meet more refusals than without.
    context.diagnostic(refusals(met, alone.met));
    for (const [n, { events }] of parts.entries()) {
      assert.ok(events.exchange >= 1, `realm ${n} asks`);
      const lost = Object.keys(events).filter((name) => name.startsWith("share-lost"));
      if (KINDS[n] === "frame") assert.ok(lost.length > 0 && lost.every((name) => name.includes("SecurityError")) && events.share === undefined, JSON.stringify(events));
      else assert.ok(events.share >= 1, `realm ${n}: ${JSON.stringify(events)}`);
    }
    const told = JSON.stringify(parts.map(({ heard, kept }) => [heard, kept]));
    assert.match(told, /"scope":"[0-9a-f]{32}"/, "news is heard");
    assert.match(told, /"clients":/, "a record is kept");
    for (const planted of PLANTED) assert.ok(!told.includes(planted), planted);
  });
}

/** A page that was frozen stays hidden, and hidden pages draw no frames, which puppeteer would wait for. */
const POLLING = { polling: 100, timeout: LATEST };

for (const engine of /** @type {const} */ (["chrome", "firefox"])) {
  const isChrome = engine === "chrome";
  test(`${engine}: a tab that is closed${isChrome ? " or frozen" : ""} takes nothing from the others, and one from the back-forward cache shares on`, HANG, async (context) => {
    const { parts } = await run(context, engine, {
      kinds: ["cached", ...Array(5).fill("page")],
      gone: isChrome ? [1, 2] : [1],
      async trouble([cached, closed, frozen], site) {
        await closed?.close();
        if (isChrome) await (await frozen?.createCDPSession())?.send("Page.setWebLifecycleState", { state: "frozen" });
        await cached?.waitForFunction("globalThis.half === true", POLLING);
        await cached?.goto(`${site.address}/blank`);
        // News comes meanwhile, at which a browser drops what is in the cache and would hear it.
        await cached?.evaluate(async () => {
          new BroadcastChannel("fetch-with-policy").postMessage({ scope: "", client: "" });
          await new Promise((resolve) => setTimeout(resolve, 300));
        });
        await cached?.goBack({ timeout: 3000 }).catch(() => {});
      },
    });
    assert.equal(parts[0].persisted, true, "it was in the cache");
    assert.ok(parts[0].events.exchange >= 2, "it asks again");
  });
}
