// @ts-check
// The site that the tabs are of: its files, a barrier at which they wait for each other, and what they report.
import { readFileSync } from "node:fs";
import { extname } from "node:path";
import { serve } from "../hosts/browsers.js";

const root = new URL("../../", import.meta.url);
const TYPES = /** @type {Record<string, string>} */ ({ "": "text/html", ".js": "text/javascript", ".wasm": "application/wasm" });
const PAGE = '<!doctype html><title>tab</title><link rel="icon" href="data:,"><body><script type="module" src="/tab.js"></script>';
// A frame in a sandbox has an origin of its own, which 'self' is not in all browsers.
const policyOf = (/** @type {string} */ self) => `default-src 'none'; script-src ${self} 'wasm-unsafe-eval'; connect-src *; worker-src 'self'; frame-src 'self'`;

/** @param {number} pages that begin together */
export async function startSite(pages) {
  let arrived = 0;
  const find = (/** @type {string} */ path) => {
    if (path === "/") return PAGE;
    if (path === "/blank") return "<!doctype html><title>blank</title>";
    if (path === "/arrived") return String(++arrived);
    if (path === "/ready") return arrived >= pages ? "go" : "wait";
    return readFileSync(new URL(path.startsWith("/pkg/") ? `.${path}` : `tests/share${path}`, root));
  };
  const site = await serve((path) => {
    const body = find(path);
    return (response) => void response.writeHead(200, { "content-type": TYPES[extname(path)], "content-security-policy": policyOf(site.address), "access-control-allow-origin": "*" }).end(body);
  });
  return site;
}
