// @ts-check
import { Clock } from "../../pkg-template/testing/clock.js";
import { createFetch } from "../../pkg-template/testing/network.js";
import { createRandom } from "../../pkg-template/testing/random.js";
import { createServer } from "../../pkg-template/testing/server.js";

export { Clock } from "../../pkg-template/testing/clock.js";
export { takeOver } from "./globals.js";
export { createLimiter, floorMs } from "../../pkg-template/testing/limiters.js";

/**
 * A clock, a network and a rate-limited server in memory. Chance comes from the seed: a run is the same each time.
 * @param {object} options
 * @param {number} options.start true time at the start, epoch ms
 * @param {import("../../pkg-template/testing/server.js").ServerOptions} options.server
 * @param {import("../../pkg-template/testing/network.js").NetworkOptions} [options.network]
 * @param {number} [options.skew] how far the client's wall clock is ahead of true time, ms. Default: 0
 * @param {number} [options.seed] Default: 1
 */
export function createWorld({ start, server: options, network, skew = 0, seed = 1 }) {
  const clock = new Clock(start);
  // One source each: how a client rolls its dice must not change the weather.
  const server = createServer(options, createRandom(seed));
  const fetch = createFetch(clock, server, createRandom(seed + 1), network);
  return { clock, server, fetch, skew, random: createRandom(seed + 2) };
}
/** @typedef {ReturnType<typeof createWorld>} World */
