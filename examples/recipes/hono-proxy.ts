// A proxy with Hono: many clients, one upstream with a rate limit. There is nothing to switch off. A client that would wait for
// longer than `maxWait` is refused at once, with a 429 that says when to come back. `signal` takes a client that went away out
// of the queue, so that no quota is spent for nobody.
import { RateLimitError, createPolicy } from "fetch-with-policy";
import { Hono } from "hono";
import { proxy } from "hono/proxy";

const policy = createPolicy({ rateLimit: { maxWait: 10_000 } });

export const createApp = (upstream: string) =>
  new Hono()
    .all("/api/*", ({ req }) => {
      const { pathname, search } = new URL(req.url);
      return proxy(upstream + pathname.slice("/api".length) + search, {
        ...req,
        signal: req.raw.signal,
        customFetch: policy.fetch,
      });
    })
    .onError((error, context) => {
      if (!RateLimitError.is(error)) throw error;
      const seconds = Math.max(1, Math.ceil((error.retryAt - Date.now()) / 1000));
      return context.json({ error: "busy" }, 429, { "retry-after": String(seconds) });
    });
