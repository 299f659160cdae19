// @ts-check
import { step } from "../../pkg-template/share/ledger.js";
import { createWorld, floorMs, takeOver } from "../world/index.js";

/**
 * Several policies that share one token, each as if in a process of its own, with a coordinator so far away, on the simulated
 * clock: how long their calls took, and what the server saw.
 *
 * @typedef {object} Run
 * @property {import("../../pkg-template/testing/server.js").ServerOptions} server
 * @property {Planned[]} calls
 * @property {number} clients
 * @property {number | null} away a round trip to the coordinator, ms; null: there is none
 * @property {number} phase
 * @property {number} seed
 * @property {Fault} [fault] of the coordinator
 * @property {number} [patience] ms
 * @property {number} [dies] this client's calls stop at this time, ms, and so does its talk to the coordinator; it is the last one
 * @property {[number, number]} [latency] of a send, least and most, ms
 * @property {(call: number) => string} [path] of a call
 * @property {object} [options] of each policy
 *
 * @typedef {{ client: number, at: number }} Planned `at`: ms from the start
 *
 * @callback Fault what becomes of a message at this time: nothing, or a failure, no reply, a state that is lost, or a reply of its own
 * @param {number} at ms from the start
 * @returns {undefined | "down" | "hangs" | "flushed" | ((reply: any) => any)}
 *
 * @typedef {object} Outcome
 * @property {number} ratio makespan over the least possible
 * @property {number} limited 429s
 * @property {number} lost
 * @property {number} trips exchanges a call
 * @property {number[]} waits how long each call took, ms, sorted
 * @property {string} [why] how the first lost call ended
 * @property {number} requests
 * @property {any[]} log with --trace
 */

const ORIGIN = "https://api.example.com";
const EPOCH = 1_800_000_000_000;
const PATIENCE = 20;
const OPTIONS = { rateLimit: { maxQueue: 200_000, maxWait: 3_600_000 }, retry: { maxAttempts: 10 } };

const items = (/** @type {number} */ call) => `/v3.0/items/${call}`;

/** @type {ReturnType<typeof takeOver> | undefined} */
let use;

/**
 * @param {Run} run
 * @returns {Promise<Outcome>}
 */
export async function play({ server: options, calls, clients, away, phase, seed, fault, patience, dies, latency, path = items, options: more }) {
  const { createPolicy } = await import("../../pkg/index.js");
  await import("../../pkg/sharing.js");
  use ??= takeOver(globalThis);
  const start = EPOCH + phase * Math.max(...options.limits.map(({ window }) => window));
  const world = createWorld({ start, server: options, seed, ...(latency && { network: { latency } }) });
  const { clock, server } = world;
  /** @type {any} */
  let state = null;
  let trips = 0;
  /** @type {any[]} */
  const log = [];
  const wait = (/** @type {number} */ ms) => new Promise((resolve) => clock.plan(clock.now + ms, () => resolve(undefined)));
  use(world);
  try {
    const policies = Array.from({ length: clients }, (_, client) => {
      const coordinator = away === null ? undefined : {
        patience,
        async exchange(/** @type {any} */ message) {
          trips++;
          const isDead = () => dies !== undefined && client === clients - 1 && clock.elapsed >= dies;
          await wait(away / 2);
          const wrong = fault?.(clock.elapsed, client, message);
          if (wrong === "hangs" || isDead()) return new Promise(() => {});
          if (wrong === "down") throw new Error("connect ECONNREFUSED");
          if (wrong === "flushed") state = null;
          const result = step(state === null ? null : structuredClone(state), structuredClone(message), clock.now);
          ({ state } = result);
          const reply = typeof wrong === "function" ? wrong(result.reply) : result.reply;
          if (process.env.TRACE) log.push({ at: clock.elapsed, client, message, reply: structuredClone(reply) });
          await wait(away / 2);
          return reply;
        },
      };
      const isDead = () => dies !== undefined && client === clients - 1 && clock.elapsed >= dies;
      const fetch = (/** @type {any} */ input, /** @type {any} */ init) => (isDead() ? new Promise(() => {}) : (process.env.TRACE ? log.push({ at: clock.elapsed, client, went: true }) : 0, world.fetch(input, init)).then((response) => {
        if (process.env.TRACE) log.push({ at: clock.elapsed, client, status: response.status, left: response.headers.get("x-ratelimit-remaining") ?? response.headers.get("ratelimit") });
        return response;
      }));
      return createPolicy({ ...OPTIONS, fetch, ...(coordinator && { coordinator }), ...more });
    });
    // What a policy loads for its coordinator is here after a turn.
    await clock.run(() => true);
    /** @type {{ ok: number, settled: number, last: number, why?: string, waits: number[] }} */
    const ends = { ok: 0, settled: 0, last: 0, waits: [] };
    const counted = calls.filter(({ client }) => dies === undefined || client < clients - 1).length;
    const make = ({ client, at }, n) => {
      if (dies !== undefined && client === clients - 1 && at >= dies) return;
      const end = (/** @type {boolean} */ isOk, /** @type {string} */ how) => {
        if (dies !== undefined && client === clients - 1) return;
        ends.settled++;
        ends.last = clock.elapsed;
        ends.waits.push(clock.elapsed - at);
        if (process.env.TRACE && clock.elapsed - at > 400) log.push({ at: clock.elapsed, client, long: clock.elapsed - at });
        if (isOk) ends.ok++;
        else ends.why ??= how;
      };
      policies[client].fetch(`${ORIGIN}${path(n)}`, { headers: { authorization: "Bearer DEMO_TOKEN" } }).then(
        (/** @type {any} */ { status }) => end(status === 200, `status ${status}`),
        (/** @type {any} */ error) => end(false, String(error?.message ?? error)),
      );
    };
    calls.forEach((call, n) => (call.at <= 0 ? make(call, n) : clock.plan(start + call.at, () => make(call, n))));
    const floor = floorMs({ ...options, calls: calls.length, start });
    const latest = calls.reduce((latest, { at }) => Math.max(latest, at), 0);
    await clock.run(() => ends.settled === counted, start + PATIENCE * Math.max(floor, latest, 1000));
    if (ends.settled < counted) ends.why ??= "still under way";
    const { requests, limited } = server.counts;
    const waits = ends.waits.sort((a, b) => a - b);
    return { ratio: ends.last / Math.max(floor, 30), limited, lost: counted - ends.ok, trips: trips / calls.length, waits, requests, log, ...(ends.why && { why: ends.why }) };
  } finally {
    use(undefined);
  }
}
