// @ts-check
// Each bundler as its users run it, with next to no configuration: the apps of a folder in, a folder of files out.
import { execFileSync } from "node:child_process";
import { delimiter, dirname, join } from "node:path";
import nodeResolve from "@rollup/plugin-node-resolve";
import * as esbuild from "esbuild";
import { rollup } from "rollup";
import * as vite from "vite";
import webpack from "webpack";

const APPS = ["main", "small"];
/** Those that take along what is named by `new URL("x", import.meta.url)`; elsewhere the user copies the file. */
export const KNOW_URLS = ["vite", "webpack", "parcel"];
// The tools run by this Node, which may be newer than the system's.
const PATH = `${dirname(process.execPath)}${delimiter}${process.env["PATH"]}`;
/** @param {string} name @param {string[]} args @param {string} folder */
export const tool = (name, args, folder) =>
  execFileSync(join(import.meta.dirname, "node_modules/.bin", name), args, { cwd: folder, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, PATH } });

async function byEsbuild(/** @type {string} */ folder, /** @type {string} */ out, /** @type {boolean} */ splitting) {
  for (const app of APPS) {
    await esbuild.build({ absWorkingDir: folder, entryPoints: [`${app}.js`], bundle: true, format: "esm", splitting, minify: true, outdir: out, logLevel: "error" });
  }
}

/** @type {Record<string, (folder: string, out: string) => Promise<unknown>>} */
export const BUILDS = {
  vite: (folder, out) =>
    vite.build({
      root: folder,
      logLevel: "error",
      configFile: false,
      build: { outDir: out, rollupOptions: { input: { main: join(folder, "index.html"), small: join(folder, "small.html"), url: join(folder, "url.html") } } },
    }),
  webpack: (folder, out) =>
    new Promise((resolve, reject) => {
      const entry = Object.fromEntries([...APPS, "url"].map((app) => [app, `./${app}.js`]));
      webpack({ mode: "production", context: folder, entry, output: { path: out } }, (error, stats) => {
        if (error || stats?.hasErrors()) reject(error ?? new Error(stats?.toString("errors-only")));
        else resolve(stats);
      });
    }),
  // One at a time: with splitting, esbuild keeps for all entries what one of them uses of a file that they all name.
  esbuild: (folder, out) => byEsbuild(folder, out, true),
  // A file for each app, as its command makes it where nothing else is asked for.
  "esbuild without splitting": (folder, out) => byEsbuild(folder, out, false),
  async rollup(folder, out) {
    const built = await rollup({ input: APPS.map((app) => join(folder, `${app}.js`)), plugins: [nodeResolve({ browser: true })] });
    await built.write({ dir: out, format: "es" });
    await built.close();
  },
  // It reads no `exports` of a package unless it is told to; the package's `module` is there for it.
  parcel: async (folder, out) => tool("parcel", ["build", "index.html", "small.html", "url.html", "--dist-dir", out, "--no-cache", "--cache-dir", join(folder, "cache"), "--no-autoinstall", "--no-source-maps"], folder),
};
