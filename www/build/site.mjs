// @ts-check
/** Makes the pages that are generated, then the site in target/site. Run by `cargo xtask site`, after a build. */
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "vitepress";
import { writeErrors } from "./errors.mjs";
import { writeRecipes } from "./recipes.mjs";
import { writeReference } from "./reference.mjs";
import { makeRelative } from "./relative.mjs";
import { writeSidebar } from "./sidebar.mjs";
import { versionOf } from "./versions.mjs";

const path = (/** @type {string} */ name) => fileURLToPath(new URL(name, import.meta.url));
const changes = readFileSync(path("../../CHANGELOG.md"), "utf8");
const VERSION = path("../../target/site-version.json");
writeVersion();
const recipes = writeRecipes();
writeSidebar("recipes", recipes.sidebar);
const counts = { errors: writeErrors(), recipes: recipes.pages, reference: await writeReference() };
writeChanges();
await build(path(".."));
makeRelative(path("../../target/site"));
copyFileSync(VERSION, path("../../target/site/version.json"));
console.log(`site: ${Object.entries(counts).map(([section, count]) => `${count} pages of ${section}`).join(", ")}`);

function writeChanges() {
  const safe = changes.split(/(`[^`]*`)/).map((part, at) => (at % 2 === 1 ? part : part.replaceAll("<", "&lt;"))).join("");
  writeFileSync(path("../docs/changes.md"), `---\ntitle: Changes\noutline: 2\n---\n\n${safe.replaceAll("{{", "&#123;&#123;")}`);
}

/** For the menu: read by .vitepress/config.mjs. */
function writeVersion() {
  const version = /^version = "(.+)"/m.exec(readFileSync(path("../../Cargo.toml"), "utf8"))?.[1] ?? "";
  mkdirSync(path("../../target"), { recursive: true });
  writeFileSync(VERSION, `${JSON.stringify(versionOf(changes, version))}\n`);
}
