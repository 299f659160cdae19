// @ts-check
// Static files on loopback, under the strictest Content-Security-Policy that the package promises to work with.
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname } from "node:path";
import { chromium } from "playwright-core";

const TYPES = /** @type {Record<string, string>} */ ({ ".html": "text/html", ".js": "text/javascript", ".wasm": "application/wasm" });
const POLICY = "default-src 'none'; script-src 'self' 'nonce-map' 'wasm-unsafe-eval'; connect-src *";

/** Serves each path of `files`, from text or (a URL) from a file. */
async function startSite(/** @type {(path: string) => string | URL | undefined} */ files) {
  const server = createServer(async (request, response) => {
    const path = (request.url ?? "/").split("?")[0] ?? "/";
    const found = files(path);
    const body = found instanceof URL ? await readFile(found).catch(() => undefined) : found;
    if (body === undefined) return void response.writeHead(404).end();
    const type = TYPES[extname(path) || ".html"] ?? "application/octet-stream";
    response.writeHead(200, { "content-type": type, "content-security-policy": POLICY }).end(body);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  return { address: `http://127.0.0.1:${port}`, stop: () => void (server.closeAllConnections(), server.close()) };
}

/** Serves `files` and opens an empty page in Chromium; both are gone when the test is over. */
export async function openPage(/** @type {import("node:test").TestContext} */ context, /** @type {(path: string) => string | URL | undefined} */ files) {
  const { address, stop } = await startSite(files);
  context.after(stop);
  const browser = await chromium.launch({ executablePath: process.env.CHROME ?? "/usr/bin/chromium" });
  context.after(() => browser.close());
  return { address, browser, page: await browser.newPage() };
}
