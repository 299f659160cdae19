// @ts-check
/** Who wants news of a scope. */

/** @typedef {(scope: string, client: string) => void} Listener */

export function createListeners() {
  /** @type {Set<{ news: Listener }>} */
  const all = new Set();
  return {
    /** @param {Listener} news @returns {() => void} */
    add(news) {
      const entry = { news };
      all.add(entry);
      return () => void all.delete(entry);
    },
    /** @param {string} scope @param {string} client whose message it was */
    tell(scope, client) {
      for (const { news } of [...all]) news(scope, client);
    },
    size: () => all.size,
  };
}
