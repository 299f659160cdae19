// @ts-check
// The built page, and an API in memory whose quota is ten requests in two seconds: `npm run build && npm start`. Item 3 fails
// once, item 7 does not exist, and an order is accepted with a name and a ZIP code of five digits.
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname } from "node:path";
import { argv } from "node:process";
import { fileURLToPath } from "node:url";

const LIMIT = 10;
const WINDOW = 2000;
/** @type {Record<string, string>} */
const TYPES = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".wasm": "application/wasm" };

/** @param {number} [port] @param {URL} [folder] where the page was built to */
export async function serve(port = 0, folder = new URL("./dist/", import.meta.url)) {
  const met = { sends: 0, limited: 0, orders: 0, /** @type {Map<string, number>} */ served: new Map() };
  let used = 0;
  let ends = 0;
  let failed = false;

  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://localhost");
    if (!pathname.startsWith("/api/")) {
      const file = new URL(pathname === "/" ? "./index.html" : `.${pathname}`, folder);
      const body = await readFile(file).catch(() => undefined);
      return void response.writeHead(body ? 200 : 404, { "content-type": TYPES[extname(file.pathname)] ?? "text/plain" }).end(body);
    }
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    met.sends++;
    const now = Date.now();
    if (now >= ends) [ends, used] = [now + WINDOW, 0];
    const allowed = used < LIMIT;
    if (allowed) used++;
    const seconds = Math.ceil((ends - now) / 1000);
    response.setHeader("ratelimit-policy", `"default";q=${LIMIT};w=${WINDOW / 1000}`);
    response.setHeader("ratelimit", `"default";r=${LIMIT - used};t=${seconds}`);
    /** @param {number} status @param {unknown} body */
    const respond = (status, body) => void response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    if (!allowed) {
      met.limited++;
      response.setHeader("retry-after", seconds);
      return respond(429, { error: "Too many requests" });
    }
    if (request.method === "POST") return order(JSON.parse(String(Buffer.concat(chunks))), respond);
    if (pathname === "/api/items/3" && !failed) {
      failed = true;
      return respond(503, { error: "Try again" });
    }
    if (pathname === "/api/items/7") return respond(404, { error: { code: "item_not_found", message: "No item 7" } });
    met.served.set(pathname, (met.served.get(pathname) ?? 0) + 1);
    const id = Number(pathname.split("/").pop());
    respond(200, { id, name: `Item ${id}` });
  });

  /** @param {{ name: string, zip: string }} sent @param {(status: number, body: unknown) => void} respond */
  function order({ name, zip }, respond) {
    /** @type {Record<string, string[]>} */
    const errors = {};
    if (!name) errors.name = ["can't be blank"];
    if (!/^\d{5}$/.test(zip)) errors.zip = ["must have 5 digits"];
    if (Object.keys(errors).length > 0) return respond(422, { errors });
    respond(201, { id: ++met.orders });
  }

  await new Promise((resolve) => server.listen(port, "127.0.0.1", () => resolve(undefined)));
  const address = /** @type {import("node:net").AddressInfo} */ (server.address());
  return { met, url: `http://127.0.0.1:${address.port}/`, close: () => (server.closeAllConnections(), server.close()) };
}

if (argv[1] === fileURLToPath(import.meta.url)) console.log((await serve(8080)).url);
