// @ts-check
/**
 * The demo API: quotas enforced for real, and every row of the source documents as an answer.
 *
 * It is a function from `Request` to `Promise<Response>`, so the same module answers behind Node's http or stands in
 * for `fetch` in a page. It knows no clock, no timer and no chance but those it is given, and nothing of who carries
 * its answers.
 *
 * Quota: `limit` requests per bearer token in fixed windows of `window` ms aligned to the clock, told as Clever does
 * (X-RateLimit-Limit, -Remaining, -Reset in epoch seconds, -Bucket). Over it: 429, an empty body, no Retry-After.
 * A request counts when it arrives, and half of its latency lies before that, as on a real wire: answers and arrivals
 * come out of order.
 *
 * | route | answer |
 * |---|---|
 * | /items/<n> | `{"item":n}` under the quota; 401 without a bearer token |
 * | /rows | the rows' ids, labels and addresses |
 * | /rows/<id> | that row: its status, headers and body, whatever the method |
 * | /statistics | what this token has sent and met, not counted itself |
 */
import { rows } from "./rows.js";

/** Requests a token may send in one window. */
export const LIMIT = 200;
/** Length of a window, ms: whole seconds, so that an epoch-second reset is exact. */
export const WINDOW = 3000;

/** Tokens remembered at once; the longest known goes first. */
const MAX_TOKENS = 1000;

const EXPOSED = ["x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset", "x-ratelimit-bucket", "retry-after",
  "date"];
const CORS = { "access-control-allow-origin": "*", "access-control-expose-headers": EXPOSED.join(", ") };
const PREFLIGHT = {
  "access-control-allow-methods": "GET, HEAD, POST, PUT, PATCH, DELETE",
  "access-control-allow-headers": "authorization, content-type, idempotency-key",
  "access-control-max-age": "600",
};

/** @typedef {{ requests: number, ok: number, limited: number, windows: number }} Statistics */
/** @typedef {Statistics & { bucket: string, window: number, used: number }} Account */

/**
 * @param {object} host
 * @param {() => number} host.now epoch ms
 * @param {(ms: number, signal?: AbortSignal) => Promise<void>} host.sleep rejects with the signal's reason on an abort
 * @param {() => number} [host.random] from [0, 1)
 * @param {[number, number]} [host.latency] least and most of a round trip, ms
 * @param {number} [host.limit]
 * @param {number} [host.window] ms
 * @param {string} [host.base] path under which the routes lie
 */
export function createApi(host) {
  const { now, sleep, random = () => 0.5, latency = [5, 30], limit = LIMIT, window = WINDOW, base = "/api" } = host;
  /** @type {Map<string, Account>} */
  const accounts = new Map();
  let known = 0;

  /** @param {string} token */
  function account(token) {
    let found = accounts.get(token);
    if (!found) {
      found = { bucket: `demo-${(known += 1)}`, window: -1, used: 0, requests: 0, ok: 0, limited: 0, windows: 0 };
      accounts.set(token, found);
      if (accounts.size > MAX_TOKENS) accounts.delete(accounts.keys().next().value ?? token);
    }
    return found;
  }

  /** @param {Account} of takes one from the window that is open now */
  function take(of) {
    const current = Math.floor(now() / window);
    if (current !== of.window) {
      of.window = current;
      of.used = 0;
      of.windows += 1;
    }
    of.requests += 1;
    const admitted = of.used < limit;
    if (admitted) of.used += 1;
    of[admitted ? "ok" : "limited"] += 1;
    const headers = {
      "x-ratelimit-limit": String(limit),
      "x-ratelimit-remaining": String(limit - of.used),
      "x-ratelimit-reset": String(Math.ceil(((current + 1) * window) / 1000)),
      "x-ratelimit-bucket": of.bucket,
    };
    return { admitted, headers };
  }

  /** @param {number} status @param {Record<string, string>} headers @param {string | null} body */
  function answer(status, headers, body) {
    return new Response(body, { status, headers: { date: new Date(now()).toUTCString(), ...CORS, ...headers } });
  }

  /** @param {number} status @param {unknown} value @param {Record<string, string>} [headers] */
  function json(status, value, headers) {
    return answer(status, { "content-type": "application/json", ...headers }, JSON.stringify(value));
  }

  /** @param {string} path @param {string | undefined} token */
  function route(path, token) {
    const [, place, id, ...rest] = path.split("/");
    if (rest.length > 0) return json(404, { message: "no such route" });
    if (place === "rows" && id === undefined) return json(200, rows.map(listing));
    if (place === "rows") return row(id);
    if (place !== "items" && place !== "statistics") return json(404, { message: "no such route" });
    if (!token) return json(401, { message: "No authorization provided" }, { "www-authenticate": "Bearer" });
    if (place === "statistics") return json(200, statistics(token));
    const { admitted, headers } = take(account(token));
    return admitted ? json(200, { item: id }, headers) : answer(429, headers, null);
  }

  /** @param {string} id */
  function row(id) {
    const found = rows.find((one) => one.id === id);
    if (!found) return json(404, { message: `no row ${id}` });
    const response = answer(found.status, found.headers, found.body);
    // A string body without a content type is given one by Response; the document's answer has none.
    if (!("content-type" in found.headers)) response.headers.delete("content-type");
    return response;
  }

  /** @param {(typeof rows)[number]} one */
  function listing({ id, label, status, source }) {
    return { id, label, status, source, href: `${base}/rows/${id}` };
  }

  /** What the token has sent and met so far. @param {string} token @returns {Statistics} */
  function statistics(token) {
    const { requests, ok, limited, windows } = accounts.get(token) ?? { requests: 0, ok: 0, limited: 0, windows: 0 };
    return { requests, ok, limited, windows };
  }

  /** Answers as the platform's `fetch` would. @param {string | URL | Request} input @param {RequestInit} [init] */
  async function fetch(input, init) {
    const request = new Request(input, init);
    const path = new URL(request.url).pathname;
    const leg = () => sleep((latency[0] + random() * (latency[1] - latency[0])) / 2, request.signal);
    await leg();
    const response = respond(request, path);
    await leg();
    return response;
  }

  /** @param {Request} request @param {string} path */
  function respond(request, path) {
    if (!path.startsWith(`${base}/`)) return json(404, { message: "no such route" });
    if (request.method === "OPTIONS") return answer(204, PREFLIGHT, null);
    const token = /^Bearer +(\S+)$/i.exec(request.headers.get("authorization") ?? "")?.[1];
    return route(path.slice(base.length), token);
  }

  return { fetch, statistics };
}
