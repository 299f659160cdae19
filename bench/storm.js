// @ts-check
import { Clock } from "../pkg-template/testing/clock.js";
import { takeOver } from "./world/globals.js";
import { createFetch } from "../pkg-template/testing/network.js";
import { createRandom } from "../pkg-template/testing/random.js";

/**
 * A server that is down when many callers come at once, and heals: what it is sent meanwhile, and how it is met then.
 *
 * @typedef {"503" | "refused"} Kind
 *
 * @typedef {object} Storm
 * @property {number} during requests per caller while it was down
 * @property {number} failed callers that did not end in a 200
 * @property {number} recovery from its healing to the last end, ms
 * @property {number} peak most requests in any 50 ms after it
 * @property {string} [why] how the first failed caller ended
 */

const ORIGIN = "https://api.example.com";
const START = 1_800_000_000_000;
/** What is still under way by then is lost, ms after the healing. */
const PATIENCE = 120_000;
const MOST_REQUESTS = 50;
const SPAN = 50;

/** @type {ReturnType<typeof takeOver> | undefined} */
let use;

/**
 * @param {object} run
 * @param {import("./run.js").Client} run.client
 * @param {Kind} run.kind
 * @param {number} run.callers
 * @param {number} run.lasts ms
 * @param {number} run.seed
 * @returns {Promise<Storm>}
 */
export async function runStorm({ client, kind, callers, lasts, seed }) {
  use ??= takeOver(globalThis);
  const clock = new Clock(START);
  const healed = START + lasts;
  /** @type {number[]} */
  const arrivals = [];
  const answer = (/** @type {number} */ t) => {
    arrivals.push(t);
    const isDown = t < healed;
    const lost = isDown && kind === "refused" ? /** @type {const} */ ("network") : undefined;
    return { status: isDown ? 503 : 200, headers: { "Content-Type": "application/json" }, body: "{}", lost };
  };
  const fetch = createFetch(clock, { answer }, createRandom(seed + 1));
  use({ clock, skew: 0, random: createRandom(seed + 2), fetch });
  try {
    const call = await client.create({ origin: ORIGIN });
    const ends = { ok: 0, settled: 0, last: healed, why: /** @type {string | undefined} */ (undefined) };
    const end = (/** @type {boolean} */ isOk, /** @type {string} */ how) => {
      ends.settled++;
      if (isOk) [ends.ok, ends.last] = [ends.ok + 1, clock.now];
      else ends.why ??= how;
    };
    for (let n = 0; n < callers; n++) {
      call(`${ORIGIN}/v3.0/items/${n}`).then(
        ({ status }) => end(status === 200, `status ${status}`),
        (error) => end(false, String(error?.message ?? error)),
      );
    }
    await clock.run(() => ends.settled === callers || arrivals.length > MOST_REQUESTS * callers, healed + PATIENCE);
    if (ends.settled < callers) ends.why ??= "still under way";
    const down = arrivals.filter((t) => t < healed).length;
    const why = ends.why === undefined ? {} : { why: ends.why };
    return { during: down / callers, failed: callers - ends.ok, recovery: ends.last - healed, peak: most(arrivals, healed), ...why };
  } finally {
    use(undefined);
  }
}

/**
 * The most of `times`, which are in order, within any `SPAN` ms from `from` on.
 * @param {number[]} times
 * @param {number} from
 */
export function most(times, from) {
  let [first, peak] = [times.findIndex((t) => t >= from), 0];
  for (let last = first; first >= 0 && last < times.length; last++) {
    while (times[last] - times[first] >= SPAN) first++;
    peak = Math.max(peak, last - first + 1);
  }
  return peak;
}
