// @ts-check
// An API on loopback whose quotas the tests share: it counts what it met for each token.
import { once } from "node:events";
import { createServer } from "node:http";

const EXPOSED = "x-ratelimit-limit, x-ratelimit-remaining, x-ratelimit-reset, retry-after, date";

/**
 * @typedef {{ sent: number, refused: number, refusals: Record<number, number>, window: number, used: number, clients: Record<string, number>, watch: (() => void)[] }} Met
 *   `refusals`: of each window in which something was sent, in their order
 */

/**
 * `/quota?token=…&limit=…&window=…&client=…`: a fixed window by the clock, told by X-RateLimit headers with the reset in epoch ms
 * rounded up to a second. `met` gives what came of a token so far; `reached` waits until so many sends came. It listens on so many
 * hosts, all of this machine.
 */
export async function startUpstream(hosts = 1) {
  /** @type {Map<string, Met>} */
  const all = new Map();
  const met = (/** @type {string} */ token) => {
    const known = all.get(token) ?? { sent: 0, refused: 0, refusals: {}, window: -1, used: 0, clients: {}, watch: [] };
    all.set(token, known);
    return known;
  };
  /** @type {import("node:http").RequestListener} */
  const listener = (request, response) => {
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
    quota.refusals[window] ??= 0;
    const allowed = quota.used < limit;
    if (allowed) {
      quota.used++;
      quota.clients[client] = (quota.clients[client] ?? 0) + 1;
    } else {
      quota.refused++;
      quota.refusals[window]++;
    }
    response.setHeader("x-ratelimit-limit", limit);
    response.setHeader("x-ratelimit-remaining", limit - quota.used);
    response.setHeader("x-ratelimit-reset", Math.ceil(((window + 1) * length) / 1000));
    response.writeHead(allowed ? 200 : 429).end("{}");
    for (const check of quota.watch) check();
  };
  /** @type {import("node:http").Server[]} */
  const servers = [];
  let port = 0;
  for (let n = 1; n <= hosts; n++) {
    // A connection that it closes while a request is on its way would fail that request.
    const server = createServer({ keepAliveTimeout: 0 }, listener).listen(port, `127.0.0.${n}`);
    servers.push(server);
    await once(server, "listening");
    ({ port } = /** @type {import("node:net").AddressInfo} */ (server.address()));
  }
  const addresses = servers.map((_, n) => `http://127.0.0.${n + 1}:${port}`);
  return {
    address: String(addresses[0]),
    addresses,
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
    stop: () => servers.forEach((server) => (server.closeAllConnections(), server.close())),
  };
}
