// @ts-check
// Eight processes, each with another client library, share one quota through a real server, while the server or a process is taken
// away. Judged by counts: each call is granted, and 429s are few.
import assert from "node:assert/strict";
import { fork } from "node:child_process";
import { once } from "node:events";
import test from "node:test";
import { CLIENTS, commands } from "./clients.js";
import { total } from "./load.js";
import { SERVERS, startServer } from "./redis-server.js";
import { startUpstream } from "./upstream.js";

const LIBRARIES = Object.keys(CLIENTS);
const EACH = 90;
const LIMIT = 120;
const WINDOW = 2000;
const HANG = { timeout: 200_000 };
/** Where nothing is wrong with the server, a busy machine must not look as if there were; ms. */
const PATIENCE = 10_000;
const KEY = "hunter2-hunter2-hunter2";

/**
 * Runs a process for each of `libraries`; `trouble` comes once a third of the sends came.
 * @param {import("node:test").TestContext} context
 * @param {{ libraries: string[], port?: number, patience?: number, trouble?: (children: import("node:child_process").ChildProcess[]) => unknown }} options
 */
async function run(context, { libraries, port = 0, patience = PATIENCE, trouble }) {
  const upstream = await startUpstream();
  context.after(upstream.stop);
  const url = (/** @type {number} */ n) => `${upstream.address}/quota?token=a&limit=${LIMIT}&window=${WINDOW}&client=${n}`;
  const children = libraries.map((library, n) => fork(`${import.meta.dirname}/process.js`, [library, String(port), url(n), String(EACH), KEY, String(patience)]));
  context.after(() => children.forEach((child) => child.kill("SIGKILL")));
  await Promise.all(children.map((child) => once(child, "message")));
  const done = children.map(async (child) => {
    const ended = once(child, "exit").then(() => [undefined]);
    const [told] = await Promise.race([once(child, "message"), ended]);
    return told;
  });
  for (const child of children) child.send("go");
  if (trouble !== undefined) {
    await upstream.reached("a", (libraries.length * EACH) / 3);
    await trouble(children);
  }
  const parts = (await Promise.all(done)).filter((told) => told !== undefined);
  const sum = total(parts);
  const { refused } = upstream.met("a");
  context.diagnostic(`${parts.length} processes x ${EACH}: ${refused} 429s, ${JSON.stringify(sum)}`);
  return { ...sum, refused, processes: parts.length };
}

/** What eight processes meet that share nothing. @type {number | undefined} */
let alone;

test("without a coordinator: what eight processes meet", HANG, async (context) => {
  const { outcomes, refused } = await run(context, { libraries: LIBRARIES.map(() => "none") });
  alone = refused;
  assert.ok(alone > 0 && (outcomes["200"] ?? 0) > 0);
});

for (const [server, program] of Object.entries(SERVERS)) {
  test(`${server}: eight processes, each by another client library, share one quota`, HANG, async (context) => {
    const { port } = await startServer(context, program);
    const { outcomes, events, refused } = await run(context, { libraries: LIBRARIES, port });
    assert.deepEqual(outcomes, { 200: LIBRARIES.length * EACH });
    assert.ok(alone === undefined || refused <= alone + LIBRARIES.length, `${refused} 429s, ${alone} without a coordinator`);
    assert.ok((events["exchange"] ?? 0) >= LIBRARIES.length, "each of them asks");
  });
}

/** @type {Record<string, (server: Awaited<ReturnType<typeof startServer>>, command: Awaited<ReturnType<typeof commands>>) => unknown>} */
const TROUBLES = {
  "is killed": ({ kill }) => kill(),
  "is killed and comes back empty": async ({ kill, again }) => (await kill(), await again()),
  "stops without a word": ({ pause }) => pause(),
  "forgets all of its keys": (_, command) => command("FLUSHALL"),
  "forgets the script": (_, command) => command("SCRIPT", "FLUSH"),
};

for (const [name, trouble] of Object.entries(TROUBLES)) {
  test(`a server that ${name}: no call is lost, and it is not worse than without`, HANG, async (context) => {
    const server = await startServer(context, SERVERS["redis"] ?? "");
    const command = await commands(context, server.port);
    const { outcomes, refused } = await run(context, { libraries: LIBRARIES, port: server.port, patience: 1000, trouble: () => trouble(server, command) });
    assert.deepEqual(outcomes, { 200: LIBRARIES.length * EACH });
    assert.ok(alone === undefined || refused <= alone + LIBRARIES.length, `${refused} 429s, ${alone} without a coordinator`);
  });
}

for (const signal of /** @type {const} */ (["SIGKILL", "SIGSTOP"])) {
  test(`a process that gets ${signal} takes its share for no longer than a lease`, HANG, async (context) => {
    const { port } = await startServer(context, SERVERS["redis"] ?? "");
    const { outcomes, processes, refused } = await run(context, {
      libraries: LIBRARIES,
      port,
      trouble: ([child]) => {
        child?.kill(signal);
        // It is not waited for.
        if (signal === "SIGSTOP") child?.emit("exit");
      },
    });
    assert.equal(processes, LIBRARIES.length - 1);
    assert.deepEqual(outcomes, { 200: (LIBRARIES.length - 1) * EACH });
    assert.ok(alone === undefined || refused <= alone + LIBRARIES.length, `${refused} 429s`);
  });
}
