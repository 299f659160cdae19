// @ts-check
/**
 * The overhead bench: what our package and its peers cost beside the fetch itself, on this machine.
 *
 *     node bench/overhead.mjs [--client WORD] [--calls N] [--rounds N] [--waiting N]
 *
 * `cargo xtask bench overhead` installs what it needs. Figures are printed, not judged: they are this machine's.
 */
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { CLIENTS } from "./clients/index.js";
import { cpu, heap } from "./overhead.js";
import { table } from "./report.js";

const { values } = parseArgs({
  options: {
    client: { type: "string", default: "" },
    calls: { type: "string", default: "20000" },
    rounds: { type: "string", default: "5" },
    waiting: { type: "string", default: "10000" },
    heap: { type: "string" },
  },
});
const waiting = Number(values.waiting);

/**
 * As it comes; that of the other benches has no time limit for a call.
 * @type {import("./run.js").Client}
 */
const kyDefaults = {
  name: "ky-defaults",
  title: "ky, defaults",
  async create() {
    const { default: ky } = await import("ky");
    return (url) => ky(url);
  },
};
const all = [...CLIENTS, kyDefaults];

if (values.heap !== undefined) {
  // In a process of its own, with --expose-gc.
  const client = all.find(({ name }) => name === values.heap);
  if (client !== undefined) console.log(await heap(client, waiting));
  process.exit(0);
}

// Who must be told limits waits for those, and nobody waits here but for the server.
const clients = all.filter(({ name, told }) => !told && (name === "bare" || name.includes(values.client)));
const us = await cpu(clients, { calls: Number(values.calls), rounds: Number(values.rounds) });
const bare = us.get("bare") ?? 0;
const rows = [["client", "CPU us per call", "beyond the stub", "heap bytes per waiting call"]];
for (const { name, title } of clients) {
  const own = us.get(name) ?? 0;
  rows.push([title, own.toFixed(1), (own - bare).toFixed(1), name === "bare" ? "" : heapOf(name)]);
}
console.log(`${values.calls} calls one after the other over a stub, the least of ${values.rounds} rounds; ${waiting} waiting calls\n`);
console.log(table(rows));
process.exit(0);

/**
 * @param {string} name
 * @returns {string}
 */
function heapOf(name) {
  const own = fileURLToPath(import.meta.url);
  const args = ["--expose-gc", own, "--heap", name, "--waiting", String(waiting)];
  try {
    const out = execFileSync(process.execPath, args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"], timeout: 120_000 });
    return Number(out).toFixed(0);
  } catch {
    return "did not end";
  }
}
