// @ts-check
// Every recipe, run as it stands against real servers: its client and the policy together send no more than a policy alone.
// The verdicts count sends and 429s. All recipes run at once, since each waits for some twelve seconds of its server's windows.
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { idOf, runs } from "./support/runs.mjs";
import { startFailing, startLimited } from "./support/server.mjs";

const ITEMS = Array.from({ length: 50 }, (_, n) => n + 1);
/** The default of `retry.maxAttempts`. */
const SENDS = 4;
/** @type {Map<string, Awaited<ReturnType<typeof begin>>>} */
const begun = new Map();
/** @type {string[]} */
const figures = [];

// Loading all clients, and their first calls, block the thread for seconds, which no window of a server should see.
before(async () => {
  for (const [name, run] of Object.entries(runs)) begun.set(name, await begin(run));
  await Promise.all([...begun.values()].flatMap(({ failing }) => failing.map(({ outcome }) => outcome)));
});
after(async () => {
  for (const { limited, failing } of begun.values()) await Promise.all([limited, ...failing].map(stop));
  console.log(figures.sort().join("\n"));
});

test("each recipe is run here", () => {
  const files = readdirSync(import.meta.dirname).filter((name) => name.endsWith(".ts"));
  assert.deepEqual(files.map((name) => name.replace(".ts", "")).sort(), Object.keys(runs).sort());
});

describe("a recipe keeps to 10 requests per 3 s, and makes four sends of a call that always fails", { concurrency: 100 }, () => {
  let turn = Promise.resolve();
  for (const [name, run] of Object.entries(runs)) {
    test(name, { timeout: 180_000 }, async () => {
      const { limited, failing } = /** @type {Awaited<ReturnType<typeof begin>>} */ (begun.get(name));
      await (turn = turn.then(calm));
      let { got, met, stalled } = await askAll(limited);
      // What a policy knows of a second in which this process did not run is not what is tested here.
      for (let again = 2; met.limited > 1 && stalled && again > 0; again--) {
        const anew = await startLimitedRun(run);
        ({ got, met, stalled } = await askAll(anew));
        await stop(anew);
      }
      // Counted last: by now a client that retries by itself would have.
      const sent = failing.map(({ server }) => server.met.sends);
      figures.push(`${name}: ${sent.join(" and ")} sends of a failing call; 50 calls took ${met.sends} sends, ${met.limited} of them a 429`);
      assert.deepEqual(got, ITEMS);
      assert.ok(met.limited <= 1, `${met.limited} of ${met.sends} sends were refused by a 429`);
      assert.equal(met.sends, ITEMS.length + met.limited);
      for (const { outcome } of failing) assert.ok((await outcome) instanceof Error, "the client reports the failure");
      for (const count of sent) assert.equal(count, SENDS);
    });
  }
});

/** @typedef {Awaited<ReturnType<typeof startLimitedRun>>} Served */

/** @param {import("./support/runs.mjs").Run} run */
async function begin(run) {
  const limited = await startLimitedRun(run);
  const failing = [];
  for (const status of run.failures ?? [500]) {
    const { server, client } = await under(run, await startFailing(status));
    const outcome = client.ask(1).catch((error) => error);
    failing.push({ server, client, outcome });
  }
  return { limited, failing };
}

/** @param {import("./support/runs.mjs").Run} run */
async function startLimitedRun(run) {
  const { shape = (path) => JSON.stringify({ id: idOf(path) }), dialect } = run;
  return under(run, await startLimited({ shape, ...(dialect && { dialect }) }));
}

/** @param {import("./support/runs.mjs").Run} run @param {Awaited<ReturnType<typeof startFailing>>} server */
async function under({ start }, server) {
  const started = await start(server.url);
  return { server, client: typeof started === "function" ? { ask: started } : started };
}

/** @param {Served} served */
async function askAll({ client, server: { met } }) {
  const { ask, all = (ids) => Promise.all(ids.map(ask)) } = client;
  const watch = watchForStalls();
  return { got: await all(ITEMS), met, stalled: watch() };
}

/** @param {Served} served */
async function stop({ client, server }) {
  await client.stop?.();
  await server.stop();
}

/** Waits until this thread keeps time, for two seconds at most: the burst of the recipe before is over. */
async function calm() {
  for (let left = 100, calmFor = 0; left > 0 && calmFor < 3; left--) {
    const started = performance.now();
    await setTimeout(20);
    calmFor = performance.now() - started < 30 ? calmFor + 1 : 0;
  }
}

/** Watches until it is called: whether this thread did not run for half a second, because the machine is busy. */
function watchForStalls() {
  let last = performance.now();
  let stalled = false;
  const look = () => {
    stalled ||= performance.now() - last > 500;
    last = performance.now();
  };
  const timer = setInterval(look, 50);
  return () => {
    look();
    clearInterval(timer);
    return stalled;
  };
}
