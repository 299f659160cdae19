// @ts-check
// A realm's part of the load, the same in processes, isolates, tabs and workers.

/** Whoever has not settled by then is lost, ms: some fifteen seconds are enough on an idle machine. */
const LATE = 120_000;

/**
 * Makes `calls` calls at once, and tells what came of them by status or error, and what the policy told of sharing by type of event.
 * @param {typeof import("../../pkg-template/index.js")} api
 * @param {{ coordinator: any, url: string, calls: number, key: string }} options
 */
export async function load({ createPolicy }, { coordinator, url, calls, key }) {
  /** @type {Record<string, number>} */
  const events = {};
  /** @type {Record<string, number>} */
  const outcomes = {};
  const counted = coordinator === undefined ? undefined : { ...coordinator, exchange: (/** @type {[any, AbortSignal]} */ ...args) => (add(events, "exchange"), coordinator.exchange(...args)) };
  // A 429 that others caused counts as an attempt: with the default of three, a crowd that shares nothing loses some calls.
  const policy = createPolicy({ retry: { maxAttempts: 10 }, ...(counted !== undefined && { coordinator: counted }), onEvent: (/** @type {any} */ { type, error }) => /^share/.test(type) && add(events, error === undefined ? type : `${type}: ${error}`) });
  const all = Array.from({ length: calls }, async () => {
    try {
      const response = await policy.fetch(url, { headers: { authorization: `Bearer ${key}` } });
      await response.text();
      add(outcomes, String(response.status));
    } catch (error) {
      add(outcomes, String(/** @type {any} */ (error)?.code ?? error));
    }
  });
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  await Promise.race([Promise.all(all), new Promise((resolve) => (timer = setTimeout(resolve, LATE)))]);
  clearTimeout(timer);
  return { outcomes, events };
}

/** @param {Record<string, number>} counts @param {string} name */
function add(counts, name) {
  counts[name] = (counts[name] ?? 0) + 1;
}

/** Adds up what several realms told. @param {{ outcomes: Record<string, number>, events: Record<string, number> }[]} parts */
export function total(parts) {
  /** @type {{ outcomes: Record<string, number>, events: Record<string, number> }} */
  const sum = { outcomes: {}, events: {} };
  for (const part of parts) {
    for (const kind of /** @type {const} */ (["outcomes", "events"])) {
      for (const [name, count] of Object.entries(part[kind])) sum[kind][name] = (sum[kind][name] ?? 0) + count;
    }
  }
  return sum;
}
