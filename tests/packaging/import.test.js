// @ts-check
// What an import does: nothing. No network, no timer, no chance, no compilation, no global changed, and no code from strings.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import test, { after, before } from "node:test";
import { consumer } from "./consumer.js";

/** What the page or isolate gives, and an import must not take. */
const FORBIDDEN = ["setTimeout", "setInterval", "setImmediate", "queueMicrotask", "WebSocket", "BroadcastChannel", "Response", "AbortController", "crypto", "performance"];
/** @type {ReturnType<typeof consumer>} */
let installed;
let home = "";

before(() => {
  installed = consumer();
  home = join(installed.folder, "node_modules/fetch-with-policy");
});
after(() => installed.remove());

/** Every module of the package that a host without `.wasm` imports and `cloudflare:` modules can import. */
const entries = () => Object.keys(JSON.parse(readFileSync(join(home, "package.json"), "utf8")).exports).filter((name) => !/\.json$|\*|opentelemetry|durable-object/.test(name));

test("importing an entry touches no network, timer, chance or global, and compiles nothing", () => {
  for (const entry of entries()) {
    const code = `
      const touched = [];
      // Node's own loader has a module of its own to compile.
      const note = (name) => void (new Error().stack.includes("node_modules/fetch-with-policy/") && touched.push(name));
      // It is kept at import, as the one that is not ours; it must not be called.
      globalThis.fetch = () => void touched.push("fetch");
      for (const name of ${JSON.stringify(FORBIDDEN)}) {
        // Hosts make some of them at the first look.
        globalThis[name];
        const own = Object.getOwnPropertyDescriptor(globalThis, name);
        if (own !== undefined) Object.defineProperty(globalThis, name, { configurable: true, get: () => (note(name), own.get ? own.get.call(globalThis) : own.value) });
      }
      for (const [object, name] of [[WebAssembly, "Module"], [WebAssembly, "Instance"], [WebAssembly, "compile"], [WebAssembly, "instantiate"], [Math, "random"], [Date, "now"]]) {
        const own = object[name];
        Object.defineProperty(object, name, { configurable: true, get: () => (note(name), own) });
      }
      const describe = () => Reflect.ownKeys(globalThis).map((key) => [String(key), Object.getOwnPropertyDescriptor(globalThis, key)]);
      const before = describe();
      await import(${JSON.stringify(entry.replace(/^\./, "fetch-with-policy"))});
      const found = touched.splice(0);
      const after = describe();
      const changed = before.concat(after).filter(([key, { get, value }]) => [before, after].some((list) => !list.some(([other, own]) => other === key && own.get === get && Object.is(own.value, value))));
      console.log(JSON.stringify({ found, changed: changed.map(([key]) => key) }));`;
    const told = execFileSync(process.execPath, ["--disallow-code-generation-from-strings", "--input-type=module", "--eval", code], { cwd: installed.folder, encoding: "utf8" });
    assert.deepEqual(JSON.parse(told), { found: [], changed: [] }, entry);
  }
});

test("no file of the package makes code from strings, or holds a path of the machine that built it", () => {
  const names = /** @type {string[]} */ (readdirSync(home, { recursive: true })).filter((name) => /\.(js|mjs|wasm)$/.test(name));
  assert.ok(names.length > 5);
  for (const name of names) {
    // EVAL of Redis is a method of its clients.
    const text = readFileSync(join(home, name), "latin1").replaceAll(/share-redis\.js$/.test(name) ? /\.eval\(\w+,/g : /$^/g, "");
    assert.doesNotMatch(text, /\beval\s*\(|new Function\s*\(/, name);
    for (const path of [process.cwd(), "/.cargo/", "/rustc/", "/home/"]) assert.ok(!text.includes(path), `${name} holds ${path}`);
  }
});
