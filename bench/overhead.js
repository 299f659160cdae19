// @ts-check

/**
 * What a client costs beside the fetch itself: computing per call over a stub, and memory per call that waits.
 */

const URL = "https://api.example.com/v3.0/items";
const WARM = 3000;
/** A round of a client that takes its time ends here, ms. */
const LONGEST = 1000;

const ANSWER = { headers: { "Content-Type": "application/json" } };

/**
 * CPU per call, us: rounds of clients take turns, so that what else the machine does meets all; of each the least counts.
 * @param {import("./run.js").Client[]} clients
 * @param {{ calls: number, rounds: number }} load
 * @returns {Promise<Map<string, number>>}
 */
export async function cpu(clients, { calls, rounds }) {
  const own = globalThis.fetch;
  globalThis.fetch = async () => new Response("{}", ANSWER);
  try {
    /** @type {[string, import("./run.js").Call][]} */
    const made = [];
    for (const { name, create } of clients) made.push([name, await create({ origin: "https://api.example.com" })]);
    const least = new Map();
    for (let round = 0; round <= rounds; round++) {
      for (const [name, call] of made) {
        const us = await time(call, round === 0 ? Math.min(WARM, calls) : calls);
        if (round > 0) least.set(name, Math.min(us, least.get(name) ?? Infinity));
      }
    }
    return least;
  } finally {
    globalThis.fetch = own;
  }
}

/**
 * @param {import("./run.js").Call} call
 * @param {number} calls one after the other, at most
 */
async function time(call, calls) {
  const until = performance.now() + LONGEST;
  const before = process.cpuUsage();
  let made = 0;
  // The clock is looked at now and then: it costs as much as some clients do.
  while (made < calls && (made % 64 !== 0 || performance.now() < until)) {
    await call(URL);
    made++;
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / made;
}

/**
 * Heap per call that waits for a server that asked for a minute, beyond the promise that its caller holds, bytes. What
 * WebAssembly holds is counted with it.
 * @param {import("./run.js").Client} client
 * @param {number} calls
 */
export async function heap({ create }, calls) {
  const linear = watchMemories();
  // To catch what some give up would be a promise more for each call.
  process.on("unhandledRejection", () => {});
  globalThis.fetch = async () => new Response(null, { status: 429, headers: { "Retry-After": "55" } });
  const call = await create({ origin: "https://api.example.com" });
  const held = new Array(calls + 1).fill(null);
  held[calls] = call(URL);
  await settle();
  const empty = await used();
  for (let n = 0; n < calls; n++) held[n] = new Promise(() => {});
  const bare = (await used()) - empty;
  held.fill(null, 0, calls);
  const before = (await used()) + linear();
  for (let n = 0; n < calls; n++) held[n] = call(URL);
  await settle();
  return ((await used()) + linear() - before - bare) / calls;
}

/** @returns {() => number} the bytes of all linear memories */
function watchMemories() {
  /** @type {WebAssembly.Memory[]} */
  const memories = [];
  WebAssembly.Instance = new Proxy(WebAssembly.Instance, {
    construct(target, args) {
      const instance = Reflect.construct(target, args);
      if (instance.exports.memory !== undefined) memories.push(instance.exports.memory);
      return instance;
    },
  });
  return () => memories.reduce((sum, { buffer }) => sum + buffer.byteLength, 0);
}

const settle = () => new Promise((resolve) => setTimeout(resolve, 300));

async function used() {
  for (let n = 0; n < 4; n++) {
    /** @type {any} */ (globalThis).gc();
    await new Promise((resolve) => setImmediate(resolve));
  }
  return process.memoryUsage().heapUsed;
}
