// @ts-check
// Questions of a new user: each is found by one search (among the first five pages) or within two clicks, and the page has the answer.
import assert from "node:assert/strict";
import { copyFileSync, mkdirSync, readFileSync, readdirSync } from "node:fs";
import { dirname, join, normalize, resolve } from "node:path";
import test from "node:test";
import { pathToFileURL } from "node:url";
import MiniSearch from "minisearch";
import { searchOptions } from "../build/search.mjs";
import { SITE } from "./browser.mjs";

/** @type {{ question: string, search?: string, clicks?: string[], page: string, answer: string }[]} */
const questions = JSON.parse(readFileSync(new URL("./questions.json", import.meta.url), "utf8"));
const FIRST = 5;

test("there are twenty questions at least", () => {
  assert.ok(questions.length >= 20);
});

for (const { question, search, clicks, page, answer } of questions) {
  test(question, async () => {
    if (search !== undefined) {
      const found = await pagesOf(search);
      assert.ok(found.slice(0, FIRST).includes(page), `"${search}" finds ${found.slice(0, FIRST).join(", ")}`);
    } else {
      assert.ok(clicks && clicks.length <= 2, "a search or two clicks");
      assert.equal((clicks ?? []).reduce(follow, "index.html"), page);
    }
    assert.ok(textOf(page).includes(answer), `${page} has the answer`);
  });
}

/** The pages that the site's own search finds, best first. @param {string} words */
async function pagesOf(words) {
  const index = await indexOf();
  const results = index.search(words, searchOptions);
  const pages = results.map(({ id }) => String(id).replace(/#.*/, "").replace(/^\//, "")).map((path) => (path === "" || path.endsWith("/") ? `${path}index.html` : path));
  return [...new Set(pages)];
}

/** @type {Promise<MiniSearch> | undefined} */
let loaded;
function indexOf() {
  return (loaded ??= load());
}

async function load() {
  const folder = join(SITE, "assets/chunks");
  const name = readdirSync(folder).find((file) => file.startsWith("@localSearchIndex"));
  assert.ok(name, "the site has an index");
  mkdirSync("target/site-search", { recursive: true });
  copyFileSync(join(folder, name), "target/site-search/search-index.mjs");
  // What a page works out when it is loaded; here the site is at the root.
  Object.assign(globalThis, { __at: (/** @type {string} */ text) => text.replaceAll(/\/-site-base-\//g, "/") });
  const { default: json } = await import(pathToFileURL(resolve("target/site-search/search-index.mjs")).href);
  return MiniSearch.loadJSON(json, { fields: ["title", "titles", "text"], storeFields: ["title", "titles"] });
}

/** The page behind a link with this text. @param {string} page @param {string} text */
function follow(page, text) {
  const html = readFileSync(join(SITE, page), "utf8");
  for (const [, href = "", inner = ""] of html.matchAll(/<a\b[^>]*?\shref="([^"#]+)"[^>]*>([\s\S]*?)<\/a>/g)) {
    if (plain(inner) !== text) continue;
    const path = normalize(join(dirname(page), href));
    return path === "." || href.endsWith("/") ? join(path, "index.html") : path;
  }
  throw new Error(`${page} has no link "${text}"`);
}

/** @param {string} page */
function textOf(page) {
  const html = readFileSync(join(SITE, page), "utf8");
  return plain(/<main[\s\S]*<\/main>/.exec(html)?.[0] ?? html);
}

/** @param {string} html */
function plain(html) {
  const text = html.replace(/<!--[\s\S]*?-->/g, "").replace(/<[^>]+>/g, "").replaceAll("&#39;", "'").replaceAll("&quot;", '"').replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
  return text.replaceAll("\u200b", "").replace(/[\s\u00a0]+/g, " ").trim();
}
