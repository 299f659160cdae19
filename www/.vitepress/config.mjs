// @ts-check
/** The site: written pages in docs/, and those that build/ generates beside them. See build/site.mjs. */
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitepress";
import { BASE } from "../build/relative.mjs";
import { searchOptions } from "../build/search.mjs";
import { sidebarOf } from "../build/sidebar.mjs";

const path = (/** @type {string} */ name) => fileURLToPath(new URL(name, import.meta.url));
const { version, label } = JSON.parse(readFileSync(path("../../target/site-version.json"), "utf8"));
const has = (/** @type {string} */ page) => existsSync(path(`../docs/${page}.md`));

const START = [
  { text: "Start", link: "/start/" },
  { text: "Where it runs", link: "/start/hosts" },
  { text: "What it costs", link: "/start/size" },
  { text: "What it does not do", link: "/start/not" },
];
const GUIDES = [
  { text: "Keep to rate limits", link: "/guides/limits" },
  { text: "Retries and time limits", link: "/guides/retries" },
  { text: "Explain errors", link: "/guides/errors" },
  { text: "Describe your own API", link: "/guides/own-api" },
  { text: "Forms: errors beside fields", link: "/guides/forms" },
  { text: "Progress and countdown", link: "/guides/ui" },
  { text: "Edge workers", link: "/guides/edge" },
  { text: "Share quotas", link: "/guides/shared-quotas" },
  { text: "Use it under an SDK", link: "/guides/clients" },
  { text: "Test your code", link: "/guides/testing" },
  { text: "Logs and traces", link: "/guides/logs" },
  { text: "Shut down on a signal", link: "/guides/shutdown" },
  { text: "On the command line", link: "/guides/command" },
].filter(({ link }) => has(link.slice(1)));

/** As TypeDoc writes its links to headings. @param {string} heading */
function slugify(heading) {
  return heading.trim().toLowerCase().replace(/[^\p{L}\p{N}\s_-]/gu, "").replace(/\s/g, "-");
}

export default defineConfig({
  srcDir: "docs",
  outDir: "../target/site",
  cacheDir: "../target/site-cache",
  base: BASE,
  lang: "en",
  title: "fetch-with-policy",
  description: "fetch that keeps to rate limits, retries only what is safe to repeat, and explains every error.",
  head: [["link", { rel: "icon", href: "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Crect width='16' height='16' rx='3' fill='%230b6e6e'/%3E%3Cpath d='M3 4h3v2H3zm4 3h3v2H7zm4 3h3v2h-3z' fill='%23fff'/%3E%3C/svg%3E" }]],
  // The index of the search is loaded when somebody searches.
  vite: { build: { chunkSizeWarningLimit: 1200 } },
  // One file that all pages share: each page would repeat the list of all others.
  metaChunk: true,
  // Made after the pages: the playground is plain files beside them.
  ignoreDeadLinks: [/\/playground\//],
  markdown: {
    // No attributes in braces: texts of APIs have braces.
    attrs: { disable: true },
    anchor: { slugify },
    theme: { light: "github-light-high-contrast", dark: "github-dark-high-contrast" },
  },
  themeConfig: {
    search: { provider: "local", options: { detailedView: false, miniSearch: { searchOptions } } },
    outline: { level: [2, 3] },
    nav: [
      { text: "Start", link: "/start/", activeMatch: "/start/" },
      { text: "Guides", link: "/guides/limits", activeMatch: "/guides/" },
      { text: "Recipes", link: "/recipes/", activeMatch: "/recipes/" },
      { text: "Reference", link: "/reference/", activeMatch: "/reference/" },
      { text: "Errors", link: "/errors/", activeMatch: "/errors/" },
      { text: "Playground", link: "/playground/index.html" },
      { text: "Benchmarks", link: "/benchmarks" },
      // theme/versions.mjs adds the other versions.
      { text: label === "next" ? label : `v${version}`, items: [{ text: label, link: "/" }, { text: "Changes", link: "/changes" }] },
    ],
    sidebar: {
      "/start/": [{ text: "Start", items: START }, { text: "Guides", items: GUIDES }],
      "/guides/": [{ text: "Start", items: START }, { text: "Guides", items: GUIDES }],
      "/recipes/": [{ text: "Recipes", items: sidebarOf("recipes") }],
      "/reference/": sidebarOf("reference"),
      "/errors/": sidebarOf("errors"),
    },
    docFooter: { prev: "Previous page", next: "Next page" },
  },
});
