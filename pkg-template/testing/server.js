// @ts-check
import { createLimiter } from "./limiters.js";
import { refusalBody, rowOf, tell } from "./tell.js";

/**
 * A rate-limited API in memory, on an explicit clock.
 *
 * What becomes of a request is decided when it arrives, in this order: an outage, a failure that was asked for, one by
 * chance, the quota, the response. Failures come before the limiter and tell nothing of it, as a gateway's do.
 *
 * @typedef {import("../testing.js").Failure} Failure
 *
 * @typedef {object} ServerOptions
 * @property {import("./limiters.js").Algorithm} algorithm
 * @property {import("./limiters.js").Limit[]} limits
 * @property {import("./tell.js").Telling} [telling] how the limits are told. Default: not at all
 * @property {Chance | Chance[]} [failures] by chance. Default: none
 * @property {(request: any) => string | undefined} [scope] what shares a quota; undefined: no quota is asked. Default: all share one
 * @property {(request: any) => import("./limiters.js").Cost} [cost] Default: 1 of "requests"
 * @property {Record<string, string>} [headers] of every response
 *
 * @typedef {{ share: number, failure?: Failure, counted?: boolean }} Chance `share` of all requests; `failure` is a 503 by
 *   default; `counted`: it takes from the quota all the same
 * @typedef {{ requests: number, admitted: number, limited: number, failed: number }} Counts
 * @typedef {"admitted" | "limited" | "failed"} Outcome
 * @typedef {{ status: number, headers: Record<string, string>, body: BodyInit | null, outcome?: Outcome, lost?: "network" | "hang" }} Answer
 *   `lost`: no response comes, and how
 */

/** Scopes remembered at once; the longest known goes first. */
const MAX_SCOPES = 1000;
const JSON_TYPE = { "Content-Type": "application/json" };

/**
 * @param {ServerOptions} options
 * @param {() => number} random
 */
export function createServer({ algorithm, limits, telling = {}, failures = [], scope = () => "", cost = () => 1, headers = {} }, random) {
  /** @type {Map<string, { limiter: import("./limiters.js").Limiter, bucket: string }>} */
  const scopes = new Map();
  let known = 0;
  const chances = [failures].flat();
  /** @type {Failure[]} */
  const asked = [];
  /** @type {{ from: number, to: number, failure: Failure }[]} */
  const outages = [];
  /** @type {Counts} */
  const counts = { requests: 0, admitted: 0, limited: 0, failed: 0 };
  /** @type {number[]} */
  const admissions = [];
  /** @type {((request: any, t: number) => any) | undefined} */
  let handler;

  /** @param {string} key */
  function limiterOf(key) {
    let found = scopes.get(key);
    if (found === undefined) {
      found = { limiter: createLimiter(algorithm, limits), bucket: key === "" ? "all" : `bucket-${++known}` };
      scopes.set(key, found);
      if (scopes.size > MAX_SCOPES) scopes.delete(scopes.keys().next().value ?? key);
    }
    return found;
  }

  /**
   * @param {number} t epoch ms on the server's clock, when the request arrives
   * @param {any} [request]
   * @returns {Answer | Promise<Answer>} a promise where the handler gives one
   */
  function answer(t, request) {
    counts.requests++;
    /** @type {{ failure?: Failure, counted?: boolean } | undefined} */
    const fault = outages.find(({ from, to }) => t >= from && t < to) ?? askedFor() ?? byChance();
    const key = scope(request);
    const quota = key === undefined ? undefined : limiterOf(key);
    const taken = cost(request);
    if (fault !== undefined) {
      counts.failed++;
      if (fault.counted && quota?.limiter.wait(t, taken) === 0) quota.limiter.take(t, taken);
      return failed(fault.failure ?? 503, t);
    }
    const told = (/** @type {number} */ wait) => {
      const infos = quota?.limiter.infos(t).map((info) => ({ ...info, bucket: quota.bucket })) ?? [];
      return { ...headers, ...tell(telling, infos, t, wait > 0 ? wait : undefined) };
    };
    const wait = quota?.limiter.wait(t, taken) ?? 0;
    if (wait > 0) {
      counts.limited++;
      const body = refusalBody(telling, wait);
      const type = body.startsWith("{") ? JSON_TYPE : {};
      return { status: rowOf(telling).status ?? 429, headers: { ...type, ...told(wait) }, body: body === "" ? null : body, outcome: "limited" };
    }
    quota?.limiter.take(t, taken);
    counts.admitted++;
    admissions.push(t);
    const own = handler?.(request, t);
    if (own === undefined) return { status: 200, headers: { ...JSON_TYPE, ...told(0) }, body: '{"ok":true}', outcome: "admitted" };
    const now = told(0);
    return typeof own.then === "function" ? own.then((/** @type {any} */ made) => admitted(made, now)) : admitted(own, now);
  }

  const askedFor = () => (asked.length > 0 ? { failure: asked.shift(), counted: false } : undefined);

  /** @returns {Chance | undefined} */
  function byChance() {
    if (chances.length === 0) return undefined;
    let draw = random();
    return chances.find(({ share }) => (draw -= share) < 0);
  }

  /** @param {Failure} failure @param {number} t @returns {Answer} */
  function failed(failure, t) {
    const date = { ...headers, ...(telling.date ? tell({ date: true }, [], t) : {}) };
    if (failure === "network" || failure === "hang") return { status: 0, headers: {}, body: null, outcome: "failed", lost: failure };
    if (failure === "cut") return { status: 200, headers: { ...JSON_TYPE, ...date }, body: cutBody(), outcome: "failed" };
    const { status, headers: own = JSON_TYPE, body = '{"error":"unavailable"}' } = typeof failure === "number" ? { status: failure } : failure;
    return { status, headers: { ...date, ...own }, body: body === "" ? null : body, outcome: "failed" };
  }

  return {
    answer,
    counts,
    admissions,
    /** The next `count` requests fail. @param {number} count @param {Failure} failure */
    fail: (count, failure) => {
      for (let n = 0; n < count; n++) asked.push(failure);
    },
    /** Every request from `from` up to `to` fails. @param {number} from epoch ms @param {number} to @param {Failure} failure */
    outage: (from, to, failure) => {
      outages.push({ from, to, failure });
    },
    /** What answers an admitted request instead of `{"ok":true}`. @param {typeof handler} next */
    respond: (next) => {
      handler = next;
    },
  };
}

/**
 * A response that a program made, with the quota's headers; where both have one, its own stands.
 * @param {Response | undefined} made
 * @param {Record<string, string>} told
 * @returns {Answer}
 */
function admitted(made, told) {
  if (made === undefined) return { status: 200, headers: { ...JSON_TYPE, ...told }, body: '{"ok":true}', outcome: "admitted" };
  const merged = new Headers(told);
  made.headers.forEach((value, name) => merged.set(name, value));
  return { status: made.status, headers: Object.fromEntries(merged), body: made.body, outcome: "admitted" };
}

/** A body that breaks off after its first bytes. */
function cutBody() {
  return new ReadableStream(
    {
      start: (controller) => controller.enqueue(new TextEncoder().encode('{"ok":')),
      pull: (controller) => controller.error(new TypeError("terminated")),
    },
    { highWaterMark: 0 },
  );
}
