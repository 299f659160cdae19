// @ts-check
// The built site in headless Chromium. Screenshots are left in target/screenshots.
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, normalize } from "node:path";
import test, { after, before } from "node:test";
import { SITE, start } from "./browser.mjs";

const SCREENSHOTS = "target/screenshots";
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
/** One of each kind. */
const PAGES = ["index.html", "start/index.html", "start/size.html", "guides/limits.html", "recipes/index.html", "reference/index.html", "reference/main/interfaces/HedgeOptions.html", "reference/main/functions/createPolicy.html", "errors/index.html", "errors/kind-rate_limited.html", "errors/github-secondary-rate-limit.html", "benchmarks.html", "playground/index.html"];
const NARROW = { viewport: { width: 360, height: 740 } };
/** @type {Awaited<ReturnType<typeof start>>} */
let site;

before(async () => {
  assert.ok(existsSync(join(SITE, "index.html")), "build the site: cargo xtask site");
  mkdirSync(SCREENSHOTS, { recursive: true });
  site = await start();
});
after(() => site?.stop());

test("every link within the site leads to a page and, where it names one, to a heading of it", () => {
  const pages = new Map(html().map((name) => [name, readFileSync(join(SITE, name), "utf8")]));
  const broken = [];
  let links = 0;
  for (const [name, text] of pages) {
    for (const [, raw = ""] of text.matchAll(/<(?:a|link|script|img)\b[^>]*?\s(?:href|src)="([^"]*)"/g)) {
      const link = raw.replaceAll("&amp;", "&");
      if (/^(https?:|data:|mailto:)/.test(link) || link === "") continue;
      links++;
      const [path = "", hash = ""] = link.split("#");
      const bare = normalize(join(dirname(name), decodeURIComponent(path.replace(/\?.*/, ""))));
      const target = path === "" ? name : bare === "." || path.endsWith("/") ? join(bare, "index.html") : bare;
      const found = pages.get(target);
      if (target.startsWith("..") || (found === undefined && !existsSync(join(SITE, target)))) broken.push(`${name}: ${link}`);
      else if (hash && found !== undefined && !found.includes(`id="${decodeURIComponent(hash)}"`)) broken.push(`${name}: ${link} has no such heading`);
    }
  }
  assert.deepEqual(broken.slice(0, 20), []);
  assert.ok(links > 5000, `${links} links`);
});

test("no page has the mark of the path under which it was built", () => {
  for (const name of html()) assert.ok(!readFileSync(join(SITE, name), "utf8").includes("-site-base-"), name);
});

test("axe-core finds nothing on a page of each kind, light and dark, and nothing is asked of another host", async () => {
  for (const path of PAGES) {
    const { page, complaints, elsewhere } = await site.open(path, { colorScheme: "light" });
    await page.evaluate(AXE);
    const light = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    assert.deepEqual(await violations(page), [], `${path}, light`);
    await page.emulateMedia({ colorScheme: "dark" });
    await page.waitForFunction((was) => getComputedStyle(document.body).backgroundColor !== was, light);
    assert.deepEqual(await violations(page), [], `${path}, dark`);
    assert.deepEqual([complaints, elsewhere], [[], []], path);
    await page.context().close();
  }
});

test("at 360 px nothing scrolls sideways on a page of each kind", async () => {
  for (const path of PAGES) {
    const { page } = await site.open(path, NARROW);
    const [scroll, width] = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
    assert.ok(Number(scroll) <= Number(width), `${path}: ${scroll} px of content in ${width}`);
    await page.screenshot({ path: `${SCREENSHOTS}/site-360-${path.replace(/\W+/g, "-")}.png` });
    await page.context().close();
  }
});

test("a page of each kind is photographed at the size of a desk", async () => {
  for (const path of PAGES) {
    const dark = path.startsWith("guides") || path.startsWith("errors/git");
    const { page } = await site.open(path, { viewport: { width: 1280, height: 900 }, colorScheme: dark ? "dark" : "light" });
    await page.screenshot({ path: `${SCREENSHOTS}/site-desk-${path.replace(/\W+/g, "-")}.png` });
    await page.context().close();
  }
});

test("with the keyboard alone: skip to the content, search, go to what is found, go on by a link", async () => {
  const { page, complaints } = await site.open("index.html");
  await page.keyboard.press("Tab");
  assert.match(await focused(page), /Skip to content/);
  await page.keyboard.press("Enter");
  await page.keyboard.press("/");
  await page.waitForSelector("#localsearch-input");
  await page.keyboard.type("secondary rate limit");
  await page.waitForSelector(".VPLocalSearchBox .result");
  await page.keyboard.press("Enter");
  await page.waitForURL(/errors\/.*html/);
  await page.waitForSelector("h1");
  assert.match(await page.locator("h1").innerText(), /secondary rate limit/i);
  for (let presses = 0; !/Explain errors/.test(await focused(page)); presses++) {
    assert.ok(presses < 120, "a link of the text is reached by the tab key");
    await page.keyboard.press("Tab");
  }
  const outline = await page.evaluate(() => getComputedStyle(/** @type {Element} */ (document.activeElement)).outlineStyle);
  assert.notEqual(outline, "none", "the focus is seen");
  await page.keyboard.press("Enter");
  await page.waitForURL(/guides\/errors\.html/);
  assert.deepEqual(complaints, []);
  await page.context().close();
});

test("links work after a page was reached by a script: a guide, the playground and back", async () => {
  const { page, complaints } = await site.open("start/index.html", { viewport: { width: 1280, height: 900 } });
  await page.click('.vp-doc a:has-text("Keep to rate limits")');
  await page.waitForURL(`${site.address}guides/limits.html`);
  await page.waitForSelector("h1:has-text('Keep to rate limits')");
  await page.click(".VPNavBarMenu a:has-text('Playground')");
  await page.waitForURL(`${site.address}playground/`);
  await page.click("nav.site a:has-text('Guides')");
  await page.waitForURL(`${site.address}guides/limits.html`);
  await page.waitForSelector("h1:has-text('Keep to rate limits')");
  assert.deepEqual(complaints, []);
  await page.context().close();
});

test("nothing was asked for that is not there", () => {
  assert.deepEqual(site.missed, []);
});

/** What axe-core finds. Colours that fade in are let come to their end. */
async function violations(/** @type {import("playwright-core").Page} */ page) {
  return page.evaluate(async () => {
    for (const animation of document.getAnimations()) animation.finish();
    const { violations } = await /** @type {any} */ (window).axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] });
    return violations.map((/** @type {any} */ { id, nodes }) => `${id}: ${nodes.slice(0, 3).map((/** @type {any} */ { html }) => html.slice(0, 160)).join(" | ")}`);
  });
}

function html() {
  return /** @type {string[]} */ (readdirSync(SITE, { recursive: true })).filter((name) => name.endsWith(".html") && name !== "404.html");
}

async function focused(/** @type {import("playwright-core").Page} */ page) {
  return page.evaluate(() => document.activeElement?.textContent?.trim() ?? "");
}
