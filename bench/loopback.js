// @ts-check
import { createServer as createHttpServer } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { fire, measure } from "./run.js";
import { createRandom } from "../pkg-template/testing/random.js";
import { createServer } from "../pkg-template/testing/server.js";

/**
 * The spot check: the same servers over real HTTP on this machine, in real time, so that what the simulation leaves out
 * (the host's own fetch and timers, computing) shows.
 */

/** What is run where nothing else is asked for: some seconds a client. */
export const DEFAULTS = { calls: 600, scenarios: ["fixed", "first", "ietf"], clients: ["ours", "effect", "ky"] };

/** A client that is not done by then has lost what is under way. */
const LONGEST = 60_000;
const GLANCE = 20;

/** @type {import("./summary.js").Runner} */
export async function runOverHttp(client, scenario, { calls, seed }) {
  if (scenario.network?.hidden || scenario.skew) {
    throw new Error(`${scenario.name}: only the simulation hides headers and skews clocks`);
  }
  const random = createRandom(seed);
  const api = createServer({ ...scenario.server, telling: { ...scenario.server.telling, date: true } }, random);
  const http = createHttpServer((_, response) => {
    const { status, headers, body } = api.answer(now());
    response.writeHead(status, headers).end(body);
  });
  const origin = await listen(http);
  try {
    const ends = await fire(client, scenario, { calls, origin, now });
    while (ends.settled < calls && now() - ends.start < LONGEST) await sleep(GLANCE);
    if (ends.settled < calls) ends.why ??= "still under way";
    return measure(api.counts, scenario.server, calls, ends);
  } finally {
    http.close();
    http.closeAllConnections();
  }
}

// Fractions of a millisecond, as the floor is exact.
function now() {
  return performance.timeOrigin + performance.now();
}

/**
 * @param {import("node:http").Server} http
 * @returns {Promise<string>} its origin
 */
function listen(http) {
  return new Promise((resolve, reject) => {
    http.once("error", reject);
    http.listen(0, "127.0.0.1", () => {
      const address = http.address();
      resolve(`http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : address}`);
    });
  });
}
