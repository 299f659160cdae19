// @ts-check
/**
 * The bench of shared quotas: several clients with one token and a coordinator, on a simulated clock.
 *
 *     node bench/rate.mjs --shared [--part even,demand,few,open,faults] [--server WORD] [--clients 4,10,100] [--away none,1,50] [--phases ..]
 *                                     [--latency 100,2000]   a busy machine: how long a send takes, ms
 *
 * Medians of the phases, and behind them the worst. `none`: without a coordinator. Figures are printed, not judged.
 */
import { parseArgs } from "node:util";
import { even, FEW_UNITS, late, open, SERVERS, uneven } from "./shared/cases.js";
import { play } from "./shared/play.js";

const { values } = parseArgs({
  options: {
    shared: { type: "boolean" },
    part: { type: "string", default: "even,demand,few,open,faults" },
    server: { type: "string", default: "" },
    clients: { type: "string", default: "4,10,100" },
    away: { type: "string", default: "none,1,50" },
    phases: { type: "string", default: "0.13,0.31,0.51,0.67,0.87" },
    latency: { type: "string" },
    seed: { type: "string", default: "1" },
  },
});
const phases = values.phases.split(",").map(Number);
const aways = values.away.split(",").map((word) => (word === "none" ? null : Number(word)));
const clients = values.clients.split(",").map(Number);
const latency = values.latency?.split(",").map(Number);

const median = (/** @type {number[]} */ list) => [...list].sort((a, b) => a - b)[list.length >> 1];
const title = (/** @type {number | null} */ away) => (away === null ? "none" : `${away} ms`);

/**
 * One row: the same from all phases.
 * @param {string} name
 * @param {(phase: number, seed: number) => any} run
 * @param {boolean} [isOpen]
 */
async function row(name, run, isOpen = false) {
  /** @type {import("./shared/play.js").Outcome[]} */
  const runs = [];
  for (const [n, phase] of phases.entries()) runs.push(await play({ ...(latency && { latency }), ...run(phase, Number(values.seed) + 100 * n) }));
  const both = (/** @type {(run: any) => number} */ of, digits = 3) => `${median(runs.map(of)).toFixed(digits)} (${Math.max(...runs.map(of)).toFixed(digits)})`;
  const at = (/** @type {number} */ share) => (/** @type {any} */ { waits }) => waits[Math.min(waits.length - 1, Math.floor(share * waits.length))];
  const lost = Math.max(...runs.map((run) => run.lost));
  const why = runs.find((run) => run.why)?.why;
  const main = isOpen ? ["p50", "p95", "p99"].map((word, n) => `${word} ${both(at([0.5, 0.95, 0.99][n]), 0)}`).join("  ") : both((run) => run.ratio);
  console.log(`${name.padEnd(36)} ${main.padEnd(16)}  429s ${both((run) => run.limited, 0).padEnd(12)} lost ${lost}  trips ${both((run) => run.trips, 2)}${lost > 0 ? `  ${why}` : ""}`);
}

const named = (/** @type {Record<string, any>} */ all) => Object.entries(all).filter(([name]) => values.server === "" || values.server.split(",").includes(name));
const parts = values.part.split(",");
console.log("ratio: median (worst) of the phases; 429s; lost at worst; exchanges a call");

if (parts.includes("even")) {
  for (const [name, server] of named(SERVERS)) {
    for (const count of clients) for (const away of aways) await row(`${name}, ${count} clients, ${title(away)}`, (phase, seed) => ({ server, calls: even(count), clients: count, away, phase, seed }));
  }
}
if (parts.includes("demand")) {
  for (const [name, server] of named(SERVERS)) {
    for (const away of aways) await row(`${name}, 7:1:1:1, ${title(away)}`, (phase, seed) => ({ server, calls: uneven(), clients: 4, away, phase, seed }));
    for (const away of aways) await row(`${name}, 3 of 4 late, ${title(away)}`, (phase, seed) => ({ server, calls: late(), clients: 4, away, phase, seed }));
  }
}
if (parts.includes("few")) {
  for (const [name, server] of named(FEW_UNITS)) {
    for (const away of aways) await row(`${name}, 30 on 20/s, ${title(away)}`, (phase, seed) => ({ server, calls: even(30, 600), clients: 30, away, phase, seed }));
  }
}
if (parts.includes("open")) {
  for (const [name, server] of named({ first: SERVERS.first })) {
    for (const load of [0.3, 0.6, 0.95]) {
      for (const count of [10, 30]) {
        for (const away of aways) await row(`${name}, ${count}, load ${load}, ${title(away)}`, (phase, seed) => ({ server, calls: open(count, load, seed), clients: count, away, phase, seed }), true);
      }
    }
  }
}
if (parts.includes("faults")) {
  const lie = (/** @type {any} */ reply) => ({ ...reply, quotas: reply.quotas.map((/** @type {any} */ quota) => ({ ...quota, units: 0, next: 0, scarce: true })) });
  const nonsense = () => ({ members: NaN, quotas: "x".repeat(1_000_000) });
  /** @type {[string, object][]} */
  const faults = [
    ["none", { away: null }],
    ["well", {}],
    ["down from 5 s", { fault: (/** @type {number} */ at) => (at > 5000 ? "down" : undefined) }],
    ["down 2 to 8 s", { fault: (/** @type {number} */ at) => (at > 2000 && at < 8000 ? "down" : undefined) }],
    ["hangs from 5 s", { fault: (/** @type {number} */ at) => (at > 5000 ? "hangs" : undefined) }],
    ["always down", { fault: () => "down" }],
    ["flushed at 4 s", { fault: flushOnce() }],
    ["400 ms away, patience 300", { away: 400, patience: 300 }],
    ["grants nothing", { fault: () => lie }],
    ["nonsense", { fault: () => nonsense }],
    ["one dies at 4 s", { dies: 4000 }],
  ];
  for (const [name, server] of named({ fixed: SERVERS.fixed, first: SERVERS.first, bucket: SERVERS.bucket })) {
    for (const [fault, more] of faults) await row(`${name}, ${fault}`, (phase, seed) => ({ server, calls: even(4), clients: 4, away: 1, phase, seed, ...more }));
  }
}
process.exit(0);

function flushOnce() {
  let last = 0;
  return (/** @type {number} */ at) => {
    const isNow = last < 4000 && at >= 4000;
    last = at;
    return isNow ? "flushed" : undefined;
  };
}
