// @ts-check
// A page whose core is missing (a deploy), slow, torn, of another version or forbidden: no call, no response and no status is lost, and
// the core takes over when it is loaded. In Chromium; in every engine what they differ in: Firefox never requests a module again by the
// same URL, and WebKit compiles what a Content-Security-Policy forbids, but makes no instance of it.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test, { after, before, describe } from "node:test";
import { ENGINES, open, serve, STRICT } from "./browsers.js";
import { startUpstream } from "./upstream.js";

const LIMIT = { timeout: 120_000 };
const sleep = (/** @type {number} */ ms) => new Promise((resolve) => setTimeout(resolve, ms));
const core = () => readFileSync("pkg/core-chunk.js", "utf8");
const gone = () => {
  throw new Error("404");
};
/** Half of the file, then a reset. @type {import("./browsers.js").Body} */
const torn = (response) => {
  const text = core();
  response.writeHead(200, { "content-type": "text/javascript", "content-length": text.length });
  response.write(text.slice(0, text.length / 2), () => response.destroy());
};
/** Without a core: the server's own statuses, and one "degraded" event. */
const PLAIN = { quiet: [200, 1, true], asked: 0, burst: 30, down: [503, 1, true], waited: 0, explained: "http.404", degraded: 1, warnings: 1 };
const MANAGED = { ...PLAIN, down: [200, 2, true], degraded: 0, warnings: 0, isThere: true, later: [200, 2, true] };
const NEVER = { ...PLAIN, isThere: false, later: [503, 1, true] };

/** @type {Record<string, { core: (asked: number) => import("./browsers.js").Body | Promise<string>, expect: object, later?: number, csp?: string, engines?: string[] }>} */
const FAULTS = {
  "is there": { core, expect: MANAGED },
  "is gone": { core: gone, expect: NEVER },
  "is gone once": { core: (asked) => (asked === 1 ? gone() : core()), expect: { ...PLAIN, isThere: true, later: [200, 2, true] }, later: 1500, engines: ENGINES },
  "takes 3 s": { core: () => sleep(3000).then(core), expect: { ...MANAGED, waited: 3 } },
  "takes 13 s": { core: () => sleep(13_000).then(core), expect: { ...PLAIN, waited: 10, isThere: true, later: [200, 2, true] }, later: 4000 },
  "is torn by a reset": { core: () => torn, expect: NEVER, engines: ENGINES },
  "is torn once": { core: (asked) => (asked === 1 ? torn : core()), expect: { ...PLAIN, isThere: true, later: [200, 2, true] }, later: 1500, engines: ENGINES },
  "breaks off": { core: () => core().slice(0, 100_000), expect: NEVER },
  "is a page": { core: () => "<!doctype html><title>app</title>", expect: NEVER },
  "is of another version": { core: () => core().replaceAll('"0.1.0"', '"0.0.9"'), expect: NEVER },
  "is forbidden": { core, expect: { ...NEVER, explained: "fallback.not_found" }, csp: STRICT, engines: ENGINES },
};

/** @type {Awaited<ReturnType<typeof startUpstream>>} */
let upstream;
before(async () => void (upstream = await startUpstream()));
after(() => upstream.stop());

// Each has a site and a browser of its own, and waits most of the time.
describe("a core that comes late", { concurrency: 2 }, () => {
  for (const [name, { core, expect, later = 0, csp, engines = ["chromium"] }] of Object.entries(FAULTS)) {
    for (const engine of engines) {
      test(`${engine}: the core ${name}`, LIMIT, async (context) => {
        let asked = 0;
        const site = await serve((path) => {
          if (path === "/") return '<!doctype html><title>late</title><link rel="icon" href="data:,"><script type="module" src="/late-core-page.js"></script>';
          if (path === "/pkg/core-chunk.js") return core(++asked);
          return readFileSync(path.startsWith("/pkg/") ? `.${path}` : new URL(`.${path}`, import.meta.url));
        }, csp);
        context.after(site.stop);
        context.after(open(engine, `${site.address}/?${new URLSearchParams({ api: upstream.address, later: `${later}` })}`));
        const { waited, ...outcome } = await site.report("page", 60_000);
        const { waited: expected, ...rest } = /** @type {any} */ (expect);
        assert.deepEqual(outcome, rest);
        // Not how long at most, which hangs on the machine: `down` tells whether its call had the core.
        assert.ok(waited >= expected, `waited for ${waited} s`);
      });
    }
  }

  for (const engine of ENGINES) {
    test(`${engine}: a page that is offline from the start waits for the network, and sends then`, LIMIT, async (context) => {
      let asked = 0;
      const site = await serve((path) => {
        if (path === "/") return '<!doctype html><title>offline</title><link rel="icon" href="data:,"><script type="module" src="/offline-page.js"></script>';
        if (path === "/pkg/core-chunk.js") return asked++ === 0 ? gone() : core();
        return readFileSync(path.startsWith("/pkg/") ? `.${path}` : new URL(`.${path}`, import.meta.url));
      });
      context.after(site.stop);
      context.after(open(engine, `${site.address}/?${new URLSearchParams({ api: upstream.address })}`));
      assert.deepEqual(await site.report("page", 60_000), { before: ["waits", "waits"], after: [200, 200], attempts: 2, degraded: 0, warnings: 0, isThere: true });
    });
  }
});
