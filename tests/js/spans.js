// The real SDK, exporting to memory: what spans and metrics a policy gave.
import { context } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { AggregationTemporality, InMemoryMetricExporter, MeterProvider, PeriodicExportingMetricReader } from "@opentelemetry/sdk-metrics";
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-base";
import { telemetry } from "fetch-with-policy/opentelemetry";

context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());

export function sdk() {
  const exporter = new InMemorySpanExporter();
  const started = [];
  const counter = { onStart: (span) => started.push(span), onEnd() {}, forceFlush: async () => {}, shutdown: async () => {} };
  const tracerProvider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter), counter] });
  const metrics = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter: metrics, exportIntervalMillis: 2 ** 30 });
  const meterProvider = new MeterProvider({ readers: [reader] });
  return {
    onEvent: telemetry({ tracerProvider, meterProvider }),
    tracer: tracerProvider.getTracer("test"),
    /** The spans that have ended, in the order of their starts. */
    spans: () => started.filter((span) => exporter.getFinishedSpans().includes(span)),
    open: () => started.filter((span) => !span.ended).map((span) => span.name),
    async points() {
      await reader.forceFlush();
      return metrics.getMetrics().at(-1)?.scopeMetrics.flatMap(({ metrics }) => metrics) ?? [];
    },
    stop: () => meterProvider.shutdown(),
  };
}
