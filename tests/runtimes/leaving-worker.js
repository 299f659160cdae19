// @ts-check
// A Worker whose calls end with the request that they are for.
import { createPolicy } from "fetch-with-policy";

const policy = createPolicy({ rateLimit: { quotas: [{ limit: 1, window: 600_000 }], maxWait: Infinity } });
/** What became of the calls, by their path. @type {Record<string, string>} */
const ends = {};

export default {
  /** `/state`: what is pending and how calls ended. `/call/...?upstream=…`: a call that ends where its caller goes away. */
  async fetch(/** @type {Request} */ request, /** @type {unknown} */ _, /** @type {{ waitUntil(promise: Promise<unknown>): void }} */ context) {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname === "/state") return Response.json({ ...policy.getState(), ends });
    const call = policy.fetch(`${searchParams.get("upstream")}/items`, { signal: request.signal });
    // The end is noted even when the caller is gone.
    context.waitUntil(call.then((response) => (ends[pathname] = `${response.status}`), (error) => (ends[pathname] = error.name)));
    return call;
  },
};
