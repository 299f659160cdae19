// @ts-check
/**
 * The demo without a browser: the same load through the policy and through bare fetch, over real HTTP, as a table.
 *
 * The policy is told nothing beforehand. What was sent and refused is the server's own count; what was waited is the
 * call records'. Each load has a token, and so a quota, of its own, and begins in the first tenth of a window.
 */
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { LIMIT, WINDOW } from "./api.js";
import { fire } from "./load.js";
import { floor, phase, untilOpening } from "./quota.js";
import { createProgress } from "./progress.mjs";

/** 429s that a client which was told nothing may meet. */
const MOST_LIMITED = 1;

/** @typedef {{ attempts: unknown[], waited: number } | undefined} Record */
/** @typedef {{ ok: number, lost: number, sent: number, limited: number, retries: number, waited: number[],
 *   makespan: number, floor: number, phase: number }} Outcome */

/**
 * Runs both loads, prints the table, and returns what the policy fell short of: empty if nothing.
 * @param {object} run
 * @param {string} run.url address of the demo API
 * @param {{ statistics(token: string): { requests: number, limited: number } }} run.api
 * @param {number} run.calls
 * @param {(input: string, init: RequestInit) => Promise<Response>} run.fetchWithPolicy
 * @param {(settled: unknown) => Record} run.callRecord
 * @returns {Promise<string[]>}
 */
export async function runOnce({ url, api, calls, fetchWithPolicy, callRecord }) {
  console.log(`${calls} calls at once, ${LIMIT} per ${WINDOW / 1000} s allowed, nothing told beforehand`);
  /** @param {string} name @param {typeof fetchWithPolicy} fetch */
  const load = (name, fetch) => runLoad({ name, url, api, calls, fetch, callRecord });
  const policy = await load("fetchWithPolicy", fetchWithPolicy);
  const bare = await load("bare fetch", (input, init) => fetch(input, init));
  console.log(table([["", "fetchWithPolicy", "bare fetch"], ...rowsOf(policy, bare)]));
  const short = shortfalls(policy);
  console.log(short.length === 0 ? "ok: nothing lost, the quota kept" : `fell short: ${short.join("; ")}`);
  return short;
}

/** @param {any} load @returns {Promise<Outcome>} */
async function runLoad({ name, url, api, calls, fetch, callRecord }) {
  const token = randomUUID();
  await sleep(untilOpening(Date.now(), WINDOW));
  const progress = createProgress(name, calls);
  const start = Date.now();
  const began = performance.now();
  let makespan = 0;
  let ok = 0;
  let retries = 0;
  /** @type {number[]} */
  const waited = [];
  await fire({
    api: url,
    count: calls,
    token,
    fetch,
    onSettled(_, { response, error }) {
      makespan = performance.now() - began;
      if (response?.ok) ok += 1;
      const record = callRecord(response ?? error);
      retries += Math.max(0, (record?.attempts.length ?? 1) - 1);
      waited.push(record?.waited ?? 0);
      progress.step(response?.ok ?? false);
    },
  });
  progress.end();
  const { requests, limited } = api.statistics(token);
  return {
    ok,
    lost: calls - ok,
    sent: requests,
    limited,
    retries,
    waited: waited.sort((a, b) => a - b),
    makespan,
    floor: floor({ calls, start, limit: LIMIT, window: WINDOW }),
    phase: phase(start, WINDOW),
  };
}

/** @param {Outcome} policy */
function shortfalls(policy) {
  const short = [];
  if (policy.lost > 0) short.push(`${policy.lost} calls lost, none may be`);
  if (policy.limited > MOST_LIMITED) short.push(`${policy.limited} times 429, at most ${MOST_LIMITED} is allowed`);
  // The ratio is shown and not judged: it grows on a busy machine. `tests/it/rate_table.rs` judges it on a simulated clock.
  return short;
}

/** @param {...Outcome} outcomes @returns {string[][]} */
function rowsOf(...outcomes) {
  /** @type {[string, (outcome: Outcome) => string][]} */
  const columns = [
    ["calls ok", (o) => String(o.ok)],
    ["calls lost", (o) => String(o.lost)],
    ["requests sent", (o) => String(o.sent)],
    ["429s met", (o) => String(o.limited)],
    ["retries", (o) => String(o.retries)],
    ["waited, median", (o) => seconds(o.waited[Math.floor(o.waited.length / 2)])],
    ["waited, longest", (o) => seconds(o.waited.at(-1) ?? 0)],
    ["started into a window", (o) => seconds(o.phase)],
    ["makespan", (o) => seconds(o.makespan)],
    // What lost calls did not wait for is no speed: the yardstick holds only where every call came through.
    ["least the quota allows", (o) => (o.lost === 0 ? seconds(o.floor) : "-")],
    ["ratio", (o) => (o.lost === 0 && o.floor > 0 ? ratio(o) : "-")],
  ];
  return columns.map(([name, show]) => [name, ...outcomes.map(show)]);
}

/** @param {Outcome} outcome */
function ratio({ makespan, floor }) {
  return (makespan / floor).toFixed(3);
}

/** @param {number} ms */
function seconds(ms) {
  return `${(ms / 1000).toFixed(2)} s`;
}

/** @param {string[][]} rows the first is the head */
function table(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  /** @param {string[]} row */
  const line = ([name, ...cells]) =>
    [name.padEnd(widths[0]), ...cells.map((cell, i) => cell.padStart(widths[i + 1]))].join("   ");
  const rule = widths.map((width) => "-".repeat(width)).join("   ");
  return ["", line(rows[0]), rule, ...rows.slice(1).map(line), ""].join("\n");
}
