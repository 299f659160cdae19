// @ts-check
// The packed package in Next.js, by both of its bundlers: a client component in Chromium, a server component, route handlers of
// the node and the edge runtime. Next's webpack fails on any edge route of an app folder (16.4.6: a manifest that is not there), with
// or without the package; there the edge is checked by a route of the pages folder alone.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, readdirSync, rmSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import test from "node:test";
import { open } from "../hosts/browsers.js";
import { startUpstream } from "../hosts/upstream.js";
import { consumer } from "../packaging/consumer.js";

const LIMIT = { timeout: 600_000 };
const NEXT = join(import.meta.dirname, "node_modules/next/dist/bin/next");
const EXPECTED = { status: 200, flaky: [503, 200], kind: "not_found", thrown: "forbidden" };

check("Turbopack", [], ["node", "edge", "api/edge"], false);
check("webpack", ["--webpack"], ["node", "api/edge"], false);
check("Turbopack, the package left in node_modules,", [], ["node", "edge", "api/edge"], true);
check("webpack, the package left in node_modules,", ["--webpack"], ["node", "api/edge"], true);

/**
 * @param {string} name
 * @param {string[]} options
 * @param {string[]} routes
 * @param {boolean} external
 */
function check(name, options, routes, external) {
  test(`Next by ${name} runs the package on both sides`, LIMIT, async (context) => {
    // Below this folder, where Next is found.
    const { folder, remove } = consumer(join(import.meta.dirname, "out"));
    context.after(remove);
    cpSync(join(import.meta.dirname, "app"), folder, { recursive: true });
    if (!routes.includes("edge")) rmSync(join(folder, "app/edge"), { recursive: true });
    const env = { ...process.env, NEXT_TELEMETRY_DISABLED: "1", NEXT_CHECK_ROOT: import.meta.dirname, NEXT_CHECK_EXTERNAL: external ? "1" : "" };
    const next = (/** @type {string[]} */ ...args) => spawn(process.execPath, [NEXT, ...args], { cwd: folder, env });
    const [code, said] = await told(next("build", ...options));
    assert.equal(code, 0, said);

    const built = readdirSync(join(folder, ".next/server"), { recursive: true, encoding: "utf8" }).filter((name) => /^edge.*\.wasm$/.test(name));
    const sizes = new Set(built.map((name) => statSync(join(folder, ".next/server", name)).size));
    assert.deepEqual(sizes, new Set(["policy", "explain"].map((name) => statSync(`pkg/${name}.wasm`).size)), "the edge imports the modules as files");

    const upstream = await startUpstream();
    context.after(upstream.stop);
    const server = next("start", "--hostname", "127.0.0.1", "--port", "0");
    const ended = once(server, "exit");
    context.after(async () => void (server.kill(), await ended));
    const address = await addressOf(server);
    const query = (/** @type {string} */ token) => `api=${encodeURIComponent(upstream.address)}&token=${token}`;
    const sends = async (/** @type {string} */ token) => (await (await fetch(`${upstream.address}/met?token=${token}503,200`)).json()).length;

    for (const route of routes) {
      const response = await fetch(`${address}/${route}?${query(route)}`);
      assert.deepEqual([response.status, await response.json(), await sends(route)], [200, EXPECTED, 2], route);
    }
    const page = await (await fetch(`${address}/server?${query("server")}`)).text();
    const [, json = ""] = /<pre>(.*?)<\/pre>/.exec(page) ?? [];
    assert.deepEqual([JSON.parse(json.replaceAll("&quot;", '"')), await sends("server")], [EXPECTED, 2], "server component");
    assert.deepEqual(await inChromium(`${address}/?${query("client")}`), EXPECTED, "client component");
  });
}

/** @param {import("node:child_process").ChildProcessWithoutNullStreams} program */
async function told(program) {
  let text = "";
  for (const stream of [program.stdout, program.stderr]) stream.on("data", (chunk) => (text += chunk));
  const [code] = await once(program, "close");
  return [code, text];
}

/** @param {import("node:child_process").ChildProcessWithoutNullStreams} server */
async function addressOf(server) {
  let text = "";
  for await (const chunk of server.stdout) {
    text += chunk;
    const address = /http:\/\/127\.0\.0\.1:[1-9]\d*/.exec(text)?.[0];
    if (address !== undefined && text.includes("Ready")) {
      return address;
    }
  }
  throw new Error(`next start: ${text}`);
}

/**
 * What the page posts.
 * @param {string} url
 */
async function inChromium(url) {
  /** @type {PromiseWithResolvers<any>["resolve"]} */
  let resolve;
  const posted = new Promise((done) => (resolve = done));
  const site = createServer(async (request, response) => {
    let text = "";
    for await (const chunk of request) text += chunk;
    response.end();
    resolve(JSON.parse(text));
  }).listen(0, "127.0.0.1");
  await once(site, "listening");
  const { port } = /** @type {import("node:net").AddressInfo} */ (site.address());
  const stop = open("chromium", `${url}&report=${encodeURIComponent(`http://127.0.0.1:${port}/`)}`);
  try {
    return await Promise.race([posted, once(site, "close", { signal: AbortSignal.timeout(30_000) })]);
  } finally {
    await stop();
    site.closeAllConnections();
    site.close();
  }
}
