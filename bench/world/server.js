// @ts-check
import { tell } from "./headers.js";
import { createLimiter } from "./limiters.js";

/**
 * @typedef {object} ServerOptions
 * @property {import("./limiters.js").Algorithm} algorithm
 * @property {import("./limiters.js").Limit[]} limits
 * @property {import("./headers.js").Telling} [telling] how the limits are told. Default: not at all
 * @property {{ share: number, counted?: boolean }} [failures] answers of 503, as a share of all. Each is decided before
 *   the limiter is asked and tells nothing; `counted`: it takes from the limit all the same. Default: none
 *
 * @typedef {{ requests: number, admitted: number, limited: number, failed: number }} Counts
 * @typedef {{ status: number, headers: Record<string, string>, body: string }} Answer
 */

/**
 * A rate-limited API with one quota for all that ask it.
 * @param {ServerOptions} options
 * @param {() => number} random
 */
export function createServer({ algorithm, limits, telling = {}, failures }, random) {
  const limiter = createLimiter(algorithm, limits);
  /** @type {Counts} */
  const counts = { requests: 0, admitted: 0, limited: 0, failed: 0 };
  /** @type {number[]} */
  const admissions = [];

  /**
   * @param {number} t epoch ms on the server's clock, when the request arrives
   * @returns {Answer}
   */
  function answer(t) {
    counts.requests++;
    if (failures !== undefined && random() < failures.share) {
      counts.failed++;
      if (failures.counted && limiter.wait(t) === 0) limiter.take(t);
      return reply(503, telling.date ? tell({ date: true }, [], t) : {}, { error: "unavailable" });
    }
    const wait = limiter.wait(t);
    if (wait > 0) {
      counts.limited++;
      return reply(429, tell(telling, limiter.infos(t), t, wait), { error: "too many requests" });
    }
    limiter.take(t);
    counts.admitted++;
    admissions.push(t);
    return reply(200, tell(telling, limiter.infos(t), t), { ok: true });
  }

  return { answer, counts, admissions };
}

/**
 * @param {number} status
 * @param {Record<string, string>} headers
 * @param {object} body
 * @returns {Answer}
 */
function reply(status, headers, body) {
  return { status, headers: { "Content-Type": "application/json", ...headers }, body: JSON.stringify(body) };
}
