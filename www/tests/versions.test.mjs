// @ts-check
// Several versions in one site: the present one, and older ones below it. The menu leads from each to each, by keyboard too.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { after, before } from "node:test";
import { joinVersions, versionOf } from "../build/versions.mjs";
import { SITE, start } from "./browser.mjs";

const SCREENSHOTS = "target/screenshots";
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const DESK = { viewport: { width: 1280, height: 900 } };
/** A page that the present version lacks, and one that the old version lacks. */
const [GONE, NEW] = ["guides/forms.html", "guides/limits.html"];
const folder = mkdtempSync(join(tmpdir(), "versions-"));
const root = join(folder, "site");
/** @type {Awaited<ReturnType<typeof start>>} */
let site;

before(async () => {
  assert.ok(existsSync(join(SITE, "index.html")), "build the site: cargo xtask site");
  mkdirSync(SCREENSHOTS, { recursive: true });
  // An old version is a site that was built before: this one under another number; each lacks a page of the other.
  const old = join(folder, "old");
  cpSync(SITE, old, { recursive: true });
  number(old, "0.0.9");
  cpSync(SITE, root, { recursive: true });
  rmSync(join(old, NEW));
  rmSync(join(root, GONE));
  assert.match(execFileSync(process.execPath, ["www/build/versions.mjs", root, old], { encoding: "utf8" }), /^site: .+; 0\.0\.9\n$/);
  site = await start(root);
});
after(async () => {
  await site?.stop();
  rmSync(folder, { recursive: true });
});

/** @param {string} at @param {string} version */
function number(at, version, isReleased = true) {
  writeFileSync(join(at, "version.json"), JSON.stringify({ version, isReleased, label: version }));
}

test("a version is released once CHANGELOG has its date and nothing above it", () => {
  const released = "# Changelog\n\n## Unreleased\n\n## 1.2.3 - 2026-11-30\n\n- it\n\n## 1.2.2 - 2026-10-01\n";
  const rows = [
    [released, "1.2.3", { version: "1.2.3", isReleased: true, label: "1.2.3" }],
    [released, "1.3.0", { version: "1.3.0", isReleased: false, label: "1.3.0, unreleased" }],
    [released.replace("Unreleased\n", "Unreleased\n\n- more\n"), "1.2.3", { version: "1.2.3", isReleased: false, label: "next" }],
    [released, "1.2", { version: "1.2", isReleased: false, label: "1.2, unreleased" }],
    ["", "1.0.0", { version: "1.0.0", isReleased: false, label: "1.0.0, unreleased" }],
  ];
  for (const [changelog, version, expected] of rows) assert.deepEqual(versionOf(/** @type {string} */ (changelog), /** @type {string} */ (version)), expected);
  assert.equal(versionOf(readFileSync("CHANGELOG.md", "utf8"), JSON.parse(readFileSync(join(SITE, "version.json"), "utf8")).version).label, versionsIn(SITE)[0].label);
});

test("the released versions of a published site are taken along, newest first, each once", (context) => {
  const small = (/** @type {string} */ name, /** @type {string} */ version, isReleased = true) => {
    const at = join(folder, name);
    mkdirSync(at, { recursive: true });
    writeFileSync(join(at, "index.html"), version);
    number(at, version, isReleased);
    return at;
  };
  const published = small("published", "0.10.0");
  small("published/v0.9.0", "0.9.0");
  small("published/v0.2.0", "0.2.0");
  writeFileSync(join(published, "only.html"), "");
  const present = small("present", "0.11.0", false);
  small("present/v0.1.0", "0.1.0");
  assert.deepEqual(joinVersions(present, [published]), ["0.11.0", "0.10.0", "0.9.0", "0.2.0"]);
  assert.deepEqual(readdirSync(present).sort(), ["index.html", "v0.10.0", "v0.2.0", "v0.9.0", "version.json", "versions.json"]);
  assert.deepEqual(readdirSync(join(present, "v0.10.0")).sort(), ["index.html", "only.html", "version.json", "versions.json"], "without the versions in it");
  const menu = versionsIn(join(present, "v0.10.0"));
  assert.deepEqual(menu, [
    { label: "0.11.0", at: "../", missing: ["only.html"] },
    { label: "0.10.0", at: "./", missing: [] },
    { label: "0.9.0", at: "../v0.9.0/", missing: ["only.html"] },
    { label: "0.2.0", at: "../v0.2.0/", missing: ["only.html"] },
  ]);
  // Published again: the same version is there already. What is not released yet has no folder.
  assert.deepEqual(joinVersions(small("again", "0.10.0"), [published]), ["0.10.0", "0.9.0", "0.2.0"]);
  assert.deepEqual(joinVersions(small("next", "0.12.0", false), [present]), ["0.12.0", "0.10.0", "0.9.0", "0.2.0"]);
  const warn = context.mock.method(console, "warn", () => {});
  assert.deepEqual(joinVersions(small("other", "0.12.0"), [small("draft", "0.3.0", false)]), ["0.12.0"]);
  assert.match(warn.mock.calls[0]?.arguments[0], /draft is left out: 0\.3\.0 is no released version/);
  assert.throws(() => joinVersions(present, [published, small("twice", "0.9.0")]), /0\.9\.0 is in .*published.* and in .*twice/);
  assert.throws(() => joinVersions(present, [join(folder, "twice", "..")]), /is no built site/);
});

