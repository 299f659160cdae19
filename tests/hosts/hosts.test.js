// @ts-check
// One suite in every host, and at the end one table: host by case.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { copyFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import test, { after, before } from "node:test";
import { promisify } from "node:util";
import { consumer } from "../packaging/consumer.js";
import { startWorker } from "../runtimes/miniflare.js";
import { ENGINES, open, startSite } from "./browsers.js";
import { SERVERS } from "./servers.js";
import { CASES } from "./suite.js";
import { tableOf } from "./table.js";
import { startUpstream } from "./upstream.js";

const SCOPES = ["page", "worker", "service worker"];
/** How long a host may take for the whole suite. */
const LIMIT = 120_000;
const run = promisify(execFile);

const WORKERS = ["2025-01-01", "2026-07-01"];

/** @type {Map<string, Record<string, "pass" | "differs" | "FAIL">>} */
const table = new Map();
/** @type {Awaited<ReturnType<typeof startUpstream>>} */
let upstream;
/** @type {string} */
let dead;
/** @type {ReturnType<typeof consumer>} */
let installed;
before(async () => {
  installed = consumer();
  for (const file of ["suite.js", "main.js"]) copyFileSync(join(import.meta.dirname, file), join(installed.folder, file));
  upstream = await startUpstream();
  dead = await deadAddress();
});
after(() => {
  installed.remove();
  upstream.stop();
  console.log(tableOf(table, CASES));
});

for (const [host, command] of Object.entries(SERVERS)) {
  test(host, { timeout: 2 * LIMIT }, async (context) => {
    const [program = "", ...args] = command("main.js");
    const { stdout } = await run(program, [...args, host, upstream.address, dead], { cwd: installed.folder, timeout: LIMIT, maxBuffer: 2 ** 24 });
    await compare(context, host, JSON.parse(stdout));
  });
}

for (const date of WORKERS) {
  test(`workerd ${date}`, { timeout: 2 * LIMIT }, async (context) => {
    const host = `workerd ${date}`;
    const worker = await startWorker("tests/hosts/worker.js", date, []);
    context.after(() => worker.dispose());
    const ask = async (/** @type {string} */ name) => {
      const query = new URLSearchParams({ case: name, host, api: upstream.address, dead });
      const response = await worker.dispatchFetch(`http://worker/?${query}`);
      const text = await response.text();
      return [name, response.ok ? JSON.parse(text) : { failed: `${response.status} ${text}` }];
    };
    await compare(context, host, Object.fromEntries(await Promise.all(Object.keys(CASES).map(ask))));
  });
}

for (const engine of ENGINES) {
  test(engine, { timeout: 4 * LIMIT }, async (context) => {
    const site = await startSite({ page: "page.js" });
    context.after(site.stop);
    const query = new URLSearchParams({ host: engine, api: upstream.address, dead });
    context.after(open(engine, `${site.address}/?${query}`));
    for (const scope of SCOPES) await compare(context, `${engine} ${scope}`, await site.report(scope, LIMIT));
  });
}

// What pages get by default: the core comes when a call needs it. A service worker may not import it.
test("chromium, the core when it is needed", { timeout: 4 * LIMIT }, async (context) => {
  const site = await startSite({ page: "page.js", entry: "browser" });
  context.after(site.stop);
  const query = new URLSearchParams({ host: "chromium", api: upstream.address, dead });
  context.after(open("chromium", `${site.address}/?${query}`));
  for (const scope of SCOPES.slice(0, 2)) await compare(context, `chromium ${scope}, late core`, await site.report(scope, LIMIT));
});

/**
 * A test for each case; none is left out.
 * @param {import("node:test").TestContext} context
 * @param {string} host
 * @param {Record<string, any>} outcomes
 */
async function compare(context, host, outcomes) {
  /** @type {Record<string, "pass" | "differs" | "FAIL">} */
  const row = {};
  table.set(host, row);
  for (const [name, { expect, differs = [] }] of Object.entries(CASES)) {
    const difference = differs.find(({ hosts }) => hosts.test(host));
    row[name] = "FAIL";
    await context.test(`${host}: ${name}`, () => {
      assert.ok("failed" in outcomes === false, `the suite did not run: ${outcomes["failed"]}`);
      assert.deepEqual(outcomes[name], { value: difference === undefined ? expect : difference.expect });
      row[name] = difference === undefined ? "pass" : "differs";
    });
  }
}

/** An address where nobody listens. */
async function deadAddress() {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${port}`;
}
