// @ts-check
/**
 * The page-load bench: what the first call of a page costs, in Chromium with its CPU slowed four times.
 *
 *     node bench/page-load.mjs [--loads N] [--slowed N]
 *
 * `cargo xtask bench page-load` installs what it needs. Each variant is the same page with another client, built by vite
 * and served on this machine; each load has a browser context of its own, so nothing is cached, and variants take turns.
 * Figures are medians, with the least beside them, which is what other programs on the machine disturb least: ms of the main thread
 * for the script (to compile and evaluate it), for the call until its request was sent, for all tasks until then and until the
 * response was handed on, and its longest task. The first two are the client's; the rest is mostly the browser's, and varies more.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { extname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { buildPage } from "../tests/bundlers/vite-page.js";
import { openChromium } from "./chromium.js";
import { table } from "./report.js";
import { busyOf } from "./trace.js";

const { values } = parseArgs({ options: { loads: { type: "string", default: "15" }, slowed: { type: "string", default: "4" } } });
const [loads, slowed] = [Number(values.loads), Number(values.slowed)];
const bench = import.meta.dirname;

/** Each page's client, as `call`. */
const CLIENTS = {
  "bare fetch": "const call = (url) => fetch(url);",
  "ky": `import ky from ${JSON.stringify(join(bench, "node_modules/ky"))}; const call = (url) => ky(url);`,
  "fetch-with-policy": `import { fetchWithPolicy as call } from ${JSON.stringify(resolve(bench, "../pkg/browser.js"))};`,
  "fetch-with-policy/static": `import { fetchWithPolicy as call } from ${JSON.stringify(resolve(bench, "../pkg/index.js"))};`,
};
// The same for all: what the client passes to the host's fetch is the send.
const APP = `performance.mark("imported");
const host = globalThis.fetch;
let isFirst = true;
globalThis.fetch = (...args) => {
  const promise = host(...args);
  if (isFirst) performance.mark("sent");
  isFirst = false;
  return promise;
};
const response = await call(location.origin + "/api");
performance.mark("handed-on");
host("/done?status=" + response.status);`;
const PAGE = '<!doctype html><title>page</title><link rel="icon" href="data:,"><script type="module" src="./main.js"></script>';
const TYPES = /** @type {Record<string, string>} */ ({ ".js": "text/javascript", ".html": "text/html" });

const folder = mkdtempSync(join(tmpdir(), "page-load-"));
const names = Object.keys(CLIENTS);
/** @type {number[]} */
const bytes = [];
for (const [n, client] of Object.values(CLIENTS).entries()) {
  const root = join(folder, `app-${n}`);
  mkdirSync(root);
  writeFileSync(join(root, "index.html"), PAGE);
  writeFileSync(join(root, "main.js"), `import "./begun.js";\n${client}\n${APP}`);
  writeFileSync(join(root, "begun.js"), 'performance.mark("begun");');
  bytes.push(await buildPage(root, join(folder, `${n}`)));
}

const server = createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? "/", "http://site");
  if (pathname === "/api") return void response.writeHead(200, { "content-type": "application/json" }).end("{}");
  if (pathname === "/done") return void (response.end(), server.emit("done", searchParams.get("status")));
  const isPage = pathname.endsWith("/");
  response.writeHead(200, { "content-type": TYPES[isPage ? ".html" : extname(pathname)] });
  response.end(readFileSync(join(folder, isPage ? `${pathname}index.html` : pathname)));
}).listen(0, "127.0.0.1");
await once(server, "listening");
const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());

const browser = await openChromium();
/** @type {ReturnType<typeof busyOf>[][]} */
const met = names.map(() => []);
try {
  // One more each, which warms the browser and does not count.
  for (let round = 0; round <= loads; round++) {
    for (const n of names.keys()) {
      const events = await browser.trace(`http://127.0.0.1:${port}/${n}/`, slowed, async () => {
        const [status] = await once(server, "done", { signal: AbortSignal.timeout(60_000) });
        if (status !== "200") throw new Error(`${names[n]}: status ${status}`);
      });
      if (round > 0) met[n]?.push(busyOf(events));
    }
  }
} finally {
  await browser.stop();
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true });
}

const of = (/** @type {number} */ n, /** @type {keyof ReturnType<typeof busyOf>} */ key) => {
  const list = (met[n] ?? []).map((row) => row[key]).toSorted((a, b) => a - b);
  return `${(list[Math.floor(list.length / 2)] ?? NaN).toFixed(1)} (${(list[0] ?? NaN).toFixed(1)})`;
};
console.log(`medians of ${loads} loads (and the least), variants in turns, Chromium, CPU slowed ${slowed} times; ms of the main thread\n`);
console.log(
  table([
    ["client", "its script", "its call", "until the first request is sent", "until its response is handed on", "longest task", "kB brotli before the first call"],
    ...names.map((name, n) => [name, of(n, "imported"), of(n, "call"), of(n, "sent"), of(n, "handedOn"), of(n, "longest"), ((bytes[n] ?? 0) / 1000).toFixed(2)]),
  ]),
);
