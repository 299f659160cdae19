// @ts-check
// Pages in real browsers, without a driver: the browser is started on an address, and the page posts what it found.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, resolve } from "node:path";

const TYPES = /** @type {Record<string, string>} */ ({ ".html": "text/html", ".js": "text/javascript", ".wasm": "application/wasm" });
export const STRICT = "default-src 'none'; script-src 'self'; connect-src *";
const root = new URL("../../", import.meta.url);
const here = new URL("./", import.meta.url);
// First-run pages, update checks and the like would only be noise here.
const FIREFOX = ["browser.aboutwelcome.enabled", "datareporting.policy.dataSubmissionEnabled", "browser.shell.checkDefaultBrowser"]
  .map((name) => `user_pref("${name}", false);`)
  .join("\n");

/** @type {Record<string, (profile: string, ...urls: string[]) => [string, string[]]>} */
const COMMANDS = {
  chromium: (profile, ...urls) => [
    process.env.CHROME ?? "chromium",
    ["--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--no-first-run", "--disable-background-networking", `--user-data-dir=${profile}`, ...urls],
  ],
  firefox: (profile, ...urls) => {
    writeFileSync(join(profile, "user.js"), FIREFOX);
    return [process.env.FIREFOX ?? "firefox-esr", ["-headless", "-no-remote", "-profile", profile, ...urls]];
  },
  webkit: (_profile, ...urls) => ["xvfb-run", ["-a", process.env.WEBKIT ?? "", ...urls]],
};
export const ENGINES = Object.keys(COMMANDS);

const PAGE = (/** @type {string} */ script) => `<!doctype html><title>hosts</title><link rel="icon" href="data:,"><script type="module" src="/${script}"></script>`;

/**
 * Serves the package, by its `entry`, and the files of this folder, by a page that runs the script `page`.
 * @param {{ page: string, csp?: string, entry?: string }} options
 */
export function startSite({ page, csp, entry = "index" }) {
  return serve((path) => {
    if (path === "/") return PAGE(page);
    if (path === "/blank") return "<!doctype html><title>blank</title>";
    const text = readFileSync(new URL(`.${path}`, path.startsWith("/pkg/") ? root : here));
    // Import maps do not reach workers.
    const isOurs = extname(path) === ".js" && !path.startsWith("/pkg/");
    return isOurs ? String(text).replace('"fetch-with-policy/profiles"', '"/pkg/profiles.js"').replace('"fetch-with-policy"', `"/pkg/${entry}.js"`) : text;
  }, csp);
}

/** @typedef {string | Buffer | ((response: import("node:http").ServerResponse) => void)} Body what is served, or who serves it */

/**
 * Serves what `find` gives for a path (a throw is a 404) under the strictest Content-Security-Policy that the package promises
 * to work with, or `csp`; `report` gives what is posted to it, by the scope that posted.
 * @param {(path: string) => Body | Promise<Body>} find
 * @param {string} [csp]
 */
export async function serve(find, csp = STRICT.replace("'self'", "'self' 'wasm-unsafe-eval'")) {
  /** @type {Map<string, any>} */
  const posted = new Map();
  const news = new EventTarget();
  /** @type {string[]} */
  const served = [];
  const server = createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://site");
    if (pathname === "/report") {
      const chunks = [];
      for await (const chunk of request) chunks.push(chunk);
      posted.set(searchParams.get("scope") ?? "", JSON.parse(String(Buffer.concat(chunks))));
      news.dispatchEvent(new Event("report"));
      return void response.end();
    }
    try {
      const body = await find(pathname);
      if (typeof body === "function") return void body(response);
      served.push(String(body));
      const type = TYPES[extname(pathname) || ".html"] ?? "application/octet-stream";
      response.writeHead(200, { "content-type": type, "content-security-policy": csp }).end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  return {
    address: `http://127.0.0.1:${port}`,
    /** The bodies of what was asked for. */
    served,
    /** @param {string} scope @param {number} limit ms */
    async report(scope, limit) {
      const late = AbortSignal.timeout(limit);
      while (!posted.has(scope)) await once(news, "report", { signal: late });
      return posted.get(scope);
    },
    stop: () => void (server.closeAllConnections(), server.close()),
  };
}

/**
 * Starts `engine` on `url`; `stop` ends it and removes its profile.
 * @param {string} engine
 * @param {string} url
 * @param {string[]} [more] addresses of further tabs
 */
export function open(engine, url, more = []) {
  mkdirSync("target", { recursive: true });
  const profile = mkdtempSync(resolve(`target/${engine}-`));
  const [program, args] = /** @type {(typeof COMMANDS)[string]} */ (COMMANDS[engine])(profile, url, ...more);
  // In a group of its own, and at home in its profile, so that nothing outlives it and nothing is left in the user's folders.
  const browser = spawn(program, args, { detached: true, stdio: "ignore", env: { ...process.env, HOME: profile, XDG_CACHE_HOME: profile, XDG_DATA_HOME: profile, XDG_CONFIG_HOME: profile } });
  const ended = once(browser, "exit").catch(() => {});
  browser.on("error", () => {});
  return async () => {
    try {
      if (browser.pid !== undefined) process.kill(-browser.pid, "SIGKILL");
    } catch {
      // It ended by itself.
    }
    await ended;
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  };
}
