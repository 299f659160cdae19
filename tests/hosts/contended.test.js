// @ts-check
// No call is lost under contention, in every host, over real HTTP and with default options.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { copyFileSync } from "node:fs";
import { join } from "node:path";
import test, { after, before, describe } from "node:test";
import { promisify } from "node:util";
import { consumer } from "../packaging/consumer.js";
import { startWorker } from "../runtimes/miniflare.js";
import { ENGINES, open, startSite } from "./browsers.js";
import { SERVERS } from "./servers.js";
import { startUpstream } from "./upstream.js";

const CALLS = 5000;
/** A host that lost calls reports them after two minutes. */
const LIMIT = 200_000;
/** Requests to the Worker, which share the calls. */
const REQUESTS = 5;
const run = promisify(execFile);
/** @type {ReturnType<typeof consumer>} */
let installed;
before(() => {
  installed = consumer();
  for (const file of ["contended.js", "contended-main.js"]) copyFileSync(join(import.meta.dirname, file), join(installed.folder, file));
});
after(() => installed.remove());

/** @param {import("node:test").TestContext} context */
async function upstreamOf(context) {
  const upstream = await startUpstream();
  context.after(upstream.stop);
  return upstream.address;
}

/**
 * @param {import("node:test").TestContext} context
 * @param {{ settled: number, outcomes: Record<string, number> }[]} outcomes
 */
function compare(context, outcomes) {
  context.diagnostic(JSON.stringify(outcomes.map(({ outcomes }) => outcomes)));
  assert.equal(outcomes.reduce((sum, { settled }) => sum + settled, 0), CALLS, `settled of ${CALLS}`);
  // Where all fail at once, nobody waits.
  const granted = outcomes.reduce((sum, { outcomes }) => sum + (outcomes["200"] ?? 0), 0);
  assert.ok(granted > CALLS / 2, `${granted} granted`);
}

// Each host has an API of its own, and waits for ten windows of a second.
describe("contention", { concurrency: 2 }, () => {
  for (const [host, command] of Object.entries(SERVERS)) {
    test(`${host}: each of ${CALLS} calls that contend settles`, { timeout: LIMIT }, async (context) => {
      const [program = "", ...args] = command("contended-main.js");
      const { stdout } = await run(program, [...args, await upstreamOf(context), String(CALLS)], { cwd: installed.folder, timeout: LIMIT });
      compare(context, [JSON.parse(stdout)]);
    });
  }

  test(`workerd: each of ${CALLS} calls that contend settles`, { timeout: LIMIT }, async (context) => {
    const api = await upstreamOf(context);
    const worker = await startWorker("tests/hosts/contended-worker.js", "2026-07-01", []);
    context.after(() => worker.dispose());
    const ask = async (/** @type {number} */ name) => {
      const query = new URLSearchParams({ api, name: String(name), calls: String(CALLS / REQUESTS) });
      return (await worker.dispatchFetch(`http://worker/?${query}`)).json();
    };
    compare(context, /** @type {any[]} */ (await Promise.all(Array.from({ length: REQUESTS }, (_, n) => ask(n)))));
  });

  for (const engine of ENGINES) {
    test(`${engine}: each of ${CALLS} calls that contend settles`, { timeout: LIMIT }, async (context) => {
      const api = await upstreamOf(context);
      const site = await startSite({ page: "contended-page.js" });
      context.after(site.stop);
      context.after(open(engine, `${site.address}/?${new URLSearchParams({ api, calls: String(CALLS) })}`));
      const outcome = await site.report("page", LIMIT);
      assert.ok("failed" in outcome === false, outcome.failed);
      compare(context, [outcome]);
    });
  }
});
