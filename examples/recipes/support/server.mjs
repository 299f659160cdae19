// @ts-check
// Real servers on loopback for the recipes: one that keeps a limit and reports it as an API does, and one that always fails.
import { once } from "node:events";
import { createServer } from "node:http";

/** @typedef {{ limit: number, left: number, window: number, resetAt: number }} Quota */
/** @typedef {(path: string, body: string) => string | { body: string, headers: Record<string, string> }} Shape the API's body for one item */

/**
 * How APIs report a quota.
 * @type {Record<string, (quota: Quota) => Record<string, string | number>>}
 */
export const dialects = {
  // draft-ietf-httpapi-ratelimit-headers-10
  ietf: ({ limit, left, window, resetAt }) => ({
    "ratelimit-policy": `"default";q=${limit};w=${window / 1000}`,
    ratelimit: `"default";r=${left};t=${seconds(resetAt - Date.now())}`,
  }),
  // The same draft's version 03, as express-rate-limit sends it.
  "draft-3": ({ limit, left, resetAt }) => ({
    "ratelimit-limit": limit,
    "ratelimit-remaining": left,
    "ratelimit-reset": seconds(resetAt - Date.now()),
  }),
  github: ({ limit, left, resetAt }) => ({
    "x-ratelimit-limit": limit,
    "x-ratelimit-remaining": left,
    "x-ratelimit-used": limit - left,
    "x-ratelimit-reset": seconds(resetAt),
    "x-ratelimit-resource": "core",
  }),
  openai: ({ limit, left, resetAt }) => ({
    "x-ratelimit-limit-requests": limit,
    "x-ratelimit-remaining-requests": left,
    "x-ratelimit-reset-requests": `${((resetAt - Date.now()) / 1000).toFixed(3)}s`,
  }),
  anthropic: ({ limit, left, resetAt }) => ({
    "anthropic-ratelimit-requests-limit": limit,
    "anthropic-ratelimit-requests-remaining": left,
    "anthropic-ratelimit-requests-reset": new Date(seconds(resetAt) * 1000).toISOString().replace(".000Z", "Z"),
  }),
};

/**
 * `limit` requests in each window of `window` ms, the first of which opens with the server; a request over that gets a 429.
 * @param {{ shape: Shape, dialect?: string, limit?: number, window?: number }} options
 */
export function startLimited({ shape, dialect = "ietf", limit = 10, window = 3000 }) {
  const report = dialects[dialect];
  if (report === undefined) throw new Error(`unknown dialect ${dialect}`);
  const born = Date.now();
  let opened = -1;
  let used = 0;
  return start((path, body, respond) => {
    const current = Math.floor((Date.now() - born) / window);
    if (current !== opened) [opened, used] = [current, 0];
    const allowed = used < limit;
    if (allowed) used++;
    const resetAt = born + (current + 1) * window;
    const headers = report({ limit, left: limit - used, window, resetAt });
    if (allowed) return respond(200, shape(path, body), headers);
    return respond(429, '{"error":{"message":"Too many requests"}}', { ...headers, "retry-after": seconds(resetAt - Date.now()) });
  });
}

/** Every request gets `status`. */
export function startFailing(status = 500) {
  return start((_path, _body, respond) => respond(status, '{"message":"Internal error","error":{"message":"Internal error"}}'));
}

/** @typedef {(status: number, body: ReturnType<Shape>, headers?: Record<string, string | number>) => void} Respond */

/** @param {(path: string, body: string, respond: Respond) => void} handle */
async function start(handle) {
  const met = { sends: 0, limited: 0 };
  /** @type {import("node:http").IncomingHttpHeaders[]} */
  const headers = [];
  const server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    // The recipe of the service worker asks from another origin.
    response.setHeader("access-control-allow-origin", "*");
    response.setHeader("access-control-expose-headers", "*");
    met.sends++;
    headers.push(request.headers);
    handle(request.url ?? "/", String(Buffer.concat(chunks)), (status, body, reported = {}) => {
      if (status === 429) met.limited++;
      const shaped = typeof body === "string" ? { body, headers: {} } : body;
      response.writeHead(status, { "content-type": "application/json", ...reported, ...shaped.headers }).end(shaped.body);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  return {
    url: `http://127.0.0.1:${port}`,
    met,
    headers,
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

function seconds(/** @type {number} */ ms) {
  return Math.ceil(ms / 1000);
}
