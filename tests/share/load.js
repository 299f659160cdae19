// @ts-check
// A realm's part of the load, the same in processes, isolates, tabs and workers.

/** Whoever has not settled by then is lost, ms: some ten seconds are enough on an idle machine. */
const LATE = 100_000;

/** @typedef {{ outcomes: Record<string, number>, events: Record<string, number> }} Told */

/**
 * Makes a policy, and gives how to make `calls` calls at once: what came of all calls so far by status or error, and what the policy
 * told of sharing by type of event.
 * @param {Pick<typeof import("../../pkg-template/index.js"), "createPolicy">} api
 * @param {{ coordinator: import("../../pkg-template/share.js").Coordinator | undefined, url: string, key: string, scope?: string }} options
 *   without a coordinator it shares nothing; with a `scope`, that is whose quota it is, whatever the host
 */
export function join({ createPolicy }, { coordinator, url, key, scope }) {
  /** @type {Told} */
  const told = { outcomes: {}, events: {} };
  const { outcomes, events } = told;
  /** @type {import("../../pkg-template/share.js").Coordinator | undefined} */
  const counted = coordinator && { ...coordinator, exchange: (...args) => (add(events, "exchange"), coordinator.exchange(...args)) };
  // A 429 that others caused counts as an attempt: with the default of three, a crowd that shares nothing loses some calls.
  const policy = createPolicy({
    retry: { maxAttempts: 10 },
    ...(counted && { coordinator: counted }),
    ...(scope !== undefined && { rateLimit: { scope: () => scope } }),
    onEvent: (event) => void (/^share/.test(event.type) && add(events, event.type === "share-lost" ? `${event.type}: ${event.error}` : event.type)),
  });
  const call = async () => {
    try {
      const response = await policy.fetch(url, { headers: { authorization: `Bearer ${key}` } });
      await response.text();
      add(outcomes, String(response.status));
    } catch (error) {
      add(outcomes, String(/** @type {any} */ (error)?.code ?? error));
    }
  };
  return async (/** @type {number} */ calls) => {
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let timer;
    await Promise.race([Promise.all(Array.from({ length: calls }, call)), new Promise((resolve) => (timer = setTimeout(resolve, LATE)))]);
    clearTimeout(timer);
    return told;
  };
}

/** @param {Record<string, number>} counts @param {string} name */
function add(counts, name) {
  counts[name] = (counts[name] ?? 0) + 1;
}

/** Adds up what several realms told. @param {Told[]} parts */
export function total(parts) {
  /** @type {Told} */
  const sum = { outcomes: {}, events: {} };
  for (const part of parts) {
    for (const kind of /** @type {const} */ (["outcomes", "events"])) {
      for (const [name, count] of Object.entries(part[kind])) sum[kind][name] = (sum[kind][name] ?? 0) + count;
    }
  }
  return sum;
}
