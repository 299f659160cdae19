// @ts-check
// Ten realms of one origin in real browsers share one quota: eight pages, a worker and a service worker. Judged by counts.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { resolve } from "node:path";
import test from "node:test";
import puppeteer from "puppeteer-core";
import { open } from "../hosts/browsers.js";
import { startSite } from "./browsers.js";
import { total } from "./load.js";
import { startUpstream } from "./upstream.js";

const EACH = 48;
const LIMIT = 120;
const WINDOW = 2000;
const HANG = { timeout: 200_000 };
/** A page reports by then, or is stuck. ms */
const LATEST = 150_000;
const KINDS = [...Array(8).fill("page"), "worker", "service-worker"];
const DRIVEN = /** @type {const} */ ({ chrome: process.env["CHROME"] ?? "chromium", firefox: process.env["FIREFOX"] ?? "firefox-esr" });
const ENGINES = ["chrome", "firefox", "webkit"];

/** @param {string} site @param {string} api @param {number} n @param {Record<string, string>} [more] */
const address = (site, api, n, more = {}) => {
  const url = `${api}/quota?token=${more["token"] ?? "a"}&limit=${LIMIT}&window=${WINDOW}&client=${n}`;
  return `${site}/?${new URLSearchParams({ name: String(n), kind: KINDS[n], url, calls: String(EACH), shared: "1", ...more })}`;
};

/**
 * Opens all realms in `engine` and waits for what they report.
 * @param {import("node:test").TestContext} context
 * @param {string} engine
 * @param {{ kinds?: string[], more?: Record<string, string>, trouble?: (browser: import("puppeteer-core").Browser, pages: import("puppeteer-core").Page[], site: string) => unknown, gone?: number[] }} [options]
 */
async function run(context, engine, { kinds = KINDS, more = {}, trouble, gone = [] } = {}) {
  const upstream = await startUpstream();
  context.after(upstream.stop);
  const site = await startSite(kinds.length);
  context.after(site.stop);
  const urls = kinds.map((kind, n) => address(site.address, upstream.address, n, { kind, ...more }));
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
      await upstream.reached(more["token"] ?? "a", (kinds.length * EACH) / 3);
      await trouble(browser, pages, site.address);
    }
  }
  const names = kinds.map((_, n) => n).filter((n) => !gone.includes(n));
  const told = await Promise.all(names.map((n) => site.report(String(n), LATEST)));
  assert.deepEqual(
    told.filter((part) => "failed" in part),
    [],
  );
  const sum = total(told);
  const { refused } = upstream.met(more["token"] ?? "a");
  context.diagnostic(`${engine}: ${told.length} realms x ${EACH}: ${refused} 429s, ${JSON.stringify(sum)}`);
  return { ...sum, refused, profile, granted: { 200: names.length * EACH } };
}

/** What ten realms that share nothing meet, by engine. @type {Record<string, number>} */
const alone = {};

for (const engine of ENGINES) {
  test(`${engine}: ten realms that share nothing`, HANG, async (context) => {
    const { refused } = await run(context, engine, { more: { shared: "0" } });
    alone[engine] = refused;
    assert.ok(refused > 0);
  });

  test(`${engine}: eight pages, a worker and a service worker share one quota`, HANG, async (context) => {
    const { outcomes, events, refused, granted } = await run(context, engine);
    assert.deepEqual(outcomes, granted);
    assert.ok((events["exchange"] ?? 0) >= 10, "each of them asks");
    assert.ok(alone[engine] === undefined || refused <= alone[engine] + KINDS.length, `${refused} 429s, ${alone[engine]} without`);
  });

  test(`${engine}: where IndexedDB is refused each call is served, as without a coordinator`, HANG, async (context) => {
    const { outcomes, events, granted } = await run(context, engine, { kinds: KINDS.slice(0, 4), more: { refuse: "1" } });
    assert.deepEqual(outcomes, granted);
    const lost = Object.keys(events).filter((name) => name.startsWith("share-lost"));
    assert.ok(lost.length > 0 && lost.every((name) => name.includes("refused by the test")), JSON.stringify(events));
    assert.equal(events["share"], undefined);
  });
}

test("chrome: a tab that is closed and one that is frozen take nothing from the others", HANG, async (context) => {
  const { outcomes, granted } = await run(context, "chrome", {
    gone: [0, 1],
    async trouble(_, [closed, frozen]) {
      await closed?.close();
      const session = await frozen?.createCDPSession();
      await session?.send("Page.setWebLifecycleState", { state: "frozen" });
    },
  });
  assert.deepEqual(outcomes, granted);
});
