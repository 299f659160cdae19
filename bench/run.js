// @ts-check
import { createWorld, floorMs, takeOver } from "./world/index.js";

/**
 * One client on one case, from one start phase: what it took, and what the server saw.
 *
 * @typedef {object} Client
 * @property {string} name
 * @property {string} title
 * @property {(setting: Setting) => Promise<Call>} create made anew for each run, and for each of several clients
 * @property {boolean} [told] is told the server's limits beforehand, in every case. Default: only where the case says so
 * @property {Record<string, string>} [dialects] headers that
 *   it reads, for those that it does not
 *
 * @typedef {object} Setting
 * @property {import("../pkg-template/testing/limiters.js").Limit[]} [told]
 * @property {string} origin
 * @property {object} [options] of our policy, where a case is about them
 * @property {string[]} [profiles] of our policy, by their names
 *
 * @typedef {(url: string, init?: any) => Promise<{ status: number }>} Call
 *
 * @typedef {object} Outcome
 * @property {number} ratio makespan over the least possible
 * @property {number} makespan ms
 * @property {number} floor ms
 * @property {number} limited 429s
 * @property {number} requests
 * @property {number} failed 503s
 * @property {number} lost calls that did not end in a 200
 * @property {string} [why] how the first lost call ended
 */

const ORIGIN = "https://api.example.com";
/** A whole multiple of all windows, so that phases mean the same for each. */
const EPOCH = 1_800_000_000_000;
/** A run ends at this multiple of the least possible; calls that are still under way are lost. */
const PATIENCE = 20;
/** And after this many requests a call: some clients ask without end. */
const MOST_REQUESTS = 50;
/** Ms; a load that fits one window still takes a round trip. */
const SHORTEST = 30;

/** @type {ReturnType<typeof takeOver> | undefined} */
let use;

/**
 * @param {object} run
 * @param {Client} run.client
 * @param {import("./scenarios.js").Scenario} run.scenario
 * @param {number} run.phase at which share of the (longest) window it starts
 * @param {number} run.calls
 * @param {number} run.seed
 * @returns {Promise<Outcome>}
 */
export async function runOnce({ client, scenario, phase, calls, seed }) {
  use ??= takeOver(globalThis);
  const longest = Math.max(...scenario.server.limits.map(({ window }) => window));
  const start = EPOCH + phase * longest;
  const options = serverFor(client, scenario.server);
  const world = createWorld({ start, server: options, network: scenario.network, skew: scenario.skew, seed });
  use(world);
  try {
    const until = start + PATIENCE * Math.max(floorMs({ ...options, calls, start }), 1000);
    const ends = await play(world, client, scenario, calls, until);
    return measure(world.server.counts, options, calls, ends);
  } finally {
    use(undefined);
  }
}

/**
 * @param {import("./world/index.js").World} world
 * @param {Client} client
 * @param {import("./scenarios.js").Scenario} scenario
 * @param {number} calls
 * @param {number} until epoch ms
 * @returns {Promise<Ends>}
 */
async function play({ clock, server }, client, scenario, calls, until) {
  const ends = await fire(client, scenario, { calls, origin: ORIGIN, now: () => clock.now });
  await clock.run(() => ends.settled === calls || server.counts.requests > MOST_REQUESTS * calls, until);
  if (ends.settled < calls) ends.why ??= "still under way";
  return ends;
}

/**
 * How calls ended, and when the last one did.
 * @typedef {{ ok: number, settled: number, start: number, last: number, why?: string }} Ends
 */

/**
 * Makes all calls in one turn.
 * @param {Client} client
 * @param {import("./scenarios.js").Scenario} scenario
 * @param {{ calls: number, origin: string, now: () => number }} load
 * @returns {Promise<Ends>} goes on to count
 */
export async function fire(client, scenario, { calls, origin, now }) {
  const told = scenario.told ?? (client.told ? scenario.server.limits : undefined);
  const made = await Promise.all(Array.from({ length: scenario.clients ?? 1 }, () => client.create({ told, origin })));
  /** @type {Ends} */
  const ends = { ok: 0, settled: 0, start: now(), last: now() };
  /** @param {boolean} isOk @param {string} how */
  const end = (isOk, how) => {
    ends.settled++;
    ends.last = now();
    if (isOk) ends.ok++;
    else ends.why ??= how;
  };
  for (let n = 0; n < calls; n++) {
    made[n % made.length](`${origin}/v3.0/items/${n}`).then(
      ({ status }) => end(status === 200, `status ${status}`),
      (error) => end(false, String(error?.message ?? error)),
    );
  }
  return ends;
}

/**
 * @param {import("../pkg-template/testing/server.js").Counts} counts
 * @param {import("../pkg-template/testing/server.js").ServerOptions} options
 * @param {number} calls
 * @param {Ends} ends
 * @returns {Outcome}
 */
export function measure({ requests, limited, failed }, options, calls, { ok, start, last, why }) {
  const counted = [options.failures ?? []].flat().some((one) => one.counted) ? failed : 0;
  const floor = floorMs({ ...options, calls: calls + counted, start });
  const lost = calls - ok;
  const makespan = last - start;
  const isLeast = options.algorithm !== "first-request" || options.limits.length === 1;
  if (isLeast && lost === 0 && makespan < floor) {
    throw new Error(`${makespan} ms is less than the least possible, ${floor} ms: the world is wrong`);
  }
  return { ratio: makespan / Math.max(floor, SHORTEST), makespan, floor, limited, requests, failed, lost, ...(why && { why }) };
}

/**
 * @param {Client} client
 * @param {import("../pkg-template/testing/server.js").ServerOptions} options
 * @returns {import("../pkg-template/testing/server.js").ServerOptions}
 */
function serverFor({ dialects }, options) {
  const told = options.telling?.dialect;
  const dialect = typeof told === "string" ? dialects?.[told] : undefined;
  return dialect === undefined ? options : { ...options, telling: { ...options.telling, dialect } };
}
