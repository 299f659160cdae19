// @ts-check
/** The load of the demo: many calls at once, through whatever `fetch` it is handed. */

/** @typedef {{ response?: Response, error?: unknown }} Settled one of the two; the response's body has been read */

/**
 * Fires `count` calls in one turn and resolves when the last has settled. Never rejects.
 * @param {object} load
 * @param {string} load.api address of the demo API, absolute, without a slash at the end
 * @param {number} load.count
 * @param {string} load.token bearer token: the quota is counted by it
 * @param {(input: string, init: RequestInit) => Promise<Response>} load.fetch
 * @param {AbortSignal} [load.signal]
 * @param {(item: number, settled: Settled) => void} load.onSettled
 */
export async function fire({ api, count, token, fetch, signal, onSettled }) {
  /** @param {number} item */
  const call = async (item) => {
    try {
      const response = await fetch(`${api}/items/${item}`, { headers: { authorization: `Bearer ${token}` }, signal });
      // Unread bodies hold connections, and the next load would wait for them.
      await response.arrayBuffer();
      onSettled(item, { response });
    } catch (error) {
      onSettled(item, { error });
    }
  };
  await Promise.all(Array.from({ length: count }, (_, item) => call(item)));
}
