// A copy of the entry for pages, whose core the test loads when it wants to, on a simulated clock.
import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { pathToFileURL } from "node:url";
import { settled, virtualHost } from "./virtual.js";

const folder = mkdtempSync(join(tmpdir(), "shell-"));
after(() => rmSync(folder, { recursive: true }));
let copies = 0;

const FILES = ["browser", "catalog", "common", "core-chunk", "define-messages", "errors", "explain", "explainer", "fallback", "format", "lazy-explain", "lazy-explainer", "policy-errors", "registered", "sent", "sharing", "shell"];
const LOAD = 'import("./core-chunk.js")';

/** The core as the shell imports it: `ready` asks the gate each time. */
const GATED = `
import { ready as compiled } from "./core-real.js";
export * from "./core-real.js";
export const ready = { then: (resolve, reject) => globalThis.gates.get(import.meta.url)(compiled).then(resolve, reject) };
`;

/**
 * The entry's names. `loads` counts how often its core was asked for; `gate` is what the core waits for, and may fail by. `rest` waits
 * for all that goes on in real time, which is the import and the compilation.
 * @param {() => Promise<unknown>} [gate]
 */
export async function freshShell(gate = async () => {}) {
  const home = join(folder, `${++copies}`);
  for (const file of FILES) cpSync(`pkg/${file}.js`, join(home, `${file}.js`));
  renameSync(join(home, "core-chunk.js"), join(home, "core-real.js"));
  writeFileSync(join(home, "core-chunk.js"), GATED);
  let busy = 0;
  const shell = {
    loads: 0,
    gate,
    home,
    async rest() {
      do for (let n = 0; n < 5; n++) await settled();
      while (busy > 0);
    },
  };
  globalThis.gates ??= new Map();
  globalThis.gates.set(home, () => (busy++, shell.loads++));
  globalThis.gates.set(pathToFileURL(join(home, "core-chunk.js")).href, async (compiled) => {
    busy--;
    await shell.gate();
    busy++;
    await compiled;
    busy--;
  });
  const code = readFileSync(join(home, "shell.js"), "utf8");
  assert.equal(code.split(LOAD).length, 2, "the shell loads its core in one place");
  writeFileSync(join(home, "shell.js"), code.replace(LOAD, `(globalThis.gates.get(${JSON.stringify(home)})(), ${LOAD})`));
  return Object.assign(shell, await import(pathToFileURL(join(home, "browser.js")).href));
}

/** Puts a virtual clock in the place of the host's globals; `restore` takes it away. */
export function fakeGlobals(random = () => 0.5) {
  const clock = virtualHost();
  const real = { now: Date.now, monotonic: performance.now, setTimeout: globalThis.setTimeout, clearTimeout: globalThis.clearTimeout, random: Math.random, fetch: globalThis.fetch };
  Date.now = clock.host.now;
  performance.now = clock.host.monotonic;
  globalThis.setTimeout = clock.host.setTimeout;
  globalThis.clearTimeout = clock.host.clearTimeout;
  Math.random = random;
  return {
    clock,
    restore() {
      [Date.now, performance.now, Math.random, globalThis.fetch] = [real.now, real.monotonic, real.random, real.fetch];
      [globalThis.setTimeout, globalThis.clearTimeout] = [real.setTimeout, real.clearTimeout];
    },
  };
}

/** A transport whose sends are answered by the test: each is `{ input, init, resolve, reject }`. */
export function manual() {
  const sends = [];
  const fetch = (...args) =>
    new Promise((resolve, reject) => {
      const [input, init] = args;
      sends.push({ args, input, init, resolve, reject });
      init?.signal?.addEventListener("abort", () => reject(init.signal.reason));
    });
  return { sends, fetch };
}
