// @ts-check
/**
 * An API that all tabs of this page call: it counts in IndexedDB, so that its quota is one for all of them, and runs in each.
 * Fixed windows by the clock, reported as RateLimit headers; beyond the limit a 429.
 */

/** Requests of all tabs together in one window. */
export const LIMIT = 20;
/** Length of a window, ms. */
export const WINDOW = 2000;

const DATABASE = "playground-api";
const STORE = "tokens";
/** How long a request takes at least, and how much longer at most, ms. */
const LATENCY = [20, 60];

/** @typedef {{ window: number, used: number }} Account what a token used of a window */

/**
 * Opens the database. Gives a stand-in for `fetch`.
 * @returns {Promise<(input: string | URL | Request, init?: RequestInit) => Promise<Response>>}
 */
export async function openApi() {
  const request = indexedDB.open(DATABASE, 1);
  request.onupgradeneeded = () => request.result.createObjectStore(STORE);
  const database = await done(request);
  return async (input, init) => {
    const { headers, signal } = new Request(input, init);
    await new Promise((resolve) => setTimeout(resolve, LATENCY[0] + Math.random() * LATENCY[1]));
    signal.throwIfAborted();
    const { allowed, left, reset } = await count(database, headers.get("authorization") ?? "");
    const told = { "ratelimit-policy": `"tabs";q=${LIMIT};w=${WINDOW / 1000}`, ratelimit: `"tabs";r=${left};t=${reset}` };
    return new Response("{}", { status: allowed ? 200 : 429, headers: told });
  };
}

/** One request of a token, in one transaction: no two tabs are given the same unit. @param {IDBDatabase} database @param {string} token */
async function count(database, token) {
  const store = database.transaction(STORE, "readwrite").objectStore(STORE);
  /** @type {Account | undefined} */
  const known = await done(store.get(token));
  const now = Date.now();
  const window = Math.floor(now / WINDOW);
  const used = known?.window === window ? known.used : 0;
  const allowed = used < LIMIT;
  // Tokens of runs that are over.
  if (known === undefined) store.clear();
  store.put({ window, used: used + Number(allowed) }, token);
  return { allowed, left: LIMIT - used - Number(allowed), reset: Math.ceil(((window + 1) * WINDOW - now) / 1000) };
}

/** @template T @param {IDBRequest<T>} request @returns {Promise<T>} */
const done = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
