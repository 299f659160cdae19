// @ts-check
// The built site on dumb files below a path, and Chromium on it.
import { readFileSync, statSync } from "node:fs";
import { once } from "node:events";
import { createServer } from "node:http";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

/** The built site. */
export const SITE = fileURLToPath(new URL("../../target/site", import.meta.url));
/** Where it is served: not at the root of the host. */
export const BELOW = "/some/where/";
const TYPES = /** @type {Record<string, string>} */ ({ ".css": "text/css", ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".json": "application/json", ".svg": "image/svg+xml" });

/** Serves a site and starts the browser. */
export async function start(folder = SITE) {
  /** @type {string[]} */
  const missed = [];
  const server = createServer(({ url = "" }, response) => {
    const path = decodeURIComponent(new URL(url, "http://site").pathname);
    try {
      if (!path.startsWith(BELOW)) throw new Error("outside");
      let file = join(folder, path.slice(BELOW.length));
      if (statSync(file).isDirectory()) file = join(file, "index.html");
      const body = readFileSync(file);
      response.writeHead(200, { "content-type": TYPES[extname(file)] ?? "application/octet-stream" }).end(body);
    } catch {
      missed.push(path);
      response.writeHead(404).end();
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const origin = `http://127.0.0.1:${/** @type {import("node:net").AddressInfo} */ (server.address()).port}`;
  const browser = await chromium.launch({ executablePath: process.env.CHROME ?? "/usr/bin/chromium" });

  /** A page with what it complains of and what it asks of other hosts. @param {string} path @param {import("playwright-core").BrowserContextOptions} [options] */
  async function open(path, options = {}) {
    const page = await (await browser.newContext(options)).newPage();
    /** @type {string[]} */
    const complaints = [];
    /** @type {string[]} */
    const elsewhere = [];
    page.on("pageerror", (error) => complaints.push(String(error)));
    page.on("console", (message) => message.type() === "error" && complaints.push(`${message.text()} ${message.location().url}`));
    page.on("request", (request) => !/^(data|blob):/.test(request.url()) && !request.url().startsWith(`${origin}/`) && elsewhere.push(request.url()));
    await page.goto(origin + BELOW + path, { waitUntil: "networkidle" });
    return { page, complaints, elsewhere };
  }

  async function stop() {
    await browser.close();
    server.closeAllConnections();
    server.close();
  }
  return { open, stop, missed, address: origin + BELOW };
}
