// @ts-check

/** @type {import("../run.js").Client} */
export const cockatiel = {
  name: "cockatiel",
  title: "cockatiel retry + bulkhead",
  async create() {
    const { bulkhead, ExponentialBackoff, handleAll, retry, wrap } = await import("cockatiel");
    const transient = handleAll.orWhenResult((/** @type {any} */ { status }) => status === 429 || status >= 500);
    // The retry is outside: who backs off holds no place. Backoff is cockatiel's own: decorrelated jitter, at most 30 s.
    const policy = wrap(retry(transient, { maxAttempts: 20, backoff: new ExponentialBackoff() }), bulkhead(10, Infinity));
    return (url) => policy.execute(() => fetch(url));
  },
};
