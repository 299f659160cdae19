// @ts-check
// A user's folder: the package packed as for publishing and installed from the tarball.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

/** Packs `pkg/`. Gives the tarball's path and the names of the files in it. */
export function pack(/** @type {string} */ folder) {
  const told = npm(resolve("pkg"), ["pack", "--json", "--pack-destination", folder]);
  const [{ filename, files }] = JSON.parse(told);
  return { tarball: join(folder, filename), files: files.map((/** @type {{ path: string }} */ { path }) => path).sort() };
}

/** Makes a folder below `parent` in which the package is installed; `remove` takes it away. */
export function consumer(parent = "target") {
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(resolve(parent, "consumer-"));
  const { tarball, files } = pack(folder);
  writeFileSync(join(folder, "package.json"), '{ "private": true, "type": "module" }');
  npm(folder, ["install", "--offline", "--no-package-lock", tarball]);
  return { folder, files, remove: () => rmSync(folder, { recursive: true }) };
}

function npm(/** @type {string} */ folder, /** @type {string[]} */ args) {
  return execFileSync("npm", args, { cwd: folder, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}
