// @ts-check
import { Clock } from "../../pkg-template/testing/clock.js";
import { createFetch } from "../../pkg-template/testing/network.js";
import { createRandom } from "../../pkg-template/testing/random.js";
import { takeOver } from "./globals.js";

/**
 * Plays a list of calls against any server model, on the simulated clock, and reports how each one ended.
 *
 * A server model is a function of the time and the request. It decides what is a good answer: a call is served where it
 * resolves and the last answer to it was good, whatever its status is.
 *
 * @typedef {object} Answer
 * @property {number} status
 * @property {Record<string, string>} [headers]
 * @property {string | null} [body]
 * @property {"good" | "refused" | "failed"} outcome a refusal is a limit's, whatever its status is
 * @property {Error} [throws] `fetch` rejects with it, and no answer comes
 * @property {string} [url] where a redirect led to
 *
 * @typedef {(t: number, request: Request) => Answer | Promise<Answer>} Server
 * @typedef {{ at?: number, url: string, init?: { method?: string, headers?: Record<string, string>, body?: string } }} Planned
 *   `at`: ms from the start. Default: 0
 *
 * @typedef {object} Load
 * @property {Planned[]} calls
 * @property {number} [lanes] so many are under way at once, one after the other; `at` does not count then
 * @property {number} [gap] ms between an end and the next call of a lane. Default: 0
 *
 * @typedef {object} Place where the calls are made
 * @property {[number, number]} [latency] of a round trip, ms
 * @property {boolean} [page] it is a page of another origin: no header can be read, and a failure has no cause
 * @property {number} [skew] ms that the wall clock is ahead of the server's
 * @property {{ at: number, wall: number, asleep?: boolean }[]} [steps] of the wall clock, ms from the start; `asleep`: the server's time goes on too
 *
 * @typedef {object} Sent a request that arrived
 * @property {number} call its place in the list
 * @property {number} at ms from the start
 * @property {number} status
 * @property {Answer["outcome"]} outcome
 *
 * @typedef {object} End of a call
 * @property {boolean} served
 * @property {number} from ms from the start
 * @property {number} took ms
 * @property {number} [status]
 * @property {string} [how] of a lost one
 */

export const START = 1_800_000_000_000;
/** Clients that ask without end are stopped after so many requests a call. */
const MOST_REQUESTS = 60;

/** @type {ReturnType<typeof takeOver> | undefined} */
let use;

/**
 * @param {object} run
 * @param {() => Promise<(url: string, init?: any) => Promise<{ status: number }>>} run.create makes the client
 * @param {Server} run.server
 * @param {Load} run.load
 * @param {Place} [run.place]
 * @param {number} run.seed
 * @param {number} [run.start] epoch ms
 * @param {number} [run.within] ms; what is still under way then is lost
 * @returns {Promise<{ ends: End[], sent: Sent[], time: number }>} `time`: to the last end
 */
export async function play({ create, server, load, place = {}, seed, start = START, within = 2 * 3_600_000 }) {
  use ??= takeOver(globalThis);
  const clock = new Clock(start);
  /** @type {Sent[]} */
  const sent = [];
  const world = { clock, skew: place.skew ?? 0, random: createRandom(seed + 2), fetch: networkOf(clock, server, sent, place, seed) };
  use(world);
  try {
    const call = await create();
    for (const { at, wall } of place.steps ?? []) clock.plan(start + at, () => void (world.skew += wall));
    const ends = fire(clock, call, load, sent);
    const { length } = load.calls;
    await clock.run(() => ends.settled === length || sent.length > MOST_REQUESTS * length, start + within);
    const list = Array.from({ length }, (_, n) => ends.list[n] ?? { served: false, from: 0, took: within, how: "still under way" });
    return { ends: list, sent, time: Math.max(...list.map(({ from, took }) => from + took)) };
  } finally {
    use(undefined);
  }
}

/**
 * @param {Clock} clock
 * @param {(url: string, init?: any) => Promise<{ status: number }>} call
 * @param {Load} load
 * @param {Sent[]} sent
 */
function fire(clock, call, { calls, lanes, gap = 0 }, sent) {
  /** @type {{ settled: number, list: End[] }} */
  const ends = { settled: 0, list: [] };
  const make = async (/** @type {number} */ n) => {
    const from = clock.elapsed;
    const { url, init } = calls[n];
    /** @type {{ status?: number, error?: any }} */
    const { status, error } = await Promise.resolve()
      .then(() => call(numbered(url, n), init))
      .catch((reason) => ({ error: reason }));
    const last = sent.filter((one) => one.call === n).at(-1);
    const served = status !== undefined && last?.outcome === "good";
    ends.list[n] = { served, from, took: clock.elapsed - from, status, ...(!served && { how: error === undefined ? `status ${status}` : String(error?.message ?? error) }) };
    ends.settled++;
  };
  if (lanes === undefined) calls.forEach(({ at = 0 }, n) => void clock.plan(clock.start + at, () => make(n)));
  else {
    let next = 0;
    const lane = async () => {
      while (next < calls.length) {
        await make(next++);
        if (gap > 0) await new Promise((resolve) => clock.setTimeout(resolve, gap));
      }
    };
    for (let n = 0; n < lanes; n++) lane();
  }
  return ends;
}

// A call is known by its query, which no server counts by.
/** @param {string} url @param {number} n */
const numbered = (url, n) => `${url}${url.includes("?") ? "&" : "?"}n=${n}`;

/**
 * @param {Clock} clock
 * @param {Server} server
 * @param {Sent[]} sent
 * @param {Place} place
 * @param {number} seed
 */
function networkOf(clock, server, sent, { latency, page = false, steps = [] }, seed) {
  /** @type {WeakMap<Request, Answer>} */
  const answers = new WeakMap();
  const answer = async (/** @type {number} */ now, /** @type {Request} */ request) => {
    const asleep = steps.filter(({ at, asleep }) => asleep && clock.elapsed >= at).reduce((sum, { wall }) => sum + wall, 0);
    /** @type {Sent} */
    const entry = { call: Number(new URL(request.url).searchParams.get("n")), at: clock.elapsed, status: 0, outcome: "failed" };
    sent.push(entry);
    const given = await server(now + asleep, request);
    answers.set(request, given);
    Object.assign(entry, { status: given.throws ? 0 : given.status, outcome: given.outcome });
    const lost = given.throws && /** @type {const} */ ("network");
    return { status: given.status, headers: given.headers ?? {}, body: given.body ?? null, ...(lost && { lost }) };
  };
  const send = createFetch(clock, { answer }, createRandom(seed + 1), { hidden: page, ...(latency && { latency }) });
  return async (/** @type {any} */ input, /** @type {any} */ init) => {
    const request = new Request(input, init);
    try {
      const response = await send(request, { signal: request.signal });
      const url = answers.get(request)?.url;
      if (url !== undefined) Object.defineProperties(response, { url: { value: url }, redirected: { value: true } });
      return response;
    } catch (error) {
      const failure = request.signal.aborted ? undefined : answers.get(request)?.throws;
      if (failure === undefined) throw error;
      throw page ? new TypeError("Failed to fetch") : failure;
    }
  };
}

/** As undici rejects where nobody listens. */
export const refusedConnection = () => new TypeError("fetch failed", { cause: Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" }) });
