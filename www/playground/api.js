// @ts-check
/**
 * The demo API: quotas enforced for real, and every row of the source documents as an answer.
 *
 * It is the package's own simulator on the host's clock, so the same API answers behind Node's http or stands in for
 * `fetch` in a page that no server is behind.
 *
 * Quota: `limit` requests per bearer token in fixed windows of `window` ms aligned to the clock, told as Clever does
 * (X-RateLimit-Limit, -Remaining, -Reset in epoch seconds, -Bucket). Over it: 429, an empty body, no Retry-After.
 * A request counts when it arrives, which is not when it is sent: answers and arrivals come out of order.
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

/**
 * @param {typeof import("../../pkg-template/testing.js").createSimulator} createSimulator
 * @param {import("../../pkg-template/testing.js").SimulatorOptions & { base?: string }} [options] `base`: path under which the
 *   routes lie
 */
export function createApi(createSimulator, { base = "/api", limit = LIMIT, window = WINDOW, ...more } = {}) {
  /** @type {Map<string, Statistics & { last: number }>} */
  const accounts = new Map();
  const simulator = createSimulator({
    clock: "host",
    dialect: "clever",
    headers: CORS,
    limit,
    window,
    respond: answer,
    scope: (request) => (request.method !== "OPTIONS" && pathOf(request)[1] === "items" ? tokenOf(request) : undefined),
    ...more,
  });

  /** The parts of a path below the base; none for what is not below it. @param {Request} request */
  function pathOf(request) {
    const path = new URL(request.url).pathname;
    return path.startsWith(`${base}/`) ? path.slice(base.length).split("/") : [];
  }

  /** @param {Request} request @returns {Response} */
  function answer(request) {
    const [, place, id, ...rest] = pathOf(request);
    if (place === undefined) return json(404, { message: "no such route" });
    if (request.method === "OPTIONS") return new Response(null, { status: 204, headers: PREFLIGHT });
    if (rest.length > 0) return json(404, { message: "no such route" });
    if (place === "rows") return id === undefined ? json(200, rows.map(listing)) : row(id);
    if (place !== "items" && place !== "statistics") return json(404, { message: "no such route" });
    const token = tokenOf(request);
    if (!token) return json(401, { message: "No authorization provided" }, { "www-authenticate": "Bearer" });
    return json(200, place === "statistics" ? statistics(token) : { item: id });
  }

  /** @param {string} id */
  function row(id) {
    const found = rows.find((one) => one.id === id);
    if (!found) return json(404, { message: `no row ${id}` });
    const response = new Response(found.body, { status: found.status, headers: found.headers });
    // A string body without a content type is given one by Response; the document's answer has none.
    if (!("content-type" in found.headers)) response.headers.delete("content-type");
    return response;
  }

  /** @param {(typeof rows)[number]} one */
  function listing({ id, label, status, source }) {
    return { id, label, status, source, href: `${base}/rows/${id}` };
  }

  /** Moves what has arrived from the simulator's log, which would grow for ever, to the accounts. */
  function settle() {
    for (const { request, outcome, at } of simulator.requests.splice(0)) {
      const token = pathOf(request)[1] === "items" && request.method !== "OPTIONS" ? tokenOf(request) : undefined;
      if (token === undefined) continue;
      const account = accounts.get(token) ?? { requests: 0, ok: 0, limited: 0, windows: 0, last: -1 };
      accounts.set(token, account);
      account.requests += 1;
      account[outcome === "admitted" ? "ok" : "limited"] += 1;
      const current = Math.floor(at / window);
      if (current !== account.last) account.windows += 1;
      account.last = current;
      if (accounts.size > MAX_TOKENS) accounts.delete(accounts.keys().next().value ?? token);
    }
  }

  /** What the token has sent and met so far. @param {string} token @returns {Statistics} */
  function statistics(token) {
    settle();
    const { requests, ok, limited, windows } = accounts.get(token) ?? { requests: 0, ok: 0, limited: 0, windows: 0 };
    return { requests, ok, limited, windows };
  }

  /** Answers as the platform's `fetch` would. @param {string | URL | Request} input @param {RequestInit} [init] */
  async function fetch(input, init) {
    const response = await simulator.fetch(input, init);
    settle();
    return response;
  }

  return { fetch, statistics, simulator };
}

/** @param {Request} request */
function tokenOf(request) {
  return /^Bearer +(\S+)$/i.exec(request.headers.get("authorization") ?? "")?.[1];
}

/** @param {number} status @param {unknown} value @param {Record<string, string>} [headers] */
function json(status, value, headers) {
  return Response.json(value, { status, headers });
}
