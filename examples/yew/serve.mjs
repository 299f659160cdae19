// @ts-check
// The page, and an API in memory whose quota is ten requests in two seconds: `node examples/yew/serve.mjs` after
// `cargo xtask test example` has built it. Item 3 fails once, item 7 does not exist.
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { argv } from "node:process";
import { fileURLToPath } from "node:url";

const LIMIT = 10;
const WINDOW = 2000;
const BUILT = "target/example/site/yew";
/** @type {Record<string, [string, string]>} */
const FILES = {
  "/": ["examples/yew/index.html", "text/html"],
  "/app.js": [`${BUILT}/app.js`, "text/javascript"],
  "/app_bg.wasm": [`${BUILT}/app_bg.wasm`, "application/wasm"],
};

export async function serve(port = 0) {
  const api = { limited: 0, served: 0, left: 0, /** While true, nothing is answered. */ holds: false };
  let failed = false;
  let used = 0;
  let opens = 0;
  const server = createServer(async (request, response) => {
    const path = new URL(request.url ?? "/", "http://localhost").pathname;
    const file = FILES[path];
    if (file !== undefined) {
      response.writeHead(200, { "content-type": file[1] }).end(await readFile(file[0]));
      return;
    }
    if (api.holds) {
      response.on("close", () => api.left++);
      return;
    }
    const now = Date.now();
    if (now >= opens) {
      opens = now + WINDOW;
      used = 0;
    }
    const seconds = Math.ceil((opens - now) / 1000);
    response.setHeader("ratelimit-policy", `"items";q=${LIMIT};w=${WINDOW / 1000}`);
    response.setHeader("ratelimit", `"items";r=${Math.max(0, LIMIT - used - 1)};t=${seconds}`);
    if (used >= LIMIT) {
      api.limited++;
      response.writeHead(429, { "retry-after": String(seconds) }).end();
      return;
    }
    used++;
    if (path === "/api/items/3" && !failed) {
      failed = true;
      response.writeHead(503).end();
    } else if (path === "/api/items/7") {
      response.writeHead(404, { "content-type": "application/json" }).end('{"error":{"code":"item_not_found","message":"No item 7"}}');
    } else {
      api.served++;
      response.writeHead(200, { "content-type": "application/json" }).end("{}");
    }
  });
  await new Promise((resolve) => server.listen(port, "127.0.0.1", () => resolve(undefined)));
  const address = /** @type {import("node:net").AddressInfo} */ (server.address());
  return { api, url: `http://127.0.0.1:${address.port}/`, close: () => (server.closeAllConnections(), server.close()) };
}

if (argv[1] === fileURLToPath(import.meta.url)) console.log((await serve(8080)).url);
