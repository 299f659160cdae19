// @ts-check
// An API on loopback, for the tests of every host: it enforces a fixed window per bearer token and counts what it met.
import { once } from "node:events";
import { createServer } from "node:http";

const EXPOSED = "x-ratelimit-limit, x-ratelimit-remaining, x-ratelimit-reset, retry-after, date";

/**
 * Starts it. `GET /items` takes one of `limit` units per `window` ms, told by X-RateLimit headers (reset in epoch seconds);
 * `/flaky` answers 503 the first time each token asks; `/status/N` answers N, a 429 with a Retry-After of 5 s.
 * @param {{ limit?: number, window?: number }} [options]
 */
export async function startUpstream({ limit = 20, window: length = 1000 } = {}) {
  /** @type {Map<string, { window: number, used: number }>} */
  const quotas = new Map();
  /** @type {Set<string>} */
  const flaked = new Set();
  const met = { sent: 0, refused: 0 };

  const server = createServer((request, response) => {
    const token = request.headers.authorization ?? "";
    const path = new URL(request.url ?? "/", "http://upstream").pathname;
    response.setHeader("access-control-allow-origin", "*");
    response.setHeader("access-control-allow-headers", "authorization");
    response.setHeader("access-control-expose-headers", EXPOSED);
    response.setHeader("content-type", "application/json");
    request.resume();
    if (request.method === "OPTIONS") return void response.writeHead(204).end();
    met.sent++;

    if (path === "/items") {
      const window = Math.floor(Date.now() / length);
      const quota = quotas.get(token)?.window === window ? /** @type {{ window: number, used: number }} */ (quotas.get(token)) : { window, used: 0 };
      quotas.set(token, quota);
      const allowed = quota.used < limit;
      if (allowed) quota.used++;
      else met.refused++;
      response.setHeader("x-ratelimit-limit", limit);
      response.setHeader("x-ratelimit-remaining", limit - quota.used);
      response.setHeader("x-ratelimit-reset", Math.ceil(((window + 1) * length) / 1000));
      return void response.writeHead(allowed ? 200 : 429).end(allowed ? '"item"' : "");
    }
    if (path === "/flaky") {
      const first = !flaked.has(token);
      flaked.add(token);
      return void response.writeHead(first ? 503 : 200).end('"steady"');
    }
    const status = Number(path.split("/").pop());
    if (status === 429) response.setHeader("retry-after", "5");
    response.writeHead(status >= 200 && status < 600 ? status : 404).end('{"error":"as asked"}');
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  return {
    address: `http://127.0.0.1:${port}`,
    met,
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
