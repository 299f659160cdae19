// @ts-check
// A program whose wall clock is set while it runs: by libfaketime, from a file, so every clock of the process but the monotonic
// one and its timers changes. It prints what became of its calls, as JSON.
import { renameSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { createPolicy } from "fetch-with-policy";

const HOUR = 3_600_000;
const [, , scene = "", file = ""] = globalThis.process.argv;
const sleep = (/** @type {number} */ ms) => new Promise((resolve) => setTimeout(resolve, ms));
/** How far the file sets the wall clock ahead, ms: what the server's own time is then. */
let ahead = 0;
/** Sets the clock, and looks that it is so: the test must not pass on a clock that stands where it was. @param {number} ms */
function setClock(ms) {
  const [wall, monotonic] = [Date.now(), performance.now()];
  // At once, as other threads read it.
  writeFileSync(`${file}.new`, `${ms < 0 ? "-" : "+"}${Math.abs(ms) / 1000}`);
  renameSync(`${file}.new`, file);
  const [moved, passed] = [Date.now() - wall, performance.now() - monotonic];
  if (Math.abs(moved - (ms - ahead)) > 2000 || passed > 1000) throw new Error(`the wall clock moved ${moved} ms, the monotonic one ${passed} ms: libfaketime does not work here`);
  ahead = ms;
}

/**
 * A quota of ten an hour. The server's time is true: where the machine slept, an hour went by, and where only its clock was set,
 * none did. Resets are told as seconds from now, or as epoch seconds.
 */
let slept = 0;
let [began, used] = [-Infinity, 0];
const met = { granted: 0, refused: 0 };
const epoch = Date.now() - performance.now();
const trueNow = () => epoch + performance.now() + slept;
const server = createServer(({ url = "" }, response) => {
  const now = trueNow();
  if (now >= began + HOUR) [began, used] = [now, 0];
  const isRefused = used >= 10;
  met[isRefused ? "refused" : "granted"]++;
  if (!isRefused) used++;
  const reset = url.includes("epoch") ? began + HOUR : began + HOUR - now;
  response.setHeader("date", new Date(now).toUTCString());
  const headers = { "x-ratelimit-limit": 10, "x-ratelimit-remaining": 10 - used, "x-ratelimit-reset": Math.ceil(reset / 1000), connection: "close" };
  response.writeHead(isRefused ? 429 : 200, headers).end("{}");
}).listen(0, "127.0.0.1");
await new Promise((resolve) => server.once("listening", resolve));
const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());

/** The machine sleeps: its wall clock and the server's time go on, its timers and its monotonic clock do not. */
const fallAsleep = () => (setClock(HOUR + 60_000), (slept = HOUR + 60_000));

/** @param {any} policy @param {string} form @returns {Promise<{ outcome: unknown, took: number }>} */
async function timed(policy, form) {
  const began = performance.now();
  const outcome = await policy.fetch(`http://127.0.0.1:${port}/${form}`).then(
    (/** @type {Response} */ { status }) => status,
    (/** @type {Error} */ error) => error.name,
  );
  return { outcome, took: Math.round(performance.now() - began) };
}

/** @type {Record<string, (form: string) => Promise<unknown>>} */
const SCENES = {
  /** The quota is used up; an hour's sleep; the next call. */
  async next(form) {
    const policy = createPolicy();
    const ten = await Promise.all(Array.from({ length: 10 }, () => timed(policy, form)));
    fallAsleep();
    return { ten: ten.filter(({ outcome }) => outcome === 200).length, ...(await timed(policy, form)) };
  },
  /** The quota is used up; a call waits; an hour's sleep. */
  async waiting(form) {
    const policy = createPolicy({ rateLimit: { maxWait: 2 * HOUR } });
    const ten = await Promise.all(Array.from({ length: 10 }, () => timed(policy, form)));
    const waiting = timed(policy, form);
    await sleep(500);
    fallAsleep();
    return { ten: ten.filter(({ outcome }) => outcome === 200).length, ...(await Promise.race([waiting, sleep(30_000).then(() => ({ outcome: "waits", took: 30_000 }))])) };
  },
  /** Half of the quota is used; the clock is set back an hour; the other half, and one more. */
  async back(form) {
    const policy = createPolicy({ rateLimit: { maxWait: 1000 } });
    const half = await Promise.all(Array.from({ length: 5 }, () => timed(policy, form)));
    setClock(-HOUR);
    const rest = [];
    for (let n = 0; n < 5; n++) rest.push(await timed(policy, form));
    const more = await timed(policy, form);
    const all = [...half, ...rest];
    return { ten: all.filter(({ outcome }) => outcome === 200).length, slowest: Math.max(...all.map(({ took }) => took)), outcome: more.outcome, took: more.took };
  },
  /** The quota is used up; only the clock is set, an hour ahead; three calls. */
  async ahead(form) {
    const policy = createPolicy({ rateLimit: { maxWait: 1000 } });
    const ten = await Promise.all(Array.from({ length: 10 }, () => timed(policy, form)));
    setClock(HOUR + 60_000);
    const more = [];
    for (let n = 0; n < 3; n++) more.push(await timed(policy, form));
    return { ten: ten.filter(({ outcome }) => outcome === 200).length, slowest: Math.max(...more.map(({ took }) => took)) };
  },
  /** A server without a limit; a 503 says when to come back; the clock is set back an hour during the wait. */
  async hint() {
    let asked = 0;
    const fetch = async () => (asked++ === 0 ? new Response(null, { status: 503, headers: { "retry-after": "2" } }) : new Response());
    const policy = createPolicy({ fetch });
    const call = timed(policy, "");
    await sleep(500);
    setClock(-HOUR);
    return { ten: 10, ...(await call) };
  },
};

const [name = "", form = ""] = scene.split(":");
console.log(JSON.stringify({ ...(/** @type {object} */ (await SCENES[name]?.(form))), ...met }));
server.close();
globalThis.process.exit();
