// @ts-check
/**
 * The import bench: what importing the package adds to a cold Node process, and what its first call does.
 *
 *     node bench/import.mjs [--processes N]
 *
 * `cargo xtask bench import` installs what it needs. Each figure is the median over processes of their own; the first call is over
 * a stub, after the host's `Response` and `fetch` were used once, since loading those is the host's own doing.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { table } from "./report.js";

const { values } = parseArgs({ options: { processes: { type: "string", default: "15" } } });
const folder = mkdtempSync(join(tmpdir(), "import-"));
writeFileSync(join(folder, "empty.mjs"), "export {};");
const url = (/** @type {string} */ path) => new URL(path, import.meta.url).href;
/** @type {[string, string][]} */
const MODULES = [
  ["an empty module", pathToFileURL(join(folder, "empty.mjs")).href],
  ["fetch-with-policy", url("../pkg/index.js")],
  ["its policy alone", url("../pkg/policy.js")],
  ["its explainer alone", url("../pkg/explain.js")],
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
    const told = execFileSync(process.execPath, ["--input-type=module", "--eval", CODE, address], { encoding: "utf8" });
    met.get(name)?.push(JSON.parse(told));
  }
}

rmSync(folder, { recursive: true });

const median = (/** @type {number[]} */ list) => list.sort((a, b) => a - b)[Math.floor(list.length / 2)] ?? NaN;
const of = (/** @type {string} */ name, /** @type {number} */ column) => median((met.get(name) ?? []).map((row) => Number(row[column] ?? NaN)));
const empty = of("an empty module", 0);
const ms = (/** @type {number} */ value) => (Number.isNaN(value) ? "" : value.toFixed(1));
console.log(`medians of ${values.processes} processes, Node ${process.version}\n`);
const rows = MODULES.map(([name]) => [name, ms(of(name, 0)), ms(of(name, 0) - empty), ms(of(name, 1))]);
console.log(table([["import", "ms", "over an empty module", "first call, ms"], ...rows]));
