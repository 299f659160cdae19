// @ts-check
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { createOurs } from "./ours.js";

const PACKAGE = new URL("../../pkg/", import.meta.url);
const LOAD = 'import("./core-chunk.js")';
/** How long the core takes to come, ms: a file of 78 kB on slow 4G, or a busy page. */
const LATE = 500;

/** What brings the core of a copy, by its folder. @type {Map<string, () => Promise<unknown>>} */
const cores = new Map();
/** @type {any} */ (globalThis).benchCores = cores;

const folder = mkdtempSync(join(tmpdir(), "page-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
let copies = 0;

/**
 * The entry for pages, without its core. A page loads the core once, so each client is a copy of its own; its core comes on the
 * clock in use.
 * @param {import("../run.js").Setting} setting
 */
async function create(setting) {
  const home = join(folder, `${++copies}`);
  const files = readdirSync(PACKAGE).filter((name) => name.endsWith(".js") || name === "package.json");
  for (const file of files) cpSync(new URL(file, PACKAGE), join(home, file));
  const code = readFileSync(join(home, "shell.js"), "utf8");
  if (code.split(LOAD).length !== 2) throw new Error("the shell does not load its core in one place");
  writeFileSync(join(home, "shell.js"), code.replace(LOAD, `globalThis.benchCores.get(${JSON.stringify(home)})()`));
  const at = (/** @type {string} */ file) => pathToFileURL(join(home, file)).href;
  // Loaded and compiled by now, since neither takes time of the clock in use.
  const core = await import(at("core-chunk.js"));
  await core.ready;
  cores.set(home, () => new Promise((resolve) => setTimeout(() => resolve(core), LATE)));
  return createOurs(await import(at("browser.js")), setting);
}

/** @type {import("../run.js").Client} */
export const oursInPage = { name: "in-page", title: "fetch-with-policy, in a page", create };
