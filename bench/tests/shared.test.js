// What sharing a quota is for, on a few rows that bench/shared.mjs has: with a coordinator fewer are refused than without one, none is
// lost, and it takes no longer. All clocks are simulated, so each figure is the same in each run.
import assert from "node:assert/strict";
import { test } from "node:test";
import { even, FEW_UNITS, late, open, SERVERS, uneven } from "../shared/cases.js";
import { play } from "../shared/play.js";

const PHASES = [0.13, 0.67];

/** The same from all phases: the worst of each figure. @param {object} run */
async function worst(run) {
  const all = [];
  for (const [n, phase] of PHASES.entries()) all.push(await play({ away: 1, phase, seed: 1 + 100 * n, ...run }));
  const most = (of) => Math.max(...all.map(of));
  return { ratio: most((one) => one.ratio), limited: most((one) => one.limited), lost: most((one) => one.lost), trips: most((one) => one.trips), p99: most(({ waits }) => waits[Math.floor(0.99 * waits.length)]) };
}

/** How many 429s 4 and 10 clients meet at most: one, where only a trial shows that a window is over. */
const REFUSED = { fixed: 1, first: 0, sliding: 0, ietf: 0, "two-limits": 0, seconds: 1 };

/** How long it takes, as parts of the least time: what is reached where that is more than the goal of 1.03. */
const REACHED = { "sliding, 10": 1.15 };

for (const [name, refused] of Object.entries(REFUSED)) {
  for (const clients of [4, 10]) {
    test(`${name}: ${clients} clients share 1,000 calls in the least time, with at most ${refused} refused`, async () => {
      const { ratio, limited, lost, trips } = await worst({ server: SERVERS[name], calls: even(clients), clients });
      assert.deepEqual({ lost, isFew: limited <= refused, isSoon: ratio <= (REACHED[`${name}, ${clients}`] ?? 1.03) }, { lost: 0, isFew: true, isSoon: true }, `${limited} 429s, ${ratio}`);
      assert.ok(trips <= 0.05 * clients, `${trips} exchanges a call`);
    });
  }
}

test("a bucket: 4, 10 and 100 clients meet fewer 429s than alone, in the same time", async () => {
  for (const clients of [4, 10, 100]) {
    const run = { server: SERVERS.bucket, calls: even(clients), clients };
    const [alone, shared] = [await worst({ ...run, away: null }), await worst(run)];
    assert.equal(shared.lost, 0);
    assert.ok(shared.limited < alone.limited, `${clients} clients: ${shared.limited} 429s, ${alone.limited} alone`);
    assert.ok(shared.ratio < alone.ratio + 0.03, `${shared.ratio}, ${alone.ratio} alone`);
  }
});

test("a hundred clients, near and far: a hundredth of the refusals", async () => {
  for (const away of [1, 50]) {
    const { ratio, limited, lost } = await worst({ server: SERVERS.first, calls: even(100), clients: 100, away });
    assert.equal(lost, 0);
    assert.ok(limited <= 15 && ratio <= 1.2, `${limited} 429s, ${ratio}`);
  }
});

test("30 clients on 20 a second, far away: nobody is lost, and the least time but a tenth", async () => {
  for (const [name, server] of Object.entries(FEW_UNITS)) {
    const { ratio, lost } = await worst({ server, calls: even(30, 600), clients: 30, away: 50 });
    assert.ok(lost === 0 && ratio <= 1.15, `${name}: ${lost} lost, ${ratio}`);
  }
});

test("an API with a bucket for each of two routes: each is shared by itself, and neither holds up the other", async () => {
  const server = { algorithm: "fixed", limits: [{ limit: 40, window: 2000 }], telling: { dialect: "discord", retryAfter: "none" }, scope: (request) => (String(request).includes("/a/") ? "a" : "b") };
  const path = (call) => `/${(call >> 2) % 2 === 0 ? "a" : "b"}/${call}`;
  for (const away of [1, 50]) {
    const run = { server, calls: even(4, 400), clients: 4, path };
    const [alone, shared] = [await worst({ ...run, away: null }), await worst({ ...run, away })];
    assert.equal(shared.lost, 0);
    assert.ok(shared.limited <= 8 && shared.limited < alone.limited / 2, `${shared.limited} 429s, ${alone.limited} alone`);
    // A window more than the least of 8 s, of the 18 s that one bucket would take.
    assert.ok(shared.ratio <= 0.6, `${shared.ratio}`);
  }
});

test("uneven demand, and clients that come late", async () => {
  for (const calls of [uneven(), late()]) {
    for (const name of ["first", "seconds", "bucket"]) {
      const { ratio, lost } = await worst({ server: SERVERS[name], calls, clients: 4 });
      assert.ok(lost === 0 && ratio <= 1.04, `${name}: ${lost} lost, ${ratio}`);
    }
  }
});

test("light traffic waits for nothing, and heavy traffic for less than alone", async () => {
  for (const load of [0.3, 0.95]) {
    const run = { server: SERVERS.first, calls: open(10, load, 1), clients: 10 };
    const [alone, shared] = [await worst({ ...run, away: null }), await worst(run)];
    assert.ok(shared.p99 <= alone.p99 * 1.01 && shared.limited <= alone.limited, `${shared.p99} ms and ${shared.limited} 429s, ${alone.p99} and ${alone.limited} alone`);
  }
});

/** @type {Record<string, object>} */
const FAULTS = {
  "is down": { fault: () => "down" },
  "goes down": { fault: (at) => (at > 5000 ? "down" : undefined) },
  "comes back": { fault: (at) => (at > 2000 && at < 8000 ? "down" : undefined) },
  hangs: { fault: (at) => (at > 5000 ? "hangs" : undefined) },
  "is far beyond the patience": { away: 400, patience: 300 },
  "replies with nonsense": { fault: () => () => ({ members: NaN, quotas: "x".repeat(1000) }) },
};

for (const [name, fault] of Object.entries(FAULTS)) {
  test(`a coordinator that ${name}: no call is lost, and it takes no longer than alone but for the patience`, async () => {
    for (const server of [SERVERS.first, SERVERS.bucket]) {
      const run = { server, calls: even(4), clients: 4 };
      const [alone, shared] = [await worst({ ...run, away: null }), await worst({ ...run, ...fault })];
      assert.equal(shared.lost, 0);
      assert.ok(shared.ratio <= alone.ratio + 0.04, `${shared.ratio}, ${alone.ratio} alone`);
    }
  });
}
