/**
 * Spans and metrics of a policy, for OpenTelemetry. Needs `@opentelemetry/api` (1.3 or newer), which the package does not install.
 *
 * @packageDocumentation
 */
import type { Meter, MeterProvider, Tracer, TracerProvider } from "@opentelemetry/api";
import type { PolicyEvent } from "./index.js";

/** Where {@link telemetry} sends spans and metrics. */
export interface TelemetryOptions {
  /** @default a tracer "fetch-with-policy" of `tracerProvider` */
  tracer?: Tracer;
  /** @default the global one */
  tracerProvider?: TracerProvider;
  /** @default a meter "fetch-with-policy" of `meterProvider` */
  meter?: Meter;
  /** @default the global one, as it is when the first attempt ends: register the SDK before that */
  meterProvider?: MeterProvider;
}

/**
 * An `onEvent` that makes a span of each send, and measures it, by OpenTelemetry's semantic conventions for HTTP clients.
 * Make it once; it may serve several policies.
 *
 * Spans are of kind CLIENT and named by the method. They have
 * - `http.request.method` (and `http.request.method_original` where it is none that the conventions know), `url.full` (origin
 *   and path), `server.address`, `server.port`;
 * - `http.request.resend_count` from the second send of a call on;
 * - `http.response.status_code`, or else `error.type`: the code of the error or of its cause, or its name. A status of 400 or
 *   more is its own `error.type`. Both make the span's status ERROR;
 * - `fetch_with_policy.wait.reason` and `fetch_with_policy.wait.duration` (s), where the call waited before the send;
 * - `fetch_with_policy.give_up.reason` and `fetch_with_policy.give_up.retry_at` (epoch ms, where known), where the call ended with it
 *   without success;
 * - an event `fetch_with_policy.circuit` with `fetch_with_policy.circuit.scope` and `.state`, where by it a circuit changed.
 *
 * A call that ends in a wait, or is refused before a send, has a span `give-up GET` of kind INTERNAL for that: as long as the
 * wait was, with the attributes of the wait and of the give-up.
 *
 * A span ends with the headers of the response, with the failure or with the abort, and is exported by the call's next event at
 * the latest; none stays open. The histogram `http.client.request.duration` (s) has the same times.
 *
 * The parent is the span that is active where the call is made, for resends too. Events of a first attempt are reported in the
 * caller's own turn, so any context manager does; only where `prepare` or `body` is asynchronous must it follow promises
 * (Node's does, the web's needs Zone.js). The span is not active during the send: no `traceparent` is sent by this.
 * `prepare` can send that of the parent (second example): use it for your own servers, since from a page to another origin the header
 * costs a preflight, which the server must allow.
 *
 * No header, query, user info, fragment, body or message of an error is in any of it. A secret that stands in a path, as in
 * Slack's webhooks, is: it is in `url.full`.
 *
 * @throws PolicyOptionError for an option that has a wrong type.
 *
 * @example
 * ```js
 * import { createPolicy } from "fetch-with-policy";
 * import { telemetry } from "fetch-with-policy/opentelemetry";
 *
 * const policy = createPolicy({ onEvent: telemetry() });
 * ```
 *
 * @example
 * The caller's span, sent to your own server.
 * ```js
 * import { context, propagation } from "@opentelemetry/api";
 *
 * const policy = createPolicy({
 *   onEvent: telemetry(),
 *   prepare({ url }) {
 *     const headers = {};
 *     if (url.startsWith("https://api.example.com/")) propagation.inject(context.active(), headers);
 *     return headers;
 *   },
 * });
 * ```
 *
 * @example
 * Another listener beside it:
 * ```js
 * const policy = createPolicy({ onEvent: telemetry() }).extend({
 *   onEvent(event) {
 *     if (event.type === "give-up") console.warn(event.method, event.url, event.reason);
 *   },
 * });
 * ```
 */
export function telemetry(options?: TelemetryOptions): (event: PolicyEvent) => void;
