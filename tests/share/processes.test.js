// @ts-check
// Eight processes, each with another client library, share one quota through a real server, while the server or a process is taken
// away. Judged by counts: each call is granted, and refusals are few beside those that the same processes meet without a coordinator.
import assert from "node:assert/strict";
import { fork } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { CLIENTS, commands } from "./clients.js";
import { assertFewRefusals } from "./judge.js";
import { total } from "./load.js";
import { SERVERS, startServer } from "./redis-server.js";
import { startUpstream } from "./upstream.js";

const LIBRARIES = Object.keys(CLIENTS);
/** Calls of each process: over eight windows in all where nothing is wrong, over four where something is. */
const EACH = { well: 120, troubled: 60 };
const LIMIT = 120;
const WINDOW = 2000;
const HANG = { timeout: 150_000 };
/** Where nothing is wrong with the server, a busy machine must not look as if there were; ms. */
const PATIENCE = 10_000;
const KEY = "hunter2-hunter2-hunter2";
const PLANTED = ["hunter2", "Bearer", "authorization", "127.0.0.1", "/quota", "a secret of the tests"];

/**
 * Runs a process for each library; `trouble` comes once a third of the sends came.
 * @param {import("node:test").TestContext} context
 * @param {{ port?: number, patience?: number, trouble?: (children: import("node:child_process").ChildProcess[]) => unknown }} options without
 *   a port they share nothing, and then calls may be lost
 */
async function run(context, { port, patience = PATIENCE, trouble }) {
  const each = trouble === undefined ? EACH.well : EACH.troubled;
  const upstream = await startUpstream();
  context.after(upstream.stop);
  const url = (/** @type {number} */ n) => `${upstream.address}/quota?token=a&limit=${LIMIT}&window=${WINDOW}&client=${n}`;
  const children = LIBRARIES.map((library, n) => fork(`${import.meta.dirname}/process.js`, [library, String(port ?? ""), url(n), String(each), KEY, String(patience)]));
  context.after(() => children.forEach((child) => child.kill("SIGKILL")));
  await Promise.all(children.map((child) => once(child, "message")));
  const done = children.map(async (child) => {
    const ended = once(child, "exit").then(() => [undefined]);
    const [told] = await Promise.race([once(child, "message"), ended]);
    return told;
  });
  for (const child of children) child.send("go");
  if (trouble !== undefined) {
    await upstream.reached("a", (LIBRARIES.length * each) / 3);
    await trouble(children);
  }
  const parts = (await Promise.all(done)).filter((told) => told !== undefined);
  const sum = total(parts);
  const met = upstream.met("a");
  context.diagnostic(`${parts.length} processes x ${each}${port === undefined ? ", no coordinator" : ""}: ${met.refused} 429s, ${JSON.stringify(sum)}`);
  if (port !== undefined) assert.deepEqual(sum.outcomes, { 200: parts.length * each }, "each call is granted");
  return { ...sum, met, processes: parts.length };
}

/** @type {ReturnType<typeof run> | undefined} */
let alone;

for (const [server, program] of Object.entries(SERVERS)) {
  test(`${server}: eight processes, each by another client library, share one quota, and meet few of the 429s that they meet without`, HANG, async (context) => {
    alone ??= run(context, {});
    const without = await alone;
    const { port, folder } = await startServer(context, program);
    const { events, met } = await run(context, { port });
    assert.ok((events["exchange"] ?? 0) >= LIBRARIES.length, "each of them asks");
    assertFewRefusals(met, without.met, (text) => context.diagnostic(text));
    // No secret reached the server: neither a call's nor the one by which scopes are hashed.
    await (await commands(context, port))("SAVE");
    const dump = readFileSync(join(folder, "dump.rdb"), "latin1");
    assert.ok(dump.includes("fetch-with-policy:{"), "the dump has the key");
    for (const planted of PLANTED) assert.ok(!dump.includes(planted), planted);
  });
}

/** @type {Record<string, (server: Awaited<ReturnType<typeof startServer>>, command: Awaited<ReturnType<typeof commands>>) => unknown>} */
const TROUBLES = {
  "is killed": ({ kill }) => kill(),
  "stops without a word, and comes back empty": async ({ pause, kill, again }) => {
    pause();
    await new Promise((resolve) => setTimeout(resolve, 1500));
    await kill();
    await again();
  },
  "forgets all of its keys and the script": async (_, command) => (await command("FLUSHALL"), await command("SCRIPT", "FLUSH")),
};

for (const [name, trouble] of Object.entries(TROUBLES)) {
  test(`a server that ${name}: no call is lost`, HANG, async (context) => {
    const server = await startServer(context, SERVERS["redis"] ?? "");
    const command = await commands(context, server.port);
    await run(context, { port: server.port, patience: 1000, trouble: () => trouble(server, command) });
  });
}

test("processes that are killed and stopped take nothing from the others for longer than their shares hold", HANG, async (context) => {
  const { port } = await startServer(context, SERVERS["redis"] ?? "");
  const { processes } = await run(context, {
    port,
    trouble([killed, stopped]) {
      killed?.kill("SIGKILL");
      stopped?.kill("SIGSTOP");
      // It is not waited for.
      stopped?.emit("exit");
    },
  });
  assert.equal(processes, LIBRARIES.length - 2);
});
