// @ts-check
import { bodies } from "./bodies.js";
import { fresh } from "./fresh.js";
import { hidden } from "./hidden.js";
import { resets } from "./resets.js";
import { states } from "./states.js";

/**
 * A server as a public report or a vendor's documentation describes it, the calls, and what our package must show.
 *
 * @typedef {object} Wild
 * @property {string} name
 * @property {string} title
 * @property {(random: () => number) => import("../world/play.js").Server} server a fresh one
 * @property {import("../world/play.js").Load} load
 * @property {import("../world/play.js").Place} [place]
 * @property {object} [options] of our policy, where the case is about them
 * @property {string[]} [profiles] of our policy, by their names
 * @property {(n: number) => boolean} [watched] the calls that count, by their place in the list. Default: all
 * @property {(end: import("../world/play.js").End) => boolean} [isServed] Default: it resolved with an answer that is good
 * @property {boolean} [alone] only our package has what the case is about
 * @property {boolean} [shown] in the README
 * @property {Most} most
 *
 * @typedef {object} Most
 * @property {string} [like] as many 429s as that case, and a quarter more; no more lost than there
 * @property {number} [lost] Default: 0
 * @property {number} [refused]
 * @property {number} [time] ms to the last end
 * @property {number} [median] ms of a watched call
 * @property {number} [longest] ms of a watched call
 */

/** @type {Wild[]} */
export const WILD = [...hidden, ...resets, ...bodies, ...states, ...fresh];
