// @ts-check
// Node on a machine whose wall clock is stepped: a child process under libfaketime, whose `Date` jumps by what a file says while
// its monotonic clock and its timers run on. So it is after a laptop's sleep (Linux and macOS stop the monotonic clock then), and
// where a clock is set.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { copyFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test, { after, before, describe } from "node:test";
import { promisify } from "node:util";
import { consumer } from "../packaging/consumer.js";
import { SERVERS } from "./servers.js";

const LIMIT = { timeout: 90_000 };
const PRELOAD = process.env["LIBFAKETIME"] ?? "";
/** @type {ReturnType<typeof consumer>} */
let installed;
before(() => {
  installed = consumer();
  copyFileSync(join(import.meta.dirname, "clocks-main.js"), join(installed.folder, "main.js"));
});
after(() => installed.remove());

/** @param {string} host @param {string} scene */
async function play(host, scene) {
  assert.ok(PRELOAD !== "", "LIBFAKETIME must be the path of libfaketimeMT.so.1: apt-get install libfaketime, or cargo xtask test hosts, which does it");
  const file = join(installed.folder, `clock-${host}-${scene}`.replaceAll(/[^\w/-]/g, "-"));
  writeFileSync(file, "+0");
  const [program = "", ...args] = SERVERS[host]?.("main.js") ?? [];
  const env = { ...process.env, LD_PRELOAD: PRELOAD, FAKETIME_TIMESTAMP_FILE: file, FAKETIME_NO_CACHE: "1", FAKETIME_DONT_FAKE_MONOTONIC: "1" };
  const { stdout } = await promisify(execFile)(program, [...args, scene, file], { cwd: installed.folder, env, timeout: 60_000 });
  return JSON.parse(stdout);
}

// Each is a process of its own that waits for seconds.
describe("a wall clock that is stepped", { concurrency: 4 }, () => {
  for (const host of ["node 20", "node 24"]) {
    for (const form of ["delta", "epoch"]) {
      test(`${host}: ten an hour used up (${form}), the machine sleeps for an hour: the next call goes at once`, LIMIT, async () => {
        const { ten, outcome, took, refused } = await play(host, `next:${form}`);
        assert.deepEqual([ten, outcome, refused], [10, 200, 0]);
        assert.ok(took < 5000, `${took} ms`);
      });

      test(`${host}: ten an hour used up (${form}), a call waits while the machine sleeps: it goes within seconds`, LIMIT, async () => {
        const { ten, outcome, took, refused } = await play(host, `waiting:${form}`);
        assert.deepEqual([ten, outcome, refused], [10, 200, 0]);
        assert.ok(took < 20_000, `${took} ms`);
      });

      test(`${host}: ten an hour used up (${form}), the clock alone is set an hour ahead: one probe at most finds it out`, LIMIT, async () => {
        const { ten, slowest, granted, refused } = await play(host, `ahead:${form}`);
        assert.deepEqual([ten, granted], [10, 10]);
        assert.ok(refused <= 1 && slowest < 5000, `${refused} refused, ${slowest} ms`);
      });

      test(`${host}: the clock is set back an hour (${form}): what the quota has left is sent at once, and no more`, LIMIT, async () => {
        const { ten, slowest, outcome, took, refused } = await play(host, `back:${form}`);
        assert.deepEqual([ten, outcome, refused], [10, "RateLimitError", 0]);
        assert.ok(slowest < 5000 && took < 5000, `${slowest}, ${took} ms`);
      });
    }

    test(`${host}: the clock is set back an hour while a call waits for Retry-After: it ends in its time`, LIMIT, async () => {
      const { outcome, took } = await play(host, "hint");
      assert.equal(outcome, 200);
      assert.ok(took >= 2000 && took < 20_000, `${took} ms`);
    });
  }
});