test("by keyboard: the menu is opened and leads to the same page of the other version, and back", async () => {
  const { page, complaints, elsewhere } = await site.open("errors/index.html", DESK);
  await openMenu(page);
  const menu = page.locator(".VPNavBarMenuGroup .menu");
  assert.match(await menu.innerText(), /unreleased\s+Changes\s+Other versions\s+0\.0\.9/i);
  await page.screenshot({ path: `${SCREENSHOTS}/versions-menu.png` });
  await follow(page, "0.0.9");
  await page.waitForURL(`${site.address}v0.0.9/errors/`);
  await page.waitForSelector(".old-version");
  assert.match(await page.locator(".old-version").innerText(), /^This page is about 0\.0\.9\. A newer version: /);
  await page.screenshot({ path: `${SCREENSHOTS}/versions-old.png` });
  // A page that is reached by a script has links of its own.
  await page.click(".VPSidebar a >> nth=1");
  await page.waitForURL(/v0\.0\.9\/errors\/.+\.html/);
  const name = page.url().split("/").at(-1);
  await openMenu(page);
  await follow(page, versionsIn(root)[0].label, true);
  await page.waitForURL(`${site.address}errors/${name}`);
  assert.equal(await page.locator(".old-version").count(), 0);
  assert.deepEqual([complaints, elsewhere], [[], []]);
  await page.context().close();
});

test("a page that the other version lacks leads to its first page", async () => {
  for (const [path, label, home] of [[NEW, "0.0.9", "v0.0.9/"], [`v0.0.9/${GONE}`, undefined, ""]]) {
    const { page, complaints } = await site.open(/** @type {string} */ (path), DESK);
    await page.waitForSelector(".VPNavBarMenuGroup .VPMenuGroup", { state: "attached" });
    const others = page.locator(".VPNavBarMenuGroup .VPMenuGroup a");
    assert.equal(await others.count(), 1);
    if (label) assert.equal(await others.textContent(), label);
    assert.equal(await others.getAttribute("href"), site.address + home);
    assert.deepEqual(complaints, []);
    await page.context().close();
  }
});

test("at 360 px the menu is in the menu of the page, and axe-core finds nothing, light and dark", async () => {
  for (const colorScheme of /** @type {const} */ (["light", "dark"])) {
    const { page, complaints } = await site.open("v0.0.9/start/index.html", { viewport: { width: 360, height: 740 }, colorScheme });
    await page.evaluate(AXE);
    assert.deepEqual(await violations(page), [], `the note, ${colorScheme}`);
    await page.click(".VPNavBarHamburger");
    await page.click(".VPNavScreenMenuGroup button");
    const link = page.locator(".VPNavScreenMenuGroupSection a");
    await link.waitFor();
    assert.deepEqual(await violations(page), [], `the menu, ${colorScheme}`);
    const [scroll, width] = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
    assert.ok(Number(scroll) <= Number(width));
    await page.screenshot({ path: `${SCREENSHOTS}/versions-360-${colorScheme}.png` });
    await link.click();
    await page.waitForURL(`${site.address}start/`);
    assert.deepEqual(complaints, []);
    await page.context().close();
  }
});

test("without other versions the menu has this one and its changes", async () => {
  const alone = await start();
  try {
    const { page, complaints } = await alone.open("start/index.html", DESK);
    const links = page.locator(".VPNavBarMenuGroup .menu a");
    assert.deepEqual(await links.allTextContents(), [versionsIn(SITE)[0].label, "Changes"]);
    assert.equal(await links.nth(1).getAttribute("href"), `${new URL(alone.address).pathname}changes.html`);
    assert.deepEqual([complaints, alone.missed], [[], []]);
  } finally {
    await alone.stop();
  }
});

test("nothing was asked for that is not there", () => assert.deepEqual(site.missed, []));

/** @param {string} at @returns {{ label: string, at: string, missing: string[] }[]} */
function versionsIn(at) {
  return JSON.parse(readFileSync(join(at, "versions.json"), "utf8"));
}

/** Opens the menu by keyboard. @param {import("playwright-core").Page} page */
async function openMenu(page) {
  await page.waitForSelector(".VPNavBarMenuGroup .VPMenuGroup", { state: "attached" });
  for (let presses = 0; !(await page.evaluate(() => document.activeElement?.matches(".VPNavBarMenuGroup button"))); presses++) {
    assert.ok(presses < 40, "the menu is reached by the tab key");
    await page.keyboard.press("Tab");
  }
  await page.keyboard.press("Enter");
  await page.waitForSelector(".VPNavBarMenuGroup .menu a >> nth=0");
}

/** Goes to a link of the menu. @param {import("playwright-core").Page} page @param {string} text @param {boolean} [last] the last of that text */
async function follow(page, text, last = false) {
  let isBehind = !last;
  for (let presses = 0; ; presses++) {
    assert.ok(presses < 10, "the link is reached by the tab key");
    await page.keyboard.press("Tab");
    const [shown, isOther] = await page.evaluate(() => [document.activeElement?.textContent?.trim(), document.activeElement?.closest(".VPMenuGroup") !== null]);
    isBehind ||= isOther === true;
    if (isBehind && shown === text) return page.keyboard.press("Enter");
  }
}

/** What axe-core finds. @param {import("playwright-core").Page} page */
function violations(page) {
  return page.evaluate(async () => {
    for (const animation of document.getAnimations()) animation.finish();
    const { violations } = await /** @type {any} */ (window).axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] });
    return violations.map((/** @type {any} */ { id, nodes }) => `${id}: ${nodes[0].html.slice(0, 200)}`);
  });
}
