// @ts-check
// The REST interface of Upstash before a real server: a command as a JSON array in, `{ "result" }` or `{ "error" }` out; at /pipeline
// an array of each, as the client sends by default. Strings are in base64 where the client asks for that.
import { once } from "node:events";
import { createServer } from "node:http";
import { Redis } from "ioredis";

/** @param {number} port of the server behind it */
export async function startBridge(port) {
  const redis = new Redis(port, "127.0.0.1");
  redis.on("error", () => {});
  const server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = JSON.parse(String(Buffer.concat(chunks)));
    const isCoded = request.headers["upstash-encoding"] === "base64";
    const run = async (/** @type {unknown[]} */ [name, ...args]) => {
      try {
        const result = await redis.call(String(name), args.map(String));
        return { result: isCoded && typeof result === "string" ? Buffer.from(result).toString("base64") : result };
      } catch (error) {
        return { error: String(/** @type {any} */ (error).message) };
      }
    };
    if (request.url === "/pipeline") return void response.end(JSON.stringify(await Promise.all(body.map(run))));
    const outcome = await run(body);
    response.writeHead("error" in outcome ? 400 : 200).end(JSON.stringify(outcome));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = /** @type {import("node:net").AddressInfo} */ (server.address());
  return {
    address: `http://127.0.0.1:${address.port}`,
    stop() {
      server.closeAllConnections();
      server.close();
      redis.disconnect();
    },
  };
}
