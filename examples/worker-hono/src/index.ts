// A Worker in front of a rate-limited API: it passes requests on, and answers one of its own from twenty calls.
import { explainResponse } from "fetch-with-policy";
import { Hono } from "hono";
import { proxy } from "hono/proxy";
import { policy, refusalOf } from "./upstream.ts";

const app = new Hono<{ Bindings: { UPSTREAM: string } }>();

/** Passed on as it is. A client that goes away leaves the queue, by `signal`. */
app.all("/api/*", ({ req, env }) => {
  const { pathname, search } = new URL(req.url);
  return proxy(env.UPSTREAM + pathname.slice("/api".length) + search, { ...req, signal: req.raw.signal, customFetch: policy.fetch });
});

/** Twenty items in one response. */
app.get("/summary", async (context) => {
  const { req, env } = context;
  const headers = { authorization: req.header("authorization") ?? "" };
  const responses = await Promise.all(
    Array.from({ length: 20 }, (_, id) => policy.fetch(`${env.UPSTREAM}/items?id=${id}`, { headers, signal: req.raw.signal })),
  );
  const failed = responses.find(({ ok }) => !ok);
  if (failed) {
    const { userMessage, kind } = await explainResponse(failed);
    return context.json({ error: userMessage, kind }, 502);
  }
  return context.json({ items: await Promise.all(responses.map((response) => response.json())) });
});

app.onError((error, context) => {
  const refusal = refusalOf(error);
  if (refusal === undefined) throw error;
  const { status, seconds } = refusal;
  return context.json({ error: `Too many requests. Try again in ${seconds} s.` }, status, { "retry-after": String(seconds) });
});

export default app;
