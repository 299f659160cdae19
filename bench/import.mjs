// @ts-check
/**
 * The import bench: what importing the package adds to a cold Node process, and what its first call does.
 *
 *     node bench/import.mjs [--processes N]
 *
 * `cargo xtask bench import` installs what it needs. Each figure is the median over processes of their own, with the least beside it,
 * which is what other programs on the machine disturb least. The package is imported by its name, as its users do, so that finding it
 * counts. The first call is over a stub, after the host's `Response` and `fetch` were used once: loading those is the host's own doing.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { table } from "./report.js";

const { values } = parseArgs({ options: { processes: { type: "string", default: "15" } } });
const folder = mkdtempSync(join(tmpdir(), "import-"));
writeFileSync(join(folder, "empty.mjs"), "export {};");
mkdirSync(join(folder, "node_modules"));
symlinkSync(resolve(import.meta.dirname, "../pkg"), join(folder, "node_modules/fetch-with-policy"), "junction");
/** The most that is wanted: ms over an empty module, and of the first call. */
const MOST = 3;
const url = (/** @type {string} */ path) => new URL(path, import.meta.url).href;
/** @type {[string, string][]} */
const MODULES = [
  ["an empty module", pathToFileURL(join(folder, "empty.mjs")).href],
  ["fetch-with-policy", "fetch-with-policy"],
  ["its files with the modules inlined", url("../pkg/index.js")],
  ["ky", url("./node_modules/ky/distribution/index.js")],
];
// The loader's own first work is done before the clock starts.
const CODE = `
const [address] = process.argv.slice(1);
await import("data:text/javascript,export{}");
const started = performance.now();
const { createPolicy } = await import(address);
const imported = performance.now() - started;
let called = NaN;
if (createPolicy !== undefined) {
  globalThis.fetch;
  await new Response("").text();
  const before = performance.now();
  await createPolicy({ fetch: async () => new Response("") }).fetch("https://api.example/");
  called = performance.now() - before;
}
console.log(JSON.stringify([imported, called]));`;

/** @type {Map<string, (number | null)[][]>} */
const met = new Map(MODULES.map(([name]) => [name, []]));
for (let round = 0; round < Number(values.processes); round++) {
  for (const [name, address] of MODULES) {
    const told = execFileSync(process.execPath, ["--input-type=module", "--eval", CODE, address], { cwd: folder, encoding: "utf8" });
    met.get(name)?.push(JSON.parse(told));
  }
}

rmSync(folder, { recursive: true });

const sorted = (/** @type {string} */ name, /** @type {number} */ column) => (met.get(name) ?? []).map((row) => Number(row[column] ?? NaN)).sort((a, b) => a - b);
const median = (/** @type {number[]} */ list) => list[Math.floor(list.length / 2)] ?? NaN;
const ms = (/** @type {number} */ value) => (Number.isNaN(value) ? "" : value.toFixed(1));
const both = (/** @type {number[]} */ list, /** @type {number[]} */ base = [0]) => {
  const [middle, least] = [median(list) - median(base), (list[0] ?? NaN) - (base[0] ?? NaN)];
  return Number.isNaN(middle) ? "" : `${ms(middle)} (${ms(least)})`;
};
const empty = sorted("an empty module", 0);
console.log(`medians of ${values.processes} processes (and the least), Node ${process.version}, ms\n`);
const rows = MODULES.map(([name]) => [name, both(sorted(name, 0)), both(sorted(name, 0), empty), both(sorted(name, 1))]);
console.log(table([["import", "ms", "over an empty module", "first call"], ...rows, ["asked for", "", `${MOST}`, `${MOST}`]]));
