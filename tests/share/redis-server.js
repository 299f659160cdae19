// @ts-check
// A real Redis or Valkey on a port of its own, with a folder of its own.
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { createConnection, createServer } from "node:net";
import { resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const isHere = (/** @type {string} */ program) => spawnSync(program, ["--version"]).error === undefined;
const REDIS = process.env["REDIS_SERVER"] ?? "redis-server";
if (!isHere(REDIS)) {
  console.error(`${REDIS} is not on this machine: apt-get install redis-server, or set REDIS_SERVER to its path`);
  process.exit(1);
}
const VALKEY = process.env["VALKEY_SERVER"] ?? "valkey-server";

/** The servers that the tests run against; Valkey only where it is. @type {Record<string, string>} */
export const SERVERS = { redis: REDIS, ...(isHere(VALKEY) && { valkey: VALKEY }) };
/** A server that has not started by then is broken. ms */
const LATEST = 20_000;

/**
 * Starts one. `kill` ends it at once (SIGKILL), `again` starts it anew on the same port, empty; `pause` and `resume` are SIGSTOP and
 * SIGCONT.
 * @param {import("node:test").TestContext} context
 * @param {string} program
 * @param {string[]} [options]
 */
export async function startServer(context, program, options = []) {
  mkdirSync("target", { recursive: true });
  const folder = mkdtempSync(resolve("target/redis-"));
  const port = await freePort();
  const start = async () => {
    const server = spawn(program, ["--port", String(port), "--bind", "127.0.0.1", "--dir", folder, "--save", "", "--appendonly", "no", ...options], { stdio: "ignore" });
    const ended = once(server, "exit").catch(() => {});
    const failed = new Promise((_, reject) => {
      server.once("error", reject);
      server.once("exit", (code) => reject(new Error(`${program} ended with ${code}`)));
    });
    failed.catch(() => {});
    await Promise.race([listening(port), failed]);
    return { server, ended };
  };
  let { server, ended } = await start();
  const kill = async () => {
    server.kill("SIGCONT");
    server.kill("SIGKILL");
    await ended;
  };
  context.after(async () => {
    await kill();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  });
  return {
    port,
    folder,
    kill,
    again: async () => void ({ server, ended } = await start()),
    pause: () => void server.kill("SIGSTOP"),
    resume: () => void server.kill("SIGCONT"),
  };
}

export async function freePort() {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = /** @type {import("node:net").AddressInfo} */ (probe.address());
  probe.close();
  await once(probe, "close");
  return port;
}

/** @param {number} port */
async function listening(port) {
  const late = Date.now() + LATEST;
  for (;;) {
    const socket = createConnection(port, "127.0.0.1");
    const answers = await new Promise((resolve) => {
      socket.once("data", (data) => resolve(String(data).startsWith("+PONG")));
      socket.once("error", () => resolve(false));
      socket.once("connect", () => socket.write("PING\r\n"));
    });
    socket.destroy();
    if (answers) return;
    if (Date.now() > late) throw new Error(`no server on port ${port}`);
    await sleep(30);
  }
}
