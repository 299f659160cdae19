// @ts-check
// The README's first lines, from the installed tarball, in every kind of host. Only the address is another.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test, { after, before } from "node:test";
import { promisify } from "node:util";
import { consumer } from "../packaging/consumer.js";
import { startWorker } from "../runtimes/miniflare.js";
import { startUpstream } from "../runtimes/upstream.js";
import { ENGINES, open, serve } from "./browsers.js";
import { SERVERS } from "./servers.js";

const ADDRESS = "https://api.clever.com/v3.0/users?limit=100";
const LIMIT = { timeout: 90_000 };
const example = /```js\n([\s\S]*?)```/.exec(readFileSync("README.md", "utf8"))?.[1] ?? "";
/** @type {ReturnType<typeof consumer>} */
let installed;
/** @type {Awaited<ReturnType<typeof startUpstream>>} */
let upstream;
before(async () => {
  installed = consumer();
  upstream = await startUpstream();
});
after(async () => {
  await upstream.stop();
  installed.remove();
});
const lines = () => {
  assert.ok(example.includes(ADDRESS), "the address to be replaced");
  return example.replace(ADDRESS, `${upstream.address}/items`);
};

for (const [host, command] of Object.entries(SERVERS)) {
  test(`${host} runs the README's lines`, LIMIT, async () => {
    writeFileSync(join(installed.folder, "main.js"), lines());
    const [program = "", ...args] = command("main.js");
    const { stdout, stderr } = await promisify(execFile)(program, args, { cwd: installed.folder, timeout: 60_000 });
    assert.deepEqual([stdout, stderr], ["item\n", ""]);
  });
}

test("workerd runs the README's lines, in a handler", LIMIT, async (context) => {
  const [imports = "", ...rest] = lines().split("\n\n");
  const code = `${imports}\nexport default { async fetch() {\nconst said = []; const console = { log: (text) => said.push(text), warn: (text) => said.push(text) };\n${rest.join("\n\n")}\nreturn Response.json(said); } };`;
  writeFileSync(join(installed.folder, "worker.js"), code);
  const worker = await startWorker(join(installed.folder, "worker.js"), "2026-07-01", []);
  context.after(() => worker.dispose());
  assert.deepEqual(await (await worker.dispatchFetch("http://worker/")).json(), ["item"]);
});

for (const engine of ENGINES) {
  test(`a page in ${engine} runs the README's lines`, LIMIT, async (context) => {
    const home = join(installed.folder, "node_modules/fetch-with-policy");
    const imports = JSON.stringify({ imports: { "fetch-with-policy": "/package/index.js", "fetch-with-policy/profiles": "/package/profiles.js" } });
    const site = await serve((path) => {
      if (path === "/main.js") return lines();
      if (path === "/told.js") return 'console.log = console.warn = (text) => void fetch("/report?scope=said", { method: "POST", body: JSON.stringify(text) });';
      if (path.startsWith("/package/")) return readFileSync(join(home, path.slice(9)));
      return `<!doctype html><link rel="icon" href="data:,"><script src="/told.js"></script><script type="importmap">${imports}</script><script type="module" src="/main.js"></script>`;
    }, "script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval'");
    context.after(site.stop);
    context.after(open(engine, site.address));
    assert.equal(await site.report("said", 60_000), "item");
  });
}
