// @ts-check
import { START, play } from "../world/play.js";
import { createRandom } from "../../pkg-template/testing/random.js";
import { ORIGIN } from "./load.js";

/**
 * A client on a case of the wild, over all seeds. What counts is the worst run.
 *
 * @typedef {import("./cases.js").Wild} Wild
 *
 * @typedef {object} Figures
 * @property {number} lost watched calls that were not served
 * @property {number} refused answers by which a limit refused, or a server failed
 * @property {number} time ms to the last end of a watched call
 * @property {number} median ms of a watched call
 * @property {number} longest ms of a watched call
 * @property {string} [how] the first lost call ended
 *
 * @typedef {"lost" | "refused" | "time" | "median" | "longest"} Figure
 */

/** Where in a minute a run starts: the server's window does not begin with it. */
const PHASES = [0.13, 0.51, 0.87];
/** What "no more than that case" may be more. */
const ALIKE = 1.25;

/**
 * @param {import("../run.js").Client} client
 * @param {Wild} wild
 * @param {number[]} seeds
 * @returns {Promise<Figures>}
 */
export async function figuresOf(client, wild, seeds) {
  /** @type {Figures[]} */
  const runs = [];
  for (const [n, seed] of seeds.entries()) runs.push(await runWild(client, wild, seed, PHASES[n % PHASES.length]));
  const worst = (/** @type {Figure} */ key) => Math.max(...runs.map((run) => run[key]));
  const how = runs.find((run) => run.how !== undefined)?.how;
  return { lost: worst("lost"), refused: worst("refused"), time: worst("time"), median: worst("median"), longest: worst("longest"), ...(how !== undefined && { how }) };
}

/** @param {import("../run.js").Client} client @param {Wild} wild @param {number} seed @param {number} phase @returns {Promise<Figures>} */
async function runWild(client, { server, load, place, options, profiles, watched = () => true, isServed = ({ served }) => served }, seed, phase) {
  const { ends, sent } = await play({
    create: () => client.create({ origin: ORIGIN, options, profiles }),
    server: server(createRandom(seed + 10)),
    load,
    place,
    seed,
    start: START + phase * 60_000,
  });
  const counted = ends.filter((_, n) => watched(n));
  const lost = counted.filter((end) => !isServed(end));
  return {
    lost: lost.length,
    refused: sent.filter(({ outcome }) => outcome !== "good").length,
    time: Math.max(...counted.map(({ from, took }) => from + took)),
    median: middle(counted.map(({ took }) => took)),
    longest: Math.max(...counted.map(({ took }) => took)),
    ...(lost.length > 0 && { how: lost[0].how ?? `status ${lost[0].status}` }),
  };
}

/**
 * What our package must show, in words, and what of it `figures` miss.
 * @param {Figures} figures
 * @param {Wild} wild
 * @param {(name: string) => Promise<Figures>} other the figures of another case
 * @returns {Promise<{ most: string, missed: string[] }>}
 */
export async function judge(figures, { most }, other) {
  const like = most.like === undefined ? undefined : await other(most.like);
  /** @type {Partial<Record<Figure, number>>} */
  const limits = like === undefined ? { lost: 0, ...most } : { ...most, lost: like.lost, refused: Math.ceil(ALIKE * like.refused) };
  const keys = /** @type {const} */ (["lost", "refused", "time", "median", "longest"]).filter((key) => limits[key] !== undefined);
  const say = (/** @type {Figure} */ key, /** @type {number} */ value) => (key !== "lost" && key !== "refused" ? `${key} ${(value / 1000).toFixed(2)} s` : `${value} ${key}`);
  return {
    most: keys.map((key) => say(key, limits[key] ?? 0)).join(", "),
    missed: keys.filter((key) => figures[key] > (limits[key] ?? 0)).map((key) => say(key, figures[key])),
  };
}

/** @param {number[]} values */
function middle(values) {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;
}
