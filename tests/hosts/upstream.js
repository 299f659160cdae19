// @ts-check
// The API that the suite calls: what it answers is in the URL, what it met is kept per token and given back on request.
import { once } from "node:events";
import { createServer } from "node:http";

/** @typedef {{ at: number, method: string, path: string, type: string, body: string, key: string }} Met */

const EXPOSED = "ratelimit, x-ratelimit-limit, x-ratelimit-remaining, x-ratelimit-reset, retry-after, date";

/**
 * `/script?steps=503,429:1,reset,hang,200&token=…`: one step a send, the last one again and again; a number is a status (after
 * the colon a Retry-After in seconds), `reset` closes the socket, `hang` never answers, `drip` sends its body in pieces.
 * An answer's body is `{ send, method, type, body }`.
 * `/quota?limit=20&window=1000&token=…`: a fixed window, told by X-RateLimit headers with the reset in epoch seconds; with `fields=1`
 * by the `RateLimit` field of the IETF's draft.
 * `/moved`: a redirect to `/script`. `/met?token=…`: what was met. `hidden=1`: its headers are not exposed to other origins.
 */
export async function startUpstream() {
  /** @type {Map<string, Met[]>} */
  const log = new Map();
  /** @type {Map<string, { window: number, used: number }>} */
  const quotas = new Map();

  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? "/", "http://upstream");
    const token = url.searchParams.get("token") ?? "";
    response.setHeader("access-control-allow-origin", "*");
    response.setHeader("access-control-allow-headers", "*, authorization");
    response.setHeader("access-control-allow-methods", "*");
    response.setHeader("access-control-max-age", "600");
    if (!url.searchParams.has("hidden")) response.setHeader("access-control-expose-headers", EXPOSED);
    response.setHeader("cache-control", "no-store");
    response.setHeader("content-type", "application/json");
    if (request.method === "OPTIONS") return void response.writeHead(204).end();
    const met = log.get(token) ?? [];
    if (url.pathname === "/met") return void response.end(JSON.stringify(met));
    const { method = "GET", headers } = request;
    const entry = { at: Date.now(), method, path: url.pathname, type: headers["content-type"] ?? "", body: "", key: String(headers["idempotency-key"] ?? "") };
    log.set(token, [...met, entry]);
    try {
      const chunks = [];
      for await (const chunk of request) chunks.push(chunk);
      entry.body = Buffer.concat(chunks).toString("latin1");
    } catch {
      return;
    }

    if (url.pathname === "/quota") {
      const [limit, length] = [Number(url.searchParams.get("limit")), Number(url.searchParams.get("window"))];
      const window = Math.floor(Date.now() / length);
      let quota = quotas.get(token);
      if (quota?.window !== window) quotas.set(token, (quota = { window, used: 0 }));
      const allowed = quota.used < limit;
      if (allowed) quota.used++;
      const left = limit - quota.used;
      const end = (window + 1) * length;
      if (url.searchParams.has("fields")) response.setHeader("ratelimit", `"a";r=${left};t=${Math.ceil((end - Date.now()) / 1000)}`);
      else {
        response.setHeader("x-ratelimit-limit", limit);
        response.setHeader("x-ratelimit-remaining", left);
        response.setHeader("x-ratelimit-reset", Math.ceil(end / 1000));
      }
      return void response.writeHead(allowed ? 200 : 429).end(JSON.stringify({ allowed }));
    }
    if (url.pathname === "/moved") return void response.writeHead(302, { location: `/script?steps=200&token=${token}` }).end();

    const steps = (url.searchParams.get("steps") ?? "200").split(",");
    const [step = "200", wait] = (steps[met.length] ?? steps[steps.length - 1] ?? "200").split(":");
    if (step === "reset") return void request.socket.destroy();
    if (step === "hang") return;
    if (wait !== undefined) response.setHeader("retry-after", wait);
    if (step === "drip") {
      for (const piece of ["one ", "two ", "three"]) {
        response.write(piece);
        await new Promise((resolve) => setTimeout(resolve, 30));
      }
      return void response.end();
    }
    response.writeHead(Number(step)).end(JSON.stringify({ send: met.length + 1, method, type: entry.type, body: entry.body }));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  return { address: `http://127.0.0.1:${port}`, stop: () => void (server.closeAllConnections(), server.close()) };
}
