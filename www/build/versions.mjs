// @ts-check
/**
 * Several versions as one site: the present one at the root, others below it in folders such as v0.1.0. Each folder has a
 * versions.json that its menu reads: where the others are, and which of its pages each of them lacks.
 *
 *     node www/build/versions.mjs SITE [FOLDER...]
 *
 * FOLDER is a built site, of one version or of several: its versions that are released are copied, except the one of SITE; another one is named.
 */
import { cpSync, existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join, sep } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * What a site is about: "0.1.0", "0.1.0, unreleased", or "next" for what comes after a release.
 * @typedef {{ version: string, isReleased: boolean, label: string }} Version
 */

const RELEASED = /^v\d+\.\d+\.\d+$/;

/**
 * A version is released once CHANGELOG has its date and nothing above it.
 * @param {string} changelog @param {string} version @returns {Version}
 */
export function versionOf(changelog, version) {
  const [, ...sections] = changelog.split(/^## /m);
  const dated = sections.findIndex((section) => section.startsWith(`${version} - `));
  if (dated < 0) return { version, isReleased: false, label: `${version}, unreleased` };
  const isReleased = sections.slice(0, dated).every((section) => !/\S/.test(section.replace(/^.*/, "")));
  return { version, isReleased, label: isReleased ? version : "next" };
}

/** @param {string} site @param {string[]} folders */
export function joinVersions(site, folders) {
  for (const name of folderNames(site)) rmSync(join(site, name), { recursive: true });
  const present = read(site);
  /** @type {Map<string, string>} */
  const taken = new Map();
  for (const folder of folders.flatMap((folder) => [folder, ...folderNames(folder).map((name) => join(folder, name))])) {
    const { version, isReleased, label } = read(folder);
    if (!isReleased) console.warn(`site: ${folder} is left out: ${label} is no released version`);
    if (!isReleased || (present.isReleased && version === present.version)) continue;
    if (taken.has(version)) throw new Error(`${version} is in ${taken.get(version)} and in ${folder}`);
    taken.set(version, folder);
    const inner = folderNames(folder).map((name) => join(folder, name));
    cpSync(folder, join(site, `v${version}`), { recursive: true, filter: (path) => !inner.includes(path) });
  }
  const newestFirst = [...taken.keys()].sort((a, b) => b.localeCompare(a, "en", { numeric: true }));
  const all = ["", ...newestFirst.map((version) => `v${version}/`)].map((at) => ({ at, ...read(join(site, at)), pages: new Set(pagesOf(join(site, at))) }));
  for (const one of all) {
    const versions = all.map(({ at, label, pages }) => ({
      label,
      at: one.at === "" ? at || "./" : one === all.find((other) => other.at === at) ? "./" : `../${at}`,
      missing: [...one.pages].filter((page) => !pages.has(page)),
    }));
    writeFileSync(join(site, one.at, "versions.json"), `${JSON.stringify(versions)}\n`);
  }
  return all.map(({ label }) => label);
}

/** Folders of versions in a site. @param {string} site */
function folderNames(site) {
  return readdirSync(site).filter((name) => RELEASED.test(name) && existsSync(join(site, name, "version.json")));
}

/** @param {string} site @returns {Version} */
function read(site) {
  const file = join(site, "version.json");
  if (!existsSync(file)) throw new Error(`${site} is no built site: it has no version.json`);
  return JSON.parse(readFileSync(file, "utf8"));
}

/** The pages of one version, as in addresses. @param {string} site */
function pagesOf(site) {
  const names = /** @type {string[]} */ (readdirSync(site, { recursive: true })).map((name) => name.split(sep).join("/"));
  return names.filter((name) => name.endsWith(".html") && name !== "404.html" && !RELEASED.test(name.split("/")[0] ?? ""));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [site = "", ...folders] = process.argv.slice(2);
  try {
    console.log(`site: ${joinVersions(site, folders).join("; ")}`);
  } catch (error) {
    console.error(`versions: ${/** @type {Error} */ (error).message}`);
    process.exitCode = 1;
  }
}
