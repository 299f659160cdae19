// @ts-check
// An API on loopback whose quotas the tests share: it counts what it met for each token.
import { once } from "node:events";
import { createServer } from "node:http";

const EXPOSED = "x-ratelimit-limit, x-ratelimit-remaining, x-ratelimit-reset, retry-after, date";

/** @typedef {{ sent: number, refused: number, window: number, used: number, clients: Record<string, number>, watch: (() => void)[] }} Met */

/**
 * `/quota?token=…&limit=…&window=…&client=…`: a fixed window by the clock, told by X-RateLimit headers with the reset in epoch ms
 * rounded up to a second. `met` gives what came of a token so far; `reached` waits until so many sends came.
 */
export async function startUpstream() {
  /** @type {Map<string, Met>} */
  const all = new Map();
  const met = (/** @type {string} */ token) => {
    const known = all.get(token) ?? { sent: 0, refused: 0, window: -1, used: 0, clients: {}, watch: [] };
    all.set(token, known);
    return known;
  };
  const server = createServer((request, response) => {
    const { searchParams } = new URL(request.url ?? "/", "http://upstream");
    response.setHeader("access-control-allow-origin", "*");
    response.setHeader("access-control-allow-headers", "*, authorization");
    response.setHeader("access-control-max-age", "600");
    response.setHeader("access-control-expose-headers", EXPOSED);
    response.setHeader("cache-control", "no-store");
    if (request.method === "OPTIONS") return void response.writeHead(204).end();
    const [limit, length] = [Number(searchParams.get("limit")), Number(searchParams.get("window"))];
    const quota = met(searchParams.get("token") ?? "");
    const client = searchParams.get("client") ?? "";
    quota.sent++;
    const window = Math.floor(Date.now() / length);
    if (quota.window !== window) Object.assign(quota, { window, used: 0 });
    const allowed = quota.used < limit;
    if (allowed) {
      quota.used++;
      quota.clients[client] = (quota.clients[client] ?? 0) + 1;
    } else quota.refused++;
    quota.trace?.push({ t: Date.now(), up: Number(client), ok: allowed, window, left: limit - quota.used });
    response.setHeader("x-ratelimit-limit", limit);
    response.setHeader("x-ratelimit-remaining", limit - quota.used);
    response.setHeader("x-ratelimit-reset", Math.ceil(((window + 1) * length) / 1000));
    response.writeHead(allowed ? 200 : 429).end("{}");
    for (const check of quota.watch) check();
  });
  // A connection that it closes while a request is on its way would fail that request.
  server.keepAliveTimeout = 0;
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  return {
    address: `http://127.0.0.1:${port}`,
    met,
    /** @param {string} token @param {number} sends @returns {Promise<void>} */
    reached(token, sends) {
      const quota = met(token);
      return new Promise((resolve) => {
        const check = () => void (quota.sent >= sends && resolve());
        quota.watch.push(check);
        check();
      });
    },
    stop: () => void (server.closeAllConnections(), server.close()),
  };
}
