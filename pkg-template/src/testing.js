// @ts-check
/**
 * A rate-limited API in memory, and a clock to run it on: what a test of a client needs.
 *
 * It judges any client: it knows nothing of the policy's core, which meets it only through `fetch` and `host`. On the
 * virtual clock time passes from one event to the next, so an hour takes milliseconds; on the host's, fake timers that are
 * already in a test move it, and a page shows it as it happens.
 */
import { Clock } from "../testing/clock.js";
import { hostTime } from "../testing/host.js";
import { floorMs } from "../testing/limiters.js";
import { createFetch } from "../testing/network.js";
import { createRandom } from "../testing/random.js";
import { createServer } from "../testing/server.js";
import { PolicyError } from "./errors.js";
import { checkCount, checkFailure, checkMs, settingsOf } from "./testing-options.js";

/** Virtual time that a run may take where nothing else is said: a day. */
const LONGEST = 86_400_000;
/** Turns of the real event loop in which something that is no timer (a module that is loaded) may still be under way: about half a second. */
const PATIENCE = 10_000;

// A member's name survives minifiers: see policy.js.
export const { createSimulator } = {
  /** @param {import("../testing.js").SimulatorOptions} [options] */
  createSimulator: (options) => makeSimulator(options),
};

/**
 * @param {import("../testing.js").SimulatorOptions} [options]
 * @returns {import("../testing.js").Simulator}
 */
function makeSimulator(options = {}) {
  const { limits, dialect, errors, latency, start, seed, skew = 0, date = true, algorithm = "fixed", ...more } = settingsOf(options);
  const clock = options.clock === "host" ? undefined : new Clock(start);
  const time = clock ?? hostTime;
  const telling = { dialect, date, ...(more.round && { round: more.round }), ...(more.retryAfter && { retryAfter: more.retryAfter }) };
  const { scope, cost, headers, hidden = false } = more;
  // One source each: how a client rolls its dice must not change the weather.
  const server = createServer({ algorithm, limits, telling, failures: errors, scope, cost, headers }, createRandom(seed));
  if (more.respond) server.respond(more.respond);

  /** @type {import("../testing.js").SimulatedRequest[]} */
  const requests = [];
  const send = createFetch(time, { answer: (t, request) => logged(request, t) }, createRandom(seed + 1), { latency, hidden });
  const random = createRandom(seed + 2);

  /** @param {Request} request @param {number} at */
  function logged(request, at) {
    /** @type {import("../testing.js").SimulatedRequest} */
    const entry = { at, method: request.method, url: request.url, request, outcome: "admitted", status: 0 };
    requests.push(entry);
    const note = (/** @type {import("../testing/server.js").Answer} */ answer) => {
      entry.outcome = answer.outcome ?? "admitted";
      entry.status = answer.status;
      return answer;
    };
    const answer = server.answer(at, request);
    return "then" in answer ? answer.then(note) : note(answer);
  }

  /** @param {string} what @returns {Clock} */
  function virtual(what) {
    if (clock) return clock;
    throw new PolicyError("not-virtual", `${what}: the clock is the host's; move that, or leave \`clock\` out`);
  }

  return {
    fetch: async (input, init) => send(new Request(input, init)),
    host: {
      now: () => Math.floor(time.now + skew),
      // node:test fakes `Date` and leaves `performance` alone.
      monotonic: clock ? () => clock.elapsed : () => Date.now(),
      random,
      setTimeout: clock ? clock.setTimeout : (callback, ms) => globalThis.setTimeout(callback, ms),
      clearTimeout: clock ? clock.clear : (timer) => globalThis.clearTimeout(/** @type {any} */ (timer)),
      online: () => undefined,
    },
    now: () => time.now,
    async advance(ms) {
      checkMs("ms", ms);
      await virtual("advance").advance(ms);
    },
    run: (work, { within = LONGEST } = {}) => run(clock, work, within),
    requests,
    get rejections() {
      return requests.filter(({ outcome }) => outcome === "limited");
    },
    fail(count, failure = 503) {
      checkCount("count", count);
      checkFailure("failure", failure);
      server.fail(count, failure);
    },
    outage(from, to, failure = 503) {
      checkMs("from", from);
      checkMs("to", to);
      checkFailure("failure", failure);
      server.outage(time.now + from, time.now + to, failure);
    },
    respond: (handler) => server.respond(handler),
    floor(calls) {
      checkCount("calls", calls);
      return floorMs({ algorithm, limits: limits.filter(({ unit = "requests" }) => unit === "requests"), calls, start: time.now });
    },
  };
}

/**
 * Lets time pass until `work` has settled.
 * @template T
 * @param {Clock | undefined} clock without one, time passes by itself
 * @param {Promise<T> | (() => T | Promise<T>)} work
 * @param {number} within ms
 * @returns {Promise<T>}
 */
async function run(clock, work, within) {
  checkMs("within", within);
  const promise = Promise.resolve(typeof work === "function" ? work() : work);
  if (clock === undefined) return promise;
  let isSettled = false;
  const settle = () => {
    isSettled = true;
  };
  promise.then(settle, settle);
  const until = clock.now + within;
  for (let turns = 0; !(await clock.run(() => isSettled, until)); turns++) {
    if (!clock.isIdle) throw new PolicyError("not-settled", `run: not settled within ${within} ms of the virtual clock`);
    if (turns >= PATIENCE) throw new PolicyError("not-settled", "run: not settled, and nothing is planned on the virtual clock that could settle it");
  }
  return promise;
}
