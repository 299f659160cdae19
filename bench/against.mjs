// @ts-check
/**
 * Never worse than a plain loop: our package as it comes, a loop of four attempts (full jitter from a second on, or as long
 * as Retry-After says) and native fetch, on the same simulated clock and seed.
 *
 *     node bench/rate.mjs --against-loop [--scenario WORD] [--seeds 1,2,3]
 *
 * A row is met where in each seed no more calls are lost than by the loop, all take at most twice its time, and the 95th of a
 * hundred healthy calls at most twice that of native fetch. Shown is the seed that is worst for our package. It fails where a row
 * is missed.
 */
import { parseArgs } from "node:util";
import { ROWS } from "./against/rows.js";
import { figuresOf, judge } from "./against/run.js";
import { asItComes, loop, native } from "./clients/wild.js";
import { table } from "./report.js";

const { values } = parseArgs({
  options: { "against-loop": { type: "boolean" }, scenario: { type: "string", default: "" }, seeds: { type: "string", default: "1,2,3" } },
});
const seeds = values.seeds.split(",").map(Number);
const rows = ROWS.filter(({ name }) => name.includes(values.scenario));
if (rows.length === 0) throw new Error(`none is named like ${values.scenario}; there are ${ROWS.map(({ name }) => name).join(", ")}`);

const seconds = (/** @type {number} */ ms) => (ms / 1000).toFixed(ms < 1000 ? 3 : 1);
const lines = [["server", "lost: policy, loop, native", "requests: policy, loop", "time s: policy, loop", "healthy median s: policy, native", "healthy p95 s: policy, native", "met"]];
let missed = 0;
for (const row of rows) {
  process.stderr.write(`${row.name}\n`);
  const runs = [];
  for (const seed of seeds) {
    const [ours, other, bare] = [await figuresOf(asItComes, row, seed), await figuresOf(loop, row, seed), await figuresOf(native, row, seed)];
    const verdict = judge(ours, other, bare, row);
    runs.push({ ours, other, bare, missed: Object.entries(verdict).flatMap(([name, isMet]) => (isMet ? [] : [name])) });
  }
  const worst = runs.reduce((a, b) => (b.missed.length - a.missed.length || b.ours.lost - a.ours.lost) > 0 ? b : a);
  const { ours, other, bare } = worst;
  if (worst.missed.length > 0) missed++;
  const healthy = bare.p95 === 0 ? ["", ""] : [`${seconds(ours.median)}, ${seconds(bare.median)}`, `${seconds(ours.p95)}, ${seconds(bare.p95)}`];
  const met = worst.missed.length === 0 ? "yes" : `NO: ${worst.missed.join(", ")}${ours.how ? ` (${ours.how})` : ""}`;
  lines.push([`${row.title} (${row.name})`, `${ours.lost}, ${other.lost}, ${bare.lost}`, `${ours.requests}, ${other.requests}`, `${seconds(ours.time)}, ${seconds(other.time)}`, ...healthy, met]);
}
console.log(`The worst of ${seeds.length} seeds, simulated clock\n\n${table(lines)}\n\n${rows.length - missed} of ${rows.length} rows met`);
process.exit(missed === 0 ? 0 : 1);
