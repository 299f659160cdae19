// @ts-check
/**
 * The explainer's bench: what `explain` costs on answers of some 400 bytes, beside JSON.parse and a switch written by hand,
 * and on bodies of 64 KiB, on this machine.
 *
 *     node bench/explain.mjs [--rounds N] [--calls N]
 *
 * `cargo xtask bench explain` builds first, and prints what the core takes natively too. Figures are CPU time, the least of
 * the rounds, and are printed, not judged: they are this machine's.
 */
import { explain } from "fetch-with-policy";
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { table } from "./report.js";

/** @type {{ name: string, status: number, url: string, method: string, headers: Record<string, string>, body: string }[]} */
const ANSWERS = JSON.parse(readFileSync(new URL("answers.json", import.meta.url), "utf8")).cases;
const full = (/** @type {string} */ piece) => piece.repeat(Math.ceil(65_000 / piece.length)).slice(0, 65_000);
/** @type {[string, string][]} */
const LARGE = [
  ["a list of field errors", `{"errors":[${full('{"field":"lines.0.quantity","message":"must be between 1 and 100"},')}1]}`],
  ["one long message", JSON.stringify({ message: full("x must be of y, ") })],
  ["a page", `<html><title>Oops</title>${full("<p>It did not work.</p>")}</html>`],
];

const { values } = parseArgs({ options: { rounds: { type: "string", default: "15" }, calls: { type: "string", default: "2000" } } });
const rounds = Number(values.rounds);
const calls = Number(values.calls);

const first = time(() => explain({ status: 404, body: "{}" }), 1);
const tasks = ANSWERS.flatMap(({ name: _, ...report }) => [() => explain(report), () => byHand(report)]);
const us = least(tasks, calls);
const rows = ANSWERS.map(({ name, body }, index) => {
  const [own, hand] = [us[2 * index], us[2 * index + 1]];
  return [name, String(body.length), own.toFixed(1), hand.toFixed(2), (own / hand).toFixed(1)];
});
const mean = (/** @type {number} */ offset) => us.filter((_, index) => index % 2 === offset).reduce((sum, one) => sum + one, 0) / ANSWERS.length;
rows.push(["all, on average", "", mean(0).toFixed(1), mean(1).toFixed(2), (mean(0) / mean(1)).toFixed(1)]);
console.log(`explain in Node ${process.version}; the first call of a process took ${(first / 1000).toFixed(1)} ms\n`);
console.log(table([["answer", "bytes", "us", "by hand, us", "times"], ...rows]));

const large = least(LARGE.map(([, body]) => () => explain({ status: 400, url: "https://api.example.com/", body })), 20);
console.log();
console.log(table([["body of 64 KiB", "ms"], ...LARGE.map(([name], index) => [name, (large[index] / 1000).toFixed(2)])]));

/**
 * CPU of one call, us: the tasks take turns, so that what else the machine does meets all; of each the least counts.
 * @param {(() => unknown)[]} tasks
 * @param {number} calls
 */
function least(tasks, calls) {
  const out = tasks.map(() => Infinity);
  for (let round = 0; round <= rounds; round++) {
    for (const [index, task] of tasks.entries()) {
      const one = time(task, calls);
      if (round > 0) out[index] = Math.min(out[index], one);
    }
  }
  return out;
}

/**
 * @param {() => unknown} task
 * @param {number} calls
 */
function time(task, calls) {
  const before = process.cpuUsage();
  for (let call = 0; call < calls; call++) task();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / calls;
}

/**
 * What people write without an explainer: enough for a message and a decision, nothing of fields, causes or evidence.
 * @param {{ status: number, headers: Record<string, string>, body: string }} answer
 */
function byHand({ status, headers, body }) {
  let data;
  try {
    data = JSON.parse(body);
  } catch {
    data = undefined;
  }
  const error = data?.error ?? data;
  const code = error?.code ?? error?.type ?? "";
  const message = error?.message ?? error?.detail ?? body;
  switch (status) {
    case 400:
    case 422:
      return { kind: "invalid", code, message, fields: data?.errors ?? data?.["invalid-params"] ?? [], retry: 0 };
    case 401:
      return { kind: "sign-in", code, message, retry: 0 };
    case 402:
      return { kind: "payment", code, message, retry: 0 };
    case 403:
      if (/rate limit/i.test(message)) return { kind: "limited", code, message, retry: Number(headers["X-RateLimit-Reset"]) * 1000 };
      return { kind: "forbidden", code, message, retry: 0 };
    case 404:
      return { kind: "absent", code, message, retry: 0 };
    case 429:
      return { kind: "limited", code, message, retry: Number(headers["Retry-After"] ?? 1) * 1000 };
    default:
      return { kind: status >= 500 ? "server" : "other", code, message, retry: status >= 500 ? 1000 : 0 };
  }
}
