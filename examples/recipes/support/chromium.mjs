// @ts-check
// The service worker in Chromium: a page that it controls asks an API of another origin.
import { once } from "node:events";
import { createServer } from "node:http";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { chromium } from "playwright-core";

/** @param {string} api */
export async function startChromium(api) {
  const site = await startSite();
  const browser = await chromium.launch({ executablePath: process.env.CHROME ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
  const page = await browser.newPage();
  await page.goto(site.url);
  await page.evaluate(async () => {
    await navigator.serviceWorker.register("/service-worker.js");
    if (!navigator.serviceWorker.controller) await new Promise((resolve) => navigator.serviceWorker.addEventListener("controllerchange", resolve));
  });
  const ask = (/** @type {number} */ id) =>
    page.evaluate(async (address) => {
      const response = await fetch(address);
      if (!response.ok) throw new Error(String(response.status));
      return (await response.json()).id;
    }, `${api}/api/items/${id}`);
  const stop = async () => {
    await browser.close();
    site.stop();
  };
  return { ask, stop };
}

async function startSite() {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL("../service-worker.ts", import.meta.url))],
    bundle: true,
    format: "iife",
    platform: "browser",
    write: false,
  });
  const script = outputFiles[0]?.text;
  const server = createServer((request, response) => {
    const [type, body] = request.url === "/service-worker.js" ? ["text/javascript", script] : ["text/html", "<!doctype html><title>page</title>"];
    response.writeHead(200, { "content-type": type }).end(body);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  const stop = () => void (server.closeAllConnections(), server.close());
  return { url: `http://127.0.0.1:${port}/`, stop };
}
