// @ts-check
/**
 * The wild: our package as it comes, and its peers, against servers as public reports describe them, on a simulated clock.
 *
 *     node bench/rate.mjs --wild [--scenario WORD] [--client WORD] [--seeds 1,2,3] [--readme] [--json]
 *
 * Each figure is the worst of the seeds. It fails where our package misses what it must show. `--readme` prints the table of
 * the README alone.
 */
import { parseArgs } from "node:util";
import { WILD_CLIENTS } from "./clients/wild.js";
import { table } from "./report.js";
import { WILD } from "./wild/cases.js";
import { figuresOf, judge } from "./wild/run.js";

const { values } = parseArgs({
  options: {
    wild: { type: "boolean" },
    scenario: { type: "string", default: "" },
    client: { type: "string", default: "" },
    seeds: { type: "string", default: "1,2,3" },
    readme: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
  },
});
const seeds = values.seeds.split(",").map(Number);
const exact = WILD.filter(({ name }) => name === values.scenario);
const cases = exact.length > 0 ? exact : WILD.filter(({ name }) => name.includes(values.scenario));
const clients = WILD_CLIENTS.filter(({ name }) => name.includes(values.client));
if (cases.length === 0 || clients.length === 0) throw new Error("no such case or client");
const [ours] = WILD_CLIENTS;

/** @type {Map<string, Promise<import("./wild/run.js").Figures>>} */
const known = new Map();
/** @param {import("./run.js").Client} client @param {string} name */
function measured(client, name) {
  const key = `${client.name} ${name}`;
  const wild = WILD.find((one) => one.name === name);
  if (wild === undefined) throw new Error(`no case is named ${name}`);
  const figures = known.get(key) ?? figuresOf(client, wild, seeds);
  known.set(key, figures);
  return figures;
}

const rows = [["server", ...clients.map((client) => (values.readme && client !== ours ? client.name : client.title))]];
const judged = [["case", "lost, refused, median s, all s", "at most", "met"]];
const all = [];
let isMet = true;
for (const wild of cases) {
  if (values.readme && !wild.shown) continue;
  const cells = [];
  for (const client of clients) {
    if (wild.alone && client !== ours) {
      cells.push("");
      continue;
    }
    process.stderr.write(`${wild.name}: ${client.title}\n`);
    const figures = await measured(client, wild.name);
    cells.push(`${figures.lost}, ${figures.refused}`);
    all.push({ scenario: wild.name, client: client.name, ...figures });
    if (client !== ours) continue;
    const { most, missed } = await judge(figures, wild, (name) => measured(ours, name));
    isMet &&= missed.length === 0;
    const [median, time] = [figures.median, figures.time].map((ms) => (ms / 1000).toFixed(2));
    judged.push([`${wild.title} (${wild.name})`, `${figures.lost}, ${figures.refused}, ${median}, ${time}`, most, missed.length === 0 ? "yes" : `NO: ${missed.join(", ")}${figures.how ? ` (${figures.how})` : ""}`]);
  }
  rows.push([wild.title, ...cells]);
}
if (values.json) console.log(JSON.stringify({ seeds, figures: all }, null, 1));
else {
  if (!values.readme) console.log(`Our package as it comes, round trips of 5-30 ms, the worst of ${seeds.length} seeds, simulated clock\n\n${table(judged)}\n`);
  console.log(`${values.readme ? "" : "Lost and refused:\n\n"}${table(rows)}`);
}
process.exit(isMet ? 0 : 1);
