// @ts-check
// What each bundler makes of one script: the files that a page loads at once, and all of them. Minified, as bundlers do by themselves;
// what rollup makes is minified by esbuild.
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import nodeResolve from "@rollup/plugin-node-resolve";
import * as esbuild from "esbuild";
import { rollup } from "rollup";
import * as vite from "vite";
import webpack from "webpack";
import { tool } from "./builds.js";

/**
 * @typedef {object} Made
 * @property {Uint8Array[]} first files that are loaded before the script runs
 * @property {Uint8Array[]} all
 */
/** @type {Record<string, (folder: string, script: string, out: string) => Promise<Made>>} */
export const WEIGHED = {
  esbuild: (folder, script) => byEsbuild(folder, script, false),
  "esbuild, split": (folder, script) => byEsbuild(folder, script, true),
  async rollup(folder, script) {
    const built = await rollup({ input: join(folder, script), plugins: [nodeResolve({ browser: true })], logLevel: "silent" });
    const { output } = await built.generate({ format: "es" });
    await built.close();
    for (const file of output) if (file.type === "chunk") file.code = (await esbuild.transform(file.code, { minify: true, format: "esm" })).code;
    return ofChunks(output);
  },
  async vite(folder, script) {
    const input = join(folder, script);
    const built = await vite.build({ root: folder, logLevel: "error", configFile: false, build: { write: false, rollupOptions: { input } } });
    return ofChunks(/** @type {any} */ (built).output);
  },
  webpack: (folder, script, out) =>
    new Promise((resolve, reject) => {
      webpack({ mode: "production", context: folder, entry: { main: `./${script}` }, output: { path: out }, performance: false }, (error, stats) => {
        if (error || stats?.hasErrors()) return reject(error ?? new Error(stats?.toString("errors-only")));
        const first = stats?.toJson().entrypoints?.["main"]?.assets?.map(({ name }) => name) ?? [];
        resolve(ofFiles(out, (name) => first.includes(name)));
      });
    }),
  async parcel(folder, script, out) {
    mkdirSync(out, { recursive: true });
    writeFileSync(join(folder, "weighed.html"), `<!doctype html><title>app</title><script type="module" src="./${script}"></script>`);
    tool("parcel", ["build", "weighed.html", "--dist-dir", out, "--no-cache", "--cache-dir", join(folder, "cache"), "--no-autoinstall", "--no-source-maps"], folder);
    // Its import map names what is loaded later, too. Names are without quotes.
    const page = readFileSync(join(out, "weighed.html"), "utf8").replace(/<script type=importmap>.*?<\/script>/s, "");
    const first = new Set(readdirSync(out).filter((name) => page.includes(`/${name}`)));
    // Their static imports; the loop also visits items that it adds to the Set.
    for (const name of first) for (const [, other = ""] of text(out, name).matchAll(/(?:from|import)\s*"(?:\.?\/)?([\w.-]+\.js)"/g)) first.add(other);
    return ofFiles(out, (name) => first.has(name));
  },
};

/** @param {string} folder @param {string} script @param {boolean} splitting @returns {Promise<Made>} */
async function byEsbuild(folder, script, splitting) {
  const built = await esbuild.build({
    absWorkingDir: folder,
    entryPoints: [script],
    bundle: true,
    format: "esm",
    splitting,
    minify: true,
    outdir: "made",
    metafile: true,
    write: false,
    logLevel: "error",
  });
  const name = `made/${script}`;
  const first = new Set([name]);
  for (const file of first) for (const { kind, path } of built.metafile.outputs[file]?.imports ?? []) if (kind === "import-statement") first.add(path);
  const isFirst = (/** @type {string} */ path) => [...first].some((file) => path.replaceAll("\\", "/").endsWith(`/${file}`));
  return { first: built.outputFiles.filter(({ path }) => isFirst(path)).map(({ contents }) => contents), all: built.outputFiles.map(({ contents }) => contents) };
}

/** By the output of rollup, which vite's is like. @param {any[]} output @returns {Made} */
function ofChunks(output) {
  const bytes = (/** @type {any} */ file) => Buffer.from(file.code ?? file.source);
  const first = new Set(output.filter(({ isEntry }) => isEntry).map(({ fileName }) => fileName));
  for (const name of first) for (const other of output.find(({ fileName }) => fileName === name)?.imports ?? []) first.add(other);
  return { first: output.filter(({ fileName }) => first.has(fileName)).map(bytes), all: output.map(bytes) };
}

/** @param {string} out @param {(name: string) => boolean} isFirst @returns {Made} */
function ofFiles(out, isFirst) {
  const names = readdirSync(out).filter((name) => /\.(js|wasm)$/.test(name));
  const read = (/** @type {string[]} */ list) => list.map((name) => readFileSync(join(out, name)));
  return { first: read(names.filter(isFirst)), all: read(names) };
}

const text = (/** @type {string} */ out, /** @type {string} */ name) => readFileSync(join(out, name), "utf8");
