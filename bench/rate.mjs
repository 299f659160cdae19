// @ts-check
/**
 * The rate bench: our package and its peers against rate-limited servers, on a simulated clock.
 *
 *     node bench/rate.mjs [--scenario WORD] [--client WORD] [--all] [--phases 0.13,0.51,0.87] [--calls N] [--seed N]
 *                         [--loopback] [--json]
 *     node bench/rate.mjs --wild [..]          servers as public reports describe them: wild.mjs
 *     node bench/rate.mjs --shared [..]        several clients that share quotas: shared.mjs
 *     node bench/rate.mjs --against-loop [..]  beside a plain loop on the same clock and seed: against.mjs
 *
 * It needs the built package, and Node 22 or newer with `npm ci` in this folder for the peers; `cargo xtask bench rate`
 * sees to all. WORD is a name, or a part of names. Without `--all`, only the cases with a target are run. `--loopback`
 * runs over real HTTP on this machine instead. Figures are printed, not judged: it fails only where it crashes or our
 * package loses a call.
 */
import { parseArgs } from "node:util";
import { CLIENTS } from "./clients/index.js";
import { DEFAULTS, runOverHttp } from "./loopback.js";
import { comparison, targets } from "./report.js";
import { CALLS, SCENARIOS } from "./scenarios.js";
import { judge, summarise } from "./summary.js";

const OURS = "ours";

// Each of these ends the process.
if (process.argv.includes("--wild")) await import("./wild.mjs");
if (process.argv.includes("--shared")) await import("./shared.mjs");
if (process.argv.includes("--against-loop")) await import("./against.mjs");

const { values } = parseArgs({
  options: {
    scenario: { type: "string" },
    client: { type: "string" },
    all: { type: "boolean", default: false },
    phases: { type: "string", default: "0.13,0.51,0.87" },
    calls: { type: "string" },
    seed: { type: "string", default: "1" },
    loopback: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
  },
});
/** @type {import("./summary.js").Load} */
const load = {
  calls: Number(values.calls ?? (values.loopback ? DEFAULTS.calls : CALLS)),
  seed: Number(values.seed),
  phases: values.phases.split(",").map(Number),
  ...(values.loopback && { runner: runOverHttp }),
};
const usual = values.loopback
  ? SCENARIOS.filter(({ name }) => DEFAULTS.scenarios.includes(name))
  : SCENARIOS.filter(({ target }) => target !== undefined);
const scenarios = values.all || values.scenario !== undefined ? named(SCENARIOS, values.scenario) : usual;
const peers = values.loopback ? CLIENTS.filter(({ name }) => DEFAULTS.clients.includes(name)) : CLIENTS;
const clients = values.client === undefined ? peers : named(CLIENTS, values.client);

/** @type {import("./summary.js").Summary[]} */
const summaries = [];
for (const scenario of scenarios) {
  for (const client of clients) {
    if (scenario.blind && client.told) continue;
    process.stderr.write(`${scenario.name}: ${client.title}\n`);
    const summary = await summarise(client, scenario, load);
    summaries.push(client.name === OURS && !values.loopback ? await judge(summary, client, scenario, load) : summary);
  }
}

const ours = summaries.filter(({ client }) => client === OURS);
if (values.json) console.log(JSON.stringify({ ...load, summaries }, null, 1));
else {
  const simulated = `round trips of 5-30 ms, medians of ${load.phases.length} start phases, simulated clock`;
  const how = values.loopback ? "over HTTP on this machine, one run each" : simulated;
  console.log(`${load.calls} calls at once, ${how}`);
  // Targets are for the simulated load.
  if (ours.length > 0 && !values.loopback) console.log(`\n${targets(ours, scenarios)}`);
  if (clients.length > 1 || values.loopback) console.log(`\n${comparison(summaries, clients, scenarios)}`);
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
