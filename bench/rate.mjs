// @ts-check
/**
 * The rate bench: our package and its peers against rate-limited servers, on a simulated clock.
 *
 *     node bench/rate.mjs [--scenario WORD] [--client WORD] [--all] [--phases 0.13,0.51,0.87] [--calls N] [--seed N] [--json]
 *
 * It needs the built package; peers need `npm ci` in this folder. `cargo xtask bench rate` does both. Figures are
 * printed, not judged: it fails only where it crashes or our package loses a call.
 */
import { parseArgs } from "node:util";
import { CLIENTS } from "./clients/index.js";
import { comparison, targets } from "./report.js";
import { CALLS, SCENARIOS } from "./scenarios.js";
import { judge, summarise } from "./summary.js";

const OURS = "ours";

const { values } = parseArgs({
  options: {
    scenario: { type: "string" },
    client: { type: "string" },
    all: { type: "boolean", default: false },
    phases: { type: "string", default: "0.13,0.51,0.87" },
    calls: { type: "string", default: String(CALLS) },
    seed: { type: "string", default: "1" },
    json: { type: "boolean", default: false },
  },
});
const load = { calls: Number(values.calls), seed: Number(values.seed), phases: values.phases.split(",").map(Number) };
const asked = values.all || values.scenario !== undefined ? SCENARIOS : SCENARIOS.filter(({ target }) => target !== undefined);
const scenarios = named(asked, values.scenario);
const clients = named(CLIENTS, values.client);

/** @type {import("./summary.js").Summary[]} */
const summaries = [];
for (const scenario of scenarios) {
  for (const client of clients) {
    process.stderr.write(`${scenario.name}: ${client.title}\n`);
    const summary = await summarise(client, scenario, load);
    summaries.push(client.name === OURS ? await judge(summary, client, scenario, load) : summary);
  }
}

const ours = summaries.filter(({ client }) => client === OURS);
if (values.json) console.log(JSON.stringify({ ...load, summaries }, null, 1));
else {
  console.log(`${load.calls} calls at once, round trips of 5-30 ms, medians of ${load.phases.length} start phases, simulated clock`);
  if (ours.length > 0) console.log(`\n${targets(ours, scenarios)}`);
  if (clients.length > 1) console.log(`\n${comparison(summaries, clients, scenarios)}`);
}
process.exit(ours.some(({ lost }) => lost > 0) ? 1 : 0);

/**
 * The one of this name; else all whose name has the word.
 * @template {{ name: string }} T
 * @param {T[]} list
 * @param {string | undefined} word
 */
function named(list, word) {
  if (word === undefined) return list;
  const exact = list.filter(({ name }) => name === word);
  const found = exact.length > 0 ? exact : list.filter(({ name }) => name.includes(word));
  if (found.length === 0) throw new Error(`none is named like ${word}; there are ${list.map(({ name }) => name).join(", ")}`);
  return found;
}
