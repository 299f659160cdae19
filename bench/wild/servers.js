// @ts-check
import { createLimiter } from "../../pkg-template/testing/limiters.js";

/**
 * Servers of the wild, as functions of the time and the request. Each call of these makes a fresh one.
 *
 * @typedef {import("../world/play.js").Answer} Answer
 * @typedef {import("../world/play.js").Server} Server
 * @typedef {import("../../pkg-template/testing/limiters.js").Info} Info
 * @typedef {{ t: number, info: Info, request: Request, wait: number }} Moment `wait`: ms until it would be granted
 */

const JSON_TYPE = { "content-type": "application/json" };

/** @param {Record<string, string>} [headers] @param {string} [body] @returns {Answer} */
export const good = (headers, body = '{"ok":true}') => ({ status: 200, headers: { ...JSON_TYPE, ...headers }, body, outcome: "good" });

/** @param {number} status @param {Record<string, string>} [headers] @param {string} [body] @returns {Answer} */
export const refused = (status = 429, headers, body = '{"error":"too many requests"}') => ({ status, headers: { ...JSON_TYPE, ...headers }, body, outcome: "refused" });

/** @param {number} status @param {Record<string, string>} [headers] @returns {Answer} */
export const failed = (status, headers) => ({ status, headers: { ...JSON_TYPE, ...headers }, body: '{"error":"unavailable"}', outcome: "failed" });

/** The refusals' hints. @type {Record<"seconds" | "none", (moment: Moment) => Record<string, string>>} */
export const hint = {
  seconds: ({ wait }) => ({ "retry-after": String(Math.ceil(wait / 1000)) }),
  none: () => ({}),
};

/**
 * A limit, in force for each `key` of a request. `tell` gives the headers of every answer, `refuse` a refusal without them.
 * @param {object} model
 * @param {number} model.limit
 * @param {number} model.window ms
 * @param {import("../../pkg-template/testing/limiters.js").Algorithm} [model.algorithm]
 * @param {(moment: Moment) => Record<string, string>} [model.tell]
 * @param {(moment: Moment) => Answer} [model.refuse]
 * @param {(request: Request) => string} [model.key]
 * @param {number} [model.cost] of a request
 * @param {boolean} [model.isFree] what is granted costs nothing
 * @returns {Server}
 */
export function limited({ limit, window, algorithm = "fixed", tell = () => ({}), refuse = () => refused(), key = () => "", cost = 1, isFree = false }) {
  /** @type {Map<string, import("../../pkg-template/testing/limiters.js").Limiter>} */
  const limiters = new Map();
  return (t, request) => {
    const name = key(request);
    const limiter = limiters.get(name) ?? createLimiter(algorithm, [{ limit, window }]);
    limiters.set(name, limiter);
    const wait = limiter.wait(t, cost);
    if (wait === 0 && !isFree) limiter.take(t, cost);
    const moment = { t, info: limiter.infos(t)[0], request, wait };
    const answer = wait > 0 ? refuse(moment) : good();
    return { ...answer, headers: { ...answer.headers, ...tell(moment) } };
  };
}

/**
 * Answers `down` in the first `lasts` ms after the first request, and `then` later.
 * @param {number} lasts
 * @param {(left: number, t: number) => Answer} down given the ms that are left
 * @param {Server} [then]
 * @returns {Server}
 */
export function downFor(lasts, down, then = () => good()) {
  /** @type {number | undefined} */
  let since;
  return (t, request) => {
    since ??= t;
    const left = since + lasts - t;
    return left > 0 ? down(left, t) : then(t, request);
  };
}

/** The usual three headers with a reset in epoch seconds. @param {string} stem @returns {(moment: Moment) => Record<string, string>} */
export const triple = (stem) => ({ info }) => ({
  [`${stem}limit`]: String(info.limit),
  [`${stem}remaining`]: String(info.remaining),
  [`${stem}reset`]: String(Math.ceil(info.resetAt / 1000)),
});

/** An hourly quota that is far from used up, told beside the limit that binds. @returns {(moment: Moment) => Record<string, string>} */
export function hourly() {
  let left = 5000;
  return () => ({ "x-ratelimit-limit": "5000", "x-ratelimit-remaining": String(--left), "x-ratelimit-reset": "3000" });
}

/**
 * Refuses whoever comes while `most` are in work, each for as long as `lasts` gives, ms.
 * @param {{ most: number, lasts: () => number, refuse?: () => Answer }} model
 * @returns {Server}
 */
export function capped({ most, lasts, refuse = () => refused() }) {
  let open = 0;
  return async () => {
    if (open >= most) return refuse();
    open++;
    await new Promise((resolve) => setTimeout(resolve, lasts()));
    open--;
    return good();
  };
}

/**
 * A ban: more than `limit` in `window` refuses everything for `lasts` ms; where `extends`, each refused request begins it again.
 * @param {{ limit: number, window: number, lasts: number, extend?: boolean, refuse: (left: number) => Answer }} model
 * @returns {Server}
 */
export function banning({ limit, window, lasts, extend = false, refuse }) {
  /** @type {number[]} */
  let log = [];
  let until = -Infinity;
  return (t) => {
    if (t < until) {
      if (extend) until = t + lasts;
      return refuse(until - t);
    }
    log = log.filter((at) => at > t - window);
    if (log.length >= limit) {
      until = t + lasts;
      log = [];
      return refuse(lasts);
    }
    log.push(t);
    return good();
  };
}
