// @ts-check
import { play } from "../world/play.js";
import { ORIGIN } from "../wild/load.js";

/**
 * A client on a row: what it lost, how long all took, and how its healthy calls fared.
 *
 * @typedef {import("./rows.js").Row} Row
 *
 * @typedef {object} Figures
 * @property {number} lost
 * @property {number} requests
 * @property {number} time ms to the last end
 * @property {number} median ms of a healthy call
 * @property {number} p95
 * @property {string} [how] the first lost call of the healthy ones ended, else of all
 *
 * @typedef {object} Verdict
 * @property {boolean} lost no more than the loop
 * @property {boolean} time at most twice the loop's, or twice the least where the loop gave up before that
 * @property {boolean} p95 of healthy calls at most twice that of native fetch
 */

const MOST = 2;

/**
 * @param {import("../run.js").Client} client
 * @param {Row} row
 * @param {number} seed
 * @returns {Promise<Figures>}
 */
export async function figuresOf(client, row, seed) {
  const load = row.load(seed);
  const create = () => client.create({ origin: ORIGIN });
  const { ends, sent, time } = await play({ create, server: row.server(seed), load, place: row.place, seed });
  const healthy = ends.filter((_, n) => row.isHealthy(load.calls[n]));
  const sorted = healthy.map(({ took }) => took).sort((a, b) => a - b);
  const at = (/** @type {number} */ share) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
  const how = (healthy.find(({ served }) => !served) ?? ends.find(({ served }) => !served))?.how;
  return { lost: ends.filter(({ served }) => !served).length, requests: sent.length, time, median: at(0.5), p95: at(0.95), ...(how && { how }) };
}

/**
 * @param {Figures} ours
 * @param {Figures} loop
 * @param {Figures} native
 * @param {Row} row
 * @returns {Verdict}
 */
export function judge(ours, loop, native, { least = 0 }) {
  return {
    lost: ours.lost <= loop.lost,
    time: ours.time <= MOST * Math.max(loop.time, least),
    p95: ours.p95 <= MOST * native.p95,
  };
}
