// `fetch-with-policy/opentelemetry` under the real SDK, against a real server.
import assert from "node:assert/strict";
import { test } from "node:test";
import { context, metrics, propagation, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import { W3CTraceContextPropagator } from "@opentelemetry/core";
import { createPolicy, PolicyOptionError, RateLimitError } from "fetch-with-policy";
import { telemetry } from "fetch-with-policy/opentelemetry";
import { script, serve } from "./server.js";
import { sdk } from "./spans.js";

const QUICK = { initialDelay: 1, budget: false };

/** A server, the SDK, and a policy that tells it; afterwards no span may stand open. */
async function watched(answer, options, run) {
  const server = await serve(answer);
  const seen = sdk();
  try {
    await run({ ...server, ...seen, policy: createPolicy({ retry: QUICK, onEvent: seen.onEvent, ...options }) });
    assert.deepEqual(seen.open(), [], "spans that never end");
  } finally {
    await seen.stop();
    await server.close();
  }
}

const of = (spans, name) => spans.map(({ attributes }) => attributes[name]);

test("each send is a client span, as the conventions have it", () =>
  watched(script([503], [404]), {}, async ({ url, policy, spans }) => {
    await policy.fetch(`${url}/items?token=1#part`, { method: "DELETE" });
    const [first, second] = spans();
    assert.equal(spans().length, 2);
    assert.deepEqual([first.name, first.kind, first.status], ["DELETE", SpanKind.CLIENT, { code: SpanStatusCode.ERROR }]);
    assert.deepEqual(first.attributes, {
      "http.request.method": "DELETE",
      "server.address": "127.0.0.1",
      "server.port": Number(new URL(url).port),
      "url.full": `${url}/items`,
      "http.response.status_code": 503,
      "error.type": "503",
    });
    const { "fetch_with_policy.wait.duration": duration, ...rest } = second.attributes;
    assert.ok(duration >= 0 && duration < 1, duration);
    assert.deepEqual(rest, {
      ...first.attributes,
      "http.request.resend_count": 1,
      "http.response.status_code": 404,
      "error.type": "404",
      "fetch_with_policy.wait.reason": "backoff",
      "fetch_with_policy.give_up.reason": "not-retryable",
    });
    assert.deepEqual([first.events, second.events], [[], []]);
  }));

test("a good answer leaves the status unset, and a wait that was asked for is told in seconds", () =>
  watched(script([429, { "retry-after": "1" }], [200]), {}, async ({ url, policy, spans }) => {
    await policy.fetch(url);
    const [limited, good] = spans();
    assert.deepEqual([limited.status.code, good.status.code], [SpanStatusCode.ERROR, SpanStatusCode.UNSET]);
    assert.equal(good.attributes["fetch_with_policy.wait.reason"], "retry-after");
    const waited = good.attributes["fetch_with_policy.wait.duration"];
    assert.ok(waited >= 1 && waited < 3, waited);
    const seconds = ([s, ns]) => s + ns / 1e9;
    assert.ok(seconds(limited.endTime) - seconds(limited.startTime) < 0.9, "the wait is no part of the send");
    assert.ok(seconds(good.startTime) - seconds(limited.endTime) >= 0.99);
  }));

test("a failure is told by its code, without its message", () =>
  watched(script([200]), {}, async ({ policy, spans, points }) => {
    await assert.rejects(policy.fetch("http://127.0.0.1:1/", { method: "POST" }));
    const [span] = spans();
    assert.equal(spans().length, 1);
    assert.match(span.attributes["error.type"], /^(ECONNREFUSED|TypeError)$/);
    assert.deepEqual([span.status, span.events], [{ code: SpanStatusCode.ERROR }, []]);
    assert.equal(span.attributes["http.response.status_code"], undefined);
    const [metric] = await points();
    assert.equal(metric.dataPoints[0].attributes["error.type"], span.attributes["error.type"]);
  }));

test("an abort ends the span of the send that it ends", () =>
  watched(() => {}, {}, async ({ url, policy, spans }) => {
    await assert.rejects(policy.fetch(url, { signal: AbortSignal.timeout(50) }), { name: "TimeoutError" });
    assert.deepEqual([of(spans(), "error.type"), of(spans(), "fetch_with_policy.give_up.reason")], [["TimeoutError"], ["aborted"]]);
  }));

test("an abort in a wait is told by a span of the wait", () =>
  watched(script([503, { "retry-after": "30" }]), {}, async ({ url, policy, spans }) => {
    await assert.rejects(policy.fetch(url, { signal: AbortSignal.timeout(200) }));
    const [send, wait] = spans();
    assert.deepEqual([send.name, wait.name, wait.kind, wait.status.code], ["GET", "give-up GET", SpanKind.INTERNAL, SpanStatusCode.ERROR]);
    assert.equal(send.attributes["fetch_with_policy.give_up.reason"], undefined);
    const { "fetch_with_policy.wait.duration": waited, ...rest } = wait.attributes;
    assert.ok(waited > 0.05 && waited < 5, waited);
    assert.equal(rest["fetch_with_policy.wait.reason"], "retry-after");
    assert.deepEqual([rest["error.type"], rest["fetch_with_policy.give_up.reason"]], ["aborted", "aborted"]);
  }));

test("a call that is refused before a send has a span that says why and until when", () =>
  watched(script([200]), { rateLimit: { quotas: [{ limit: 1, window: 60_000 }], maxWait: 10 } }, async ({ url, policy, spans }) => {
    await policy.fetch(url);
    const error = await policy.fetch(url).catch((error) => error);
    assert.ok(RateLimitError.is(error));
    const [, refused] = spans();
    assert.equal(refused.name, "give-up GET");
    assert.equal(refused.attributes["fetch_with_policy.give_up.reason"], "quota-wait-too-long");
    assert.equal(refused.attributes["fetch_with_policy.give_up.retry_at"], error.retryAt);
  }));

test("a circuit is an event of the send that changed it", () =>
  watched(script([503], [200]), { retry: false, circuitBreaker: { minimumCalls: 1, openFor: 50 } }, async ({ url, policy, spans }) => {
    await policy.fetch(url);
    await new Promise((resolve) => setTimeout(resolve, 80));
    await policy.fetch(url);
    const states = spans().map(({ events }) => events.map(({ name, attributes }) => [name, attributes["fetch_with_policy.circuit.state"]]));
    assert.deepEqual(states, [["open"], ["half-open", "closed"]].map((list) => list.map((state) => ["fetch_with_policy.circuit", state])));
    assert.equal(spans()[0].events[0].attributes["fetch_with_policy.circuit.scope"], url);
  }));

test("a callback that throws leaves no span open", () =>
  watched(script([503]), {}, async ({ url, policy, spans }) => {
    const mine = new Error("mine");
    const fail = () => {
      throw mine;
    };
    await assert.rejects(policy.extend({ prepare: fail }).fetch(url), mine);
    await assert.rejects(policy.extend({ prepare: (_, attempt) => (attempt > 1 ? fail() : undefined) }).fetch(url), mine);
    await assert.rejects(policy.extend({ retry: { ...QUICK, decide: fail } }).fetch(url), mine);
    assert.deepEqual(spans().map(({ name }) => name), ["give-up GET", "GET", "give-up GET", "GET"]);
    assert.deepEqual(of(spans(), "fetch_with_policy.give_up.reason"), ["not-retryable", undefined, "not-retryable", "not-retryable"]);
  }));

test("the span that is active at the call is the parent of all its sends, whoever ends its waits", () =>
  watched(script([503], [503], [200]), { rateLimit: { maxConcurrent: 1 } }, async ({ url, policy, spans, tracer }) => {
    const parents = ["one", "two", "three"].map((name) => tracer.startSpan(name));
    await Promise.all(parents.map((parent) => context.with(trace.setSpan(context.active(), parent), () => policy.fetch(`${url}/${parent.name}`))));
    for (const parent of parents) parent.end();
    const sends = spans().filter(({ kind }) => kind === SpanKind.CLIENT);
    assert.equal(sends.length, 5);
    for (const send of sends) {
      const parent = parents.find(({ name }) => send.attributes["url.full"].endsWith(`/${name}`));
      assert.equal(send.parentSpanContext.spanId, parent.spanContext().spanId, send.attributes["url.full"]);
    }
  }));

test("two policies may share one listener", () =>
  watched(script([200]), {}, async ({ url, policy, onEvent, spans }) => {
    const other = createPolicy({ onEvent });
    await Promise.all([policy.fetch(`${url}/one`), other.fetch(`${url}/two`)]);
    assert.deepEqual(of(spans(), "url.full").sort(), [`${url}/one`, `${url}/two`]);
  }));

test("the duration of each send is measured, in seconds, by method, server and outcome", () =>
  watched(script([503], [200]), {}, async ({ url, policy, points }) => {
    await policy.fetch(`${url}/items?q=1`, { method: "POST" });
    await policy.fetch(`${url}/other`);
    const [metric] = await points();
    const { name, unit } = metric.descriptor;
    assert.deepEqual([name, unit], ["http.client.request.duration", "s"]);
    const server = { "server.address": "127.0.0.1", "server.port": Number(new URL(url).port) };
    assert.deepEqual(metric.dataPoints.map(({ attributes, value }) => [attributes, value.count]), [
      [{ "http.request.method": "POST", ...server, "http.response.status_code": 503, "error.type": "503" }, 1],
      [{ "http.request.method": "GET", ...server, "http.response.status_code": 200 }, 1],
    ]);
    assert.deepEqual(metric.dataPoints[0].value.buckets.boundaries.slice(0, 2), [0.005, 0.01]);
    assert.ok(metric.dataPoints.every(({ value }) => value.sum > 0 && value.sum < 1));
  }));

test("calls that vanish, as with a worker's request, are not remembered for ever", async () => {
  const { onEvent, open, spans, stop } = sdk();
  const told = { url: "https://api.example.com/", method: "GET", attempt: 1, at: 0 };
  onEvent({ ...told, call: 1, type: "attempt" });
  for (let call = 2; call <= 50_000; call++) onEvent({ ...told, call, type: "wait", reason: "backoff", delay: 1, until: 1 });
  assert.deepEqual([open(), spans().length], [["GET"], 0]);
  onEvent({ ...told, call: 50_001, type: "wait", reason: "backoff", delay: 1, until: 1 });
  assert.deepEqual([open(), spans().length], [[], 1]);
  await stop();
});

test("a method without a name is HTTP's, with its own word beside it", () =>
  watched(script([200]), {}, async ({ url, policy, spans }) => {
    await policy.fetch(url, { method: "PURGE" });
    const [span] = spans();
    const { "http.request.method": method, "http.request.method_original": original } = span.attributes;
    assert.deepEqual([span.name, method, original], ["HTTP", "_OTHER", "PURGE"]);
  }));

test("without an SDK nothing is told and nothing fails", () =>
  watched(script([503], [200]), { onEvent: telemetry() }, async ({ url, policy }) => {
    assert.equal((await policy.fetch(url)).status, 200);
  }));

test("a tracer and a meter may be given, and what is none is refused by name", () =>
  watched(script([200]), {}, async ({ url, tracer, spans }) => {
    const meter = metrics.getMeter("none");
    await createPolicy({ onEvent: telemetry({ tracer, meter, tracerProvider: undefined }) }).fetch(url);
    assert.equal(spans().length, 1);
    const rows = [
      [{ tracer: 5 }, "tracer", /startSpan/],
      [{ meterProvider: {} }, "meterProvider", /getMeter/],
      [{ traces: tracer }, "traces", /one of meter, /],
      [null, "", /object/],
    ];
    for (const [options, field, expected] of rows) {
      assert.throws(() => telemetry(options), (error) => PolicyOptionError.is(error) && error.field === field && expected.test(error.expected));
    }
  }));

test("by `prepare` the caller's span is told to the server, by each send", async (test) => {
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  test.after(() => propagation.disable());
  const met = [];
  const transport = async (_input, { headers }) => new Response(null, { status: met.push(headers.get("traceparent")) === 1 ? 503 : 200 });
  const prepare = () => {
    const headers = {};
    propagation.inject(context.active(), headers);
    return headers;
  };
  await watched(script([200]), { fetch: transport, prepare }, async ({ policy, spans }) => {
    const [traceId, spanId] = ["0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"];
    const parent = trace.setSpanContext(context.active(), { traceId, spanId, traceFlags: 1 });
    await context.with(parent, () => policy.fetch("https://api.example.com/"));
    assert.deepEqual(met, Array(2).fill(`00-${traceId}-${spanId}-01`));
    assert.equal(spans().filter(({ parentSpanContext }) => parentSpanContext?.spanId === spanId).length, 2);
  });
});
