// @ts-check
// A page in Chromium whose API is of another origin, and exposes its headers or does not, or not even that it refuses.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import test from "node:test";
import { openPage } from "./site.js";

const PAGE = `<!doctype html><title>test</title><link rel="icon" href="data:,">
<script type="importmap" nonce="map">{ "imports": { "fetch-with-policy": "/pkg/index.js" } }</script>`;
const root = new URL("../../", import.meta.url);
const LIMIT = 30;
const WINDOW = 1000;

/** Fixed windows. `/open` exposes what it tells, `/hidden` does not, `/bare` refuses without a CORS header, as gateways do. */
async function startApi() {
  /** @type {Record<string, { window: number, used: number, refused: number }>} */
  const met = {};
  const server = createServer((request, response) => {
    const path = request.url ?? "/";
    const now = Math.floor(Date.now() / WINDOW);
    const quota = (met[path] ??= { window: now, used: 0, refused: 0 });
    if (quota.window !== now) Object.assign(quota, { window: now, used: 0 });
    const refuses = quota.used >= LIMIT;
    if (refuses) quota.refused++;
    else quota.used++;
    response.setHeader("x-ratelimit-limit", LIMIT);
    response.setHeader("x-ratelimit-remaining", LIMIT - quota.used);
    response.setHeader("x-ratelimit-reset", Math.ceil(((now + 1) * WINDOW) / 1000));
    if (path === "/open") response.setHeader("access-control-expose-headers", "date, retry-after, x-ratelimit-limit, x-ratelimit-remaining, x-ratelimit-reset");
    if (path !== "/bare" || !refuses) response.setHeader("access-control-allow-origin", "*");
    response.writeHead(refuses ? 429 : 200).end();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  return { address: `http://127.0.0.1:${port}`, met, stop: () => void (server.closeAllConnections(), server.close()) };
}

/** @param {[string, number]} given */
async function inPage([url, count]) {
  const { createPolicy, explainResponse } = await import("fetch-with-policy");
  const policy = createPolicy({ retry: { maxAttempts: 10 } });
  const calls = Array.from({ length: count }, () => policy.fetch(url));
  const statuses = (await Promise.allSettled(calls)).map((call) => (call.status === "fulfilled" ? call.value.status : String(call.reason)));
  const refused = Object.defineProperty(new Response(null, { status: 429 }), "type", { value: "cors" });
  const { notes } = await explainResponse(refused, { url });
  return { lost: statuses.filter((status) => status !== 200), quotas: policy.quotas(), notes };
}

test("a page in Chromium is told that headers are hidden, with the line that shows them", async (context) => {
  const api = await startApi();
  context.after(api.stop);
  const { address, page } = await openPage(context, (path) => (path === "/" ? PAGE : path.startsWith("/pkg/") ? new URL(`.${path}`, root) : undefined));
  await page.goto(address);
  const run = (/** @type {string} */ path, /** @type {number} */ count) => page.evaluate(inPage, /** @type {[string, number]} */ ([api.address + path, count]));

  const open = await run("/open", 3);
  assert.deepEqual(open.lost, []);
  const [told] = open.quotas;
  assert.deepEqual([told?.limit, told?.source, told?.headersHidden, told?.expose], [LIMIT, "x-ratelimit-reset", undefined, undefined]);

  const hidden = await run("/hidden", 3);
  const [state] = hidden.quotas;
  assert.deepEqual([state?.limit, state?.source, state?.headersHidden], [undefined, "none", true]);
  assert.match(state?.expose ?? "", /^Access-Control-Expose-Headers: Date, Retry-After, RateLimit, .*X-RateLimit-Reset$/);
  assert.ok(hidden.notes.some((note) => note.includes(state?.expose ?? "-")), JSON.stringify(hidden.notes));

  // Each refusal is a TypeError here; Chromium logs it, and nothing tells it from a network that fails.
  const bare = await run("/bare", 4 * LIMIT);
  assert.deepEqual(bare.lost, []);
  const { refused } = /** @type {{ refused: number }} */ (api.met["/bare"]);
  // How many depends on how the windows of a second fall; each call may be sent some twenty times.
  assert.ok(refused > 0 && refused <= 8 * LIMIT, `${refused} refusals`);
});
