// @ts-check

/** What its limiter is told where nothing is known, as a first limit is demanded: one that never binds. */
const UNKNOWN = { limit: 1_000_000, window: 1000 };
const RETRIES = 10;

/** @param {import("../run.js").Setting} setting */
async function create({ told = [UNKNOWN] }) {
  const { Effect, Schedule } = await import("effect");
  const { FetchHttpClient, HttpBody, HttpClient, HttpClientRequest } = await import("effect/http");
  const { RateLimiter } = await import("effect/persistence");
  /** @type {any} */
  const plain = await Effect.runPromise(Effect.provide(HttpClient.HttpClient, FetchHttpClient.layer));
  const limiter = await Effect.runPromise(Effect.provide(RateLimiter.make, RateLimiter.layerStoreMemory));
  // One limiter in the other where there are several limits.
  const limited = told.reduce(
    (client, { limit, window }, n) => HttpClient.withRateLimiter(client, { limiter, limit, window, key: `limit-${n}` }),
    plain,
  );
  const client = HttpClient.retryTransient(limited, { schedule: Schedule.exponential(250), times: RETRIES });
  return (/** @type {string} */ url, /** @type {any} */ { method = "GET", headers, body } = {}) => {
    const options = { ...(headers && { headers }), ...(body && { body: HttpBody.text(body, "application/json") }) };
    return Effect.runPromise(client.execute(HttpClientRequest.make(method)(url, options)));
  };
}

/** @type {import("../run.js").Client} */
export const effect = { name: "effect", title: "effect withRateLimiter", create };

/** @type {import("../run.js").Client} */
export const effectTold = { name: "effect-told", title: "effect withRateLimiter, told", told: true, create };
