// @ts-check
// The site that the tabs are of: its files, a barrier at which they wait for each other, and what they report.
import { readFileSync } from "node:fs";
import { serve } from "../hosts/browsers.js";

const root = new URL("../../", import.meta.url);
const PAGE = '<!doctype html><title>tab</title><link rel="icon" href="data:,"><script type="module" src="/tab.js"></script>';
const CSP = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src *; worker-src 'self'";

/** @param {number} pages that begin together */
export async function startSite(pages) {
  let arrived = 0;
  return serve(async (path) => {
    if (path === "/") return PAGE;
    if (path === "/blank") return "<!doctype html><title>blank</title>";
    if (path === "/arrived") return String(++arrived);
    if (path === "/ready") return arrived >= pages ? "go" : "wait";
    return readFileSync(new URL(path.startsWith("/pkg/") ? `.${path}` : `tests/share${path}`, root));
  }, CSP);
}
