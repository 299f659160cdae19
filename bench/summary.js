// @ts-check
import { runOnce } from "./run.js";
import { SCENARIOS } from "./scenarios.js";

/**
 * A client on a case: the median over all start phases, or one run over real HTTP.
 * @typedef {object} Summary
 * @property {string} scenario
 * @property {string} client
 * @property {number} ratio median
 * @property {number} limited median of the 429s
 * @property {number} lost most
 * @property {string} [why] how a lost call ended
 * @property {{ ratio: number, limited: number }} [target] for our package
 * @property {boolean} [met]
 * @property {import("./run.js").Outcome[]} runs
 *
 * @typedef {object} Load
 * @property {number} calls
 * @property {number[]} phases
 * @property {number} seed
 * @property {Runner} [runner] instead of the simulation; phases are then as they come
 *
 * @callback Runner
 * @param {import("./run.js").Client} client
 * @param {import("./scenarios.js").Scenario} scenario
 * @param {Load} load
 * @returns {Promise<import("./run.js").Outcome>}
 */

/**
 * What "as without" may differ by, in multiples of the least time: one start phase is not another, and the first reset comes
 * before many answers have told the server's clock.
 */
export const ALIKE = 0.02;

/**
 * @param {import("./run.js").Client} client
 * @param {import("./scenarios.js").Scenario} scenario
 * @param {Load} load
 * @returns {Promise<Summary>}
 */
export async function summarise(client, scenario, load) {
  const runs = load.runner ? [await load.runner(client, scenario, load)] : [];
  for (const [n, phase] of (load.runner ? [] : load.phases).entries()) {
    runs.push(await runOnce({ client, scenario, phase, calls: load.calls, seed: load.seed + 100 * n }));
  }
  /** @type {Summary} */
  const summary = {
    scenario: scenario.name,
    client: client.name,
    ratio: median(runs.map(({ ratio }) => ratio)),
    limited: median(runs.map(({ limited }) => limited)),
    lost: Math.max(...runs.map(({ lost }) => lost)),
    runs,
  };
  const why = runs.find((run) => run.why)?.why;
  return why === undefined ? summary : { ...summary, why };
}

/**
 * Sets the target, and whether our package met it.
 * @param {Summary} summary
 * @param {import("./run.js").Client} client
 * @param {import("./scenarios.js").Scenario} scenario
 * @param {Load} load
 * @returns {Promise<Summary>}
 */
export async function judge(summary, client, { target }, load) {
  if (target === undefined) return summary;
  const limits = "like" in target ? await figuresOf(client, target.like, load) : target;
  const met = summary.lost === 0 && rounded(summary.ratio) <= rounded(limits.ratio) && summary.limited <= limits.limited;
  return { ...summary, target: limits, met };
}

/**
 * @param {import("./run.js").Client} client
 * @param {string} name
 * @param {Load} load
 */
async function figuresOf(client, name, load) {
  const scenario = SCENARIOS.find((other) => other.name === name);
  if (scenario === undefined) throw new Error(`no scenario is named ${name}`);
  const { ratio, limited } = await summarise(client, scenario, load);
  return { ratio: ratio + ALIKE, limited };
}

/** Two decimals, as targets are given. @param {number} ratio */
function rounded(ratio) {
  return Math.round(ratio * 100);
}

/** @param {number[]} values */
function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
