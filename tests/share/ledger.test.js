// @ts-check
// The ledger's step in Lua, as the server runs it, beside the one in JS: random stories, and the same replies to the last digit.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { Redis } from "ioredis";
import { advance } from "../../pkg-template/share/record.js";
import { chance, message, story } from "./messages.js";
import { SERVERS, startServer } from "./redis-server.js";

const SCRIPT = readFileSync("pkg-template/share/redis.lua", "utf8");
const STORIES = 200;
const STEPS = 50;

/** @param {import("node:test").TestContext} context @param {string} program */
async function connect(context, program) {
  const { port } = await startServer(context, program);
  const client = new Redis(port, "127.0.0.1");
  context.after(() => client.disconnect());
  const hash = String(await client.script("LOAD", SCRIPT));
  return { client, run: (/** @type {string[]} */ ...args) => client.evalsha(hash, 1, ...args) };
}

for (const [server, program] of Object.entries(SERVERS)) {
  test(`${server}: ${STORIES * STEPS} random messages get the same replies from Lua as from JS`, async (context) => {
    const { run } = await connect(context, program);
    let compared = 0;
    for (let seed = 1; seed <= STORIES; seed++) {
      const members = chance(seed)(0, 9) === 0 ? 40 : 7;
      /** @type {unknown} */
      let record;
      for (const { at, message } of story(seed, { steps: STEPS, members, scope: `story-${seed}` })) {
        const result = advance(record, structuredClone(message), at);
        record = JSON.parse(JSON.stringify(result.record));
        const reply = JSON.parse(String(await run(`{${seed}}`, JSON.stringify(message), String(at))));
        assert.deepEqual(reply, JSON.parse(JSON.stringify(result.reply)), `story ${seed}, message ${compared % STEPS}: ${JSON.stringify(message)}`);
        compared++;
      }
    }
    assert.equal(compared, STORIES * STEPS);
  });
}

test("more clients and quotas than one ledger holds get the same replies, too", async (context) => {
  const { run } = await connect(context, SERVERS["redis"] ?? "");
  /** @type {unknown} */
  let record;
  for (let n = 0; n < 300; n++) {
    const sent = message("many", `client-${n}`, { id: String(n % 80).padStart(8, "0") });
    const result = advance(record, structuredClone(sent), 1_800_000_000_000 + n);
    record = result.record;
    assert.deepEqual(JSON.parse(String(await run("{many}", JSON.stringify(sent), String(1_800_000_000_000 + n)))), JSON.parse(JSON.stringify(result.reply)), `client ${n}`);
  }
});

test("what a step costs the server at 4 and at 100 members", async (context) => {
  const { client, run } = await connect(context, SERVERS["redis"] ?? "");
  for (const members of [4, 100]) {
    for (const [load, want] of /** @type {const} */ ([["scarce", 200], ["light", 1]])) {
      await client.call("CONFIG", ["RESETSTAT"]);
      for (let n = 0; n < 2000; n++) {
        const quota = { limit: 2000, want, used: 2, back: 3000, window: 3000, know: Array.from({ length: 20 }, (_, n) => n * 100) };
        await run(`{${members}-${load}}`, JSON.stringify(message("cost", `client-${n % members}-of-the-members`, quota)));
      }
      const used = /cmdstat_evalsha:.*usec_per_call=([\d.]+)/.exec(String(await client.info("commandstats")))?.[1];
      context.diagnostic(`${members} members, ${load}: ${(Number(used) / 1000).toFixed(3)} ms`);
      assert.ok(Number(used) > 0);
    }
  }
});
