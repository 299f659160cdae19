// @ts-check
/**
 * Serves the demo on loopback: the page, the built package under /pkg/, third-party modules under /vendor/, and the
 * demo API under /api/. With --once it needs no browser: it fires the load itself and prints what came of it.
 */
import { access, readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize, resolve, sep } from "node:path";
import { Readable } from "node:stream";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { createApi } from "./api.js";
import { runOnce } from "./once.mjs";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const HELP = `node www/playground/serve.mjs [options]

  --once           no browser: run the load, print the result as a table; the exit status is 1 if it fell short
  --calls N        calls of --once (default 600)
  --port N         port on 127.0.0.1 (default: a free one)
  --pkg DIR        the built package (default: pkg of this checkout)
  --modules DIR    where third-party modules are installed (default: node_modules of this checkout)
`;

/** What the page may load from `--modules`; nothing else of it is served. */
const VENDOR = new Map([
  ["/vendor/uplot.js", "uplot/dist/uPlot.esm.js"],
  ["/vendor/uplot.css", "uplot/dist/uPlot.min.css"],
]);

/** What the page shares with the package's command. */
const SHARED = new Map([["/vendor/curl.js", "../../pkg-template/bin/curl.js"]]);

/** Kinds of files that are served at all. */
const TYPES = new Map([
  [".css", "text/css; charset=utf-8"],
  [".html", "text/html; charset=utf-8"],
  [".js", "text/javascript; charset=utf-8"],
  [".json", "application/json"],
  [".wasm", "application/wasm"],
]);

/** The page asks nobody else for anything, and holds itself to it. uPlot and the canvases style through the CSSOM. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");

const options = readOptions();
// 600 connections arrive at once; the default backlog of 511 would drop some, and a drop costs a second.
const server = createServer({ keepAliveTimeout: 30_000 }, (request, response) => {
  answer(request, response).catch((error) => {
    console.error(error);
    response.destroy();
  });
});
for (const name of ["index.js", "testing.js"]) await need(join(options.pkg, name), "build the package: cargo xtask build");
const { createSimulator } = await import(pathToFileURL(join(options.pkg, "testing.js")).href);
const api = createApi(createSimulator, { seed: Math.floor(Math.random() * 2 ** 32) });
if (!options.once) {
  for (const file of VENDOR.values()) await need(join(options.modules, file), "install the modules: npm ci");
}
server.on("error", (error) => fail(error.message));
server.listen({ port: options.port, host: "127.0.0.1", backlog: 4096 }, started);

async function started() {
  const address = /** @type {import("node:net").AddressInfo} */ (server.address());
  const origin = `http://127.0.0.1:${address.port}`;
  if (!options.once) {
    console.log(`demo: ${origin}/`);
    return;
  }
  const { fetchWithPolicy, callRecord } = await import(pathToFileURL(join(options.pkg, "index.js")).href);
  const short = await runOnce({ url: `${origin}/api`, api, calls: options.calls, fetchWithPolicy, callRecord });
  server.close();
  server.closeAllConnections();
  process.exitCode = short.length > 0 ? 1 : 0;
}

/** @param {import("node:http").IncomingMessage} request @param {import("node:http").ServerResponse} response */
async function answer(request, response) {
  const path = addressOf(request).pathname;
  if (path.startsWith("/api/")) return answerApi(request, response);
  const file = locate(path);
  const body = file && (await readFile(file).catch(() => undefined));
  if (!file || !body) {
    response.writeHead(404, { "content-type": "text/plain" }).end("not found\n");
    return;
  }
  response.writeHead(200, {
    "content-type": TYPES.get(extname(file)) ?? "application/octet-stream",
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    // The package is rebuilt while the page is open.
    "cache-control": "no-store",
  });
  response.end(request.method === "HEAD" ? undefined : body);
}

/** @param {import("node:http").IncomingMessage} incoming @param {import("node:http").ServerResponse} outgoing */
async function answerApi(incoming, outgoing) {
  const headers = new Headers();
  for (const [name, value] of Object.entries(incoming.headers)) headers.set(name, String(value));
  // No route reads a body; an unread one would keep the connection from its next request.
  incoming.resume();
  const result = await api.fetch(addressOf(incoming), { method: incoming.method, headers });
  outgoing.writeHead(result.status, Object.fromEntries(result.headers));
  if (result.body) Readable.fromWeb(/** @type {any} */ (result.body)).pipe(outgoing);
  else outgoing.end();
}

/** What was asked for, on a host of no meaning. @param {import("node:http").IncomingMessage} request */
function addressOf({ url = "/" }) {
  // Joined, not resolved: "//x" is a path here, and resolving would take x for the host, or throw.
  return new URL(url.startsWith("/") ? `http://demo${url}` : "http://demo/none");
}

/** The file behind a path, or undefined for what is not to be served. @param {string} path */
function locate(path) {
  const vendor = VENDOR.get(path);
  if (vendor) return join(options.modules, vendor);
  const shared = SHARED.get(path);
  if (shared) return join(HERE, shared);
  if (path.startsWith("/pkg/")) return within(options.pkg, path.slice(5));
  return within(HERE, path === "/" ? "index.html" : path.slice(1));
}

/** @param {string} folder @param {string} path */
function within(folder, path) {
  const file = normalize(join(folder, decodePath(path)));
  return file.startsWith(resolve(folder) + sep) && TYPES.has(extname(file)) ? file : undefined;
}

/** @param {string} path percent-encoded, by a stranger */
function decodePath(path) {
  try {
    return decodeURIComponent(path);
  } catch {
    return "";
  }
}

function readOptions() {
  const { values } = parseArgs({
    options: {
      calls: { type: "string", default: "600" },
      help: { type: "boolean", default: false },
      modules: { type: "string", default: join(HERE, "..", "..", "node_modules") },
      once: { type: "boolean", default: false },
      pkg: { type: "string", default: join(HERE, "..", "..", "pkg") },
      port: { type: "string", default: "0" },
    },
  });
  if (values.help) {
    console.log(HELP);
    process.exit(0);
  }
  return {
    calls: whole("--calls", values.calls, 1, 100_000),
    modules: resolve(values.modules),
    once: values.once,
    pkg: resolve(values.pkg),
    port: whole("--port", values.port, 0, 65_535),
  };
}

/** @param {string} name @param {string} text @param {number} least @param {number} most */
function whole(name, text, least, most) {
  const value = Number(text);
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  fail(`${name}: expected ${least} to ${most}, not ${text}`);
}

/** @param {string} file @param {string} remedy */
async function need(file, remedy) {
  await access(file).catch(() => fail(`${file} is not there; ${remedy}`));
}

/** @param {string} message @returns {never} */
function fail(message) {
  console.error(`serve: ${message}`);
  process.exit(1);
}
