// @ts-check
// redis() against real servers, by each client library: what goes over, what is kept, and what happens where the server forgets.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { redis } from "fetch-with-policy/share/redis";
import { CLIENTS, commands } from "./clients.js";
import { message } from "./messages.js";
import { freePort, SERVERS, startServer } from "./redis-server.js";

const secret = "a secret of the tests";
const SCOPE = "c0ffee00c0ffee00c0ffee00c0ffee00";
/** A test that takes this long hangs. ms */
const LIMIT = { timeout: 60_000 };
const signal = () => AbortSignal.timeout(10_000);
const calls = (/** @type {string} */ stats, /** @type {string} */ name) => Number(new RegExp(`cmdstat_${name}:calls=(\\d+)`).exec(stats)?.[1] ?? 0);

for (const [server, program] of Object.entries(SERVERS)) {
  test(`${server}: each client library steps the same ledger, and the script goes over once`, LIMIT, async (context) => {
    const { port } = await startServer(context, program);
    const command = await commands(context, port);
    let members = 0;
    for (const [name, open] of Object.entries(CLIENTS)) {
      const { client, close } = await open(port);
      context.after(async () => void (await close()));
      const coordinator = redis(client, { secret });
      await command("SCRIPT", "FLUSH");
      await command("CONFIG", "RESETSTAT");
      for (let n = 0; n < 5; n++) {
        const reply = await coordinator.exchange(message(SCOPE, name), signal());
        if (n === 0) members++;
        assert.equal(reply.members, members, `${name}: all share one scope`);
        assert.equal(reply.quotas.length, 1, name);
        assert.ok((reply.quotas[0]?.units ?? 0) > 0, name);
      }
      const stats = String(await command("INFO", "commandstats"));
      const whole = name === "a function" ? 5 : 1;
      assert.equal(calls(stats, "eval"), whole, `${name}: the script goes over`);
      assert.equal(calls(stats, "evalsha"), name === "a function" ? 0 : 5, `${name}: its hash goes over`);
      // A server that forgot the script gets it again.
      await command("SCRIPT", "FLUSH");
      assert.equal((await coordinator.exchange(message(SCOPE, name), signal())).members, members, name);
    }
  });

  test(`${server}: one key for each scope, in one slot of a cluster, which expires by itself`, LIMIT, async (context) => {
    const { port } = await startServer(context, program);
    const command = await commands(context, port);
    const { client, close } = await /** @type {any} */ (CLIENTS["ioredis"])(port);
    context.after(close);
    for (const prefix of [undefined, "own:"]) {
      await command("FLUSHALL");
      await redis(client, { secret, ...(prefix !== undefined && { prefix }) }).exchange(message(SCOPE, "a", { window: 60_000 }), signal());
      const keys = /** @type {string[]} */ (await command("KEYS", "*"));
      assert.equal(keys.length, 1);
      assert.match(String(keys[0]), prefix === undefined ? /^fetch-with-policy:\{[0-9a-f]{32}\}$/ : /^own:\{[0-9a-f]{32}\}$/);
      const left = Number(await command("PTTL", String(keys[0])));
      assert.ok(left > 60_000 && left <= 130_000, `${left} ms`);
    }
  });

  test(`${server}: a cluster's node takes the script`, LIMIT, async (context) => {
    const { port } = await startServer(context, program, ["--cluster-enabled", "yes", "--cluster-announce-ip", "127.0.0.1", "--cluster-port", String(await freePort())]);
    const command = await commands(context, port);
    await command("CLUSTER", "ADDSLOTSRANGE", "0", "16383");
    const { Cluster } = await import("ioredis");
    const cluster = new Cluster([{ host: "127.0.0.1", port }], { redisOptions: { maxRetriesPerRequest: 3 } });
    context.after(() => cluster.disconnect());
    await new Promise((resolve, reject) => void (cluster.once("ready", resolve), cluster.once("error", reject)));
    const coordinator = redis(cluster, { secret });
    for (const scope of ["a", "b", "c"]) assert.equal((await coordinator.exchange(message(scope.repeat(32), "a"), signal())).members, 1);
    assert.equal(Number(await command("DBSIZE")), 3);
  });

  test(`${server}: after FLUSHALL it answers from an empty ledger`, LIMIT, async (context) => {
    const { port } = await startServer(context, program);
    const command = await commands(context, port);
    const { client, close } = await /** @type {any} */ (CLIENTS["ioredis"])(port);
    context.after(close);
    const coordinator = redis(client, { secret });
    for (const name of ["a", "b", "c"]) await coordinator.exchange(message(SCOPE, name, { want: 100 }), signal());
    await command("FLUSHALL");
    // The first one holds 30 units, and others may hold the rest: it gets no more than it holds.
    const reply = await coordinator.exchange(message(SCOPE, "a", { want: 100, used: 10, units: 30 }), signal());
    assert.equal(reply.members, 1);
    assert.equal(reply.quotas[0]?.units, 30);
  });

  test(`${server}: it holds no secret, no scope and nothing that people named`, LIMIT, async (context) => {
    const { port, folder } = await startServer(context, program);
    const command = await commands(context, port);
    const { client, close } = await /** @type {any} */ (CLIENTS["ioredis"])(port);
    context.after(close);
    const coordinator = redis(client, { secret: "hunter2-hunter2-hunter2" });
    for (const name of ["a", "b"]) await coordinator.exchange(message(SCOPE, name), signal());
    await command("SAVE");
    const dump = readFileSync(join(folder, "dump.rdb"), "latin1");
    assert.ok(dump.includes("fetch-with-policy:{"), "the dump has the key");
    for (const planted of ["hunter2", SCOPE]) assert.ok(!dump.includes(planted), planted);
  });
}

test("what the server refuses is a rejection with its own error, and a signal that is aborted sends nothing", LIMIT, async (context) => {
  const { port } = await startServer(context, SERVERS["redis"] ?? "");
  const command = await commands(context, port);
  const { client, close } = await /** @type {any} */ (CLIENTS["ioredis"])(port);
  context.after(close);
  const coordinator = redis(client, { secret });
  const reason = new Error("not needed any more");
  await assert.rejects(coordinator.exchange(message(SCOPE, "a"), AbortSignal.abort(reason)), reason);
  assert.equal(Number(await command("DBSIZE")), 0);
  await command("CONFIG", "SET", "maxmemory", "1");
  await assert.rejects(coordinator.exchange(message(SCOPE, "a"), signal()), /OOM/);
});
