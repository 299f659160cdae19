// Copies of the package whose memory may not grow by more than a few pages, as in a small isolate: load makes them trap.
import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { bytesOf } from "../../pkg-template/entry/inline/decode.js";
import { lettersIn, lettersLike } from "./letters.js";
import { settled, virtualHost } from "./virtual.js";

export const URL = "https://api.example.com/items";
export const SECRET = "?key=sk_test_1";
/** More calls than a few pages of memory hold. */
const MANY = 20_000;

const MEMORY = 5;

/**
 * The module with `more` pages over its least memory as the most (WebAssembly Core, 5.5.15: limits are a flag, the least and the most).
 * @param {Uint8Array} bytes
 * @param {number} more
 */
export function capped(bytes, more) {
  for (let at = 8; at < bytes.length; ) {
    const start = at;
    const id = bytes[at++];
    const [size, from] = number(bytes, at);
    at = from + size;
    if (id !== MEMORY) continue;
    const [count, flags, least] = bytes.subarray(from, at);
    if (count !== 1 || flags !== 0 || least >= 64) throw new Error(`not the memory that is expected: ${bytes.subarray(from, at)}`);
    return Buffer.concat([bytes.subarray(0, start), Buffer.from([MEMORY, 4, 1, 1, least, least + more]), bytes.subarray(at)]);
  }
  throw new Error("no memory in the module");
}

/** A number in LEB128, and where it ends. */
function number(bytes, at) {
  let value = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[at++];
    value |= (byte & 127) << shift;
    if (byte < 128) return [value, at];
  }
}

const folder = mkdtempSync(join(tmpdir(), "capped-"));
process.on("exit", () => rmSync(folder, { recursive: true }));
let copies = 0;

/** How each entry gets its module, and so where the capped one goes. */
const ENTRIES = {
  // Read from the disk.
  node: (home, name, bytes) => writeFileSync(join(home, `${name}.wasm`), bytes),
  // Inlined in the code, as letters: all that is not code comes last there, in the order of the module.
  inline(home, name, bytes, whole) {
    const file = join(home, `${name}.js`);
    const text = lettersIn(file);
    const parts = Buffer.from(bytesOf(text));
    const start = whole.findIndex((byte, at) => byte !== bytes[at]) - 16;
    const at = parts.lastIndexOf(whole.subarray(start, start + 19 + 2));
    if (at < 0) throw new Error(`${name}.js holds no such memory`);
    const other = Buffer.concat([parts.subarray(0, at), bytes.subarray(start, start + 22), parts.subarray(at + 21)]);
    writeFileSync(file, readFileSync(file, "utf8").replace(text, () => lettersLike(text, other)));
  },
  // A file of its own.
  url: (home, name, bytes) => writeFileSync(join(home, `${name}.wasm`), bytes),
};
const INDEX = { node: "node.js", inline: "index.js", url: "url/index.js" };
export const entries = /** @type {(keyof typeof ENTRIES)[]} */ (Object.keys(ENTRIES));

/**
 * A copy of the package, by one of its entries, ready to use.
 * @param {keyof typeof ENTRIES} entry
 * @param {{ policy?: number, explain?: number }} more pages over the least memory of a module; none: as many as it likes
 * @returns {Promise<any>}
 */
export async function load(entry, more) {
  const home = join(folder, `${++copies}`);
  cpSync("pkg", home, { recursive: true });
  for (const [name, pages] of Object.entries(more)) {
    const whole = readFileSync(`pkg/${name}.wasm`);
    ENTRIES[entry](home, name, capped(whole, pages), whole);
  }
  const it = await import(pathToFileURL(join(home, INDEX[entry])).href);
  await it.initPolicy?.();
  await it.initExplain?.();
  return it;
}

/** A policy of one send at a time: the others wait. What is sent is answered by `answer`. */
export function crowded(it, options = {}) {
  const clock = virtualHost();
  const events = [];
  const sends = [];
  const open = [];
  let failures = 0;
  const policy = it.createPolicy({
    host: clock.host,
    onEvent(event) {
      events.push(event);
      if (event.type === "core-failed") failures++;
    },
    rateLimit: { maxConcurrent: 1, maxQueue: MANY, maxWait: 3_600_000 },
    fetch: (...args) => {
      sends.push(args);
      return new Promise((resolve, reject) => open.push({ resolve, reject }));
    },
    ...options,
  });
  return {
    policy,
    clock,
    events,
    sends,
    open,
    of: (type) => events.filter((event) => event.type === type),
    /** Calls, until the core fails; how each ended is in the list as soon as it did. */
    async load(init) {
      const ended = [];
      const before = failures;
      for (let n = 0; failures === before; n++) {
        assert.ok(n < MANY, "the core never failed");
        const index = n;
        let promise;
        assert.doesNotThrow(() => (promise = policy.fetch(`${URL}/${n}${SECRET}`, init)));
        assert.ok(promise instanceof Promise);
        promise.then(
          (response) => (ended[index] = { response }),
          (error) => (ended[index] = { error }),
        );
        ended.length = n + 1;
        if (n % 100 === 0) await settled();
      }
      await settled();
      return ended;
    },
    answer(make = () => new Response("ok")) {
      for (const { resolve } of open.splice(0)) resolve(make());
    },
  };
}

/** Makes the core that all policies of `it` have fail, by the load of another one. */
export async function crash(it) {
  const stage = crowded(it);
  await stage.load();
  stage.answer();
  await settled();
}
