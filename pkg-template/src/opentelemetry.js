// @ts-check
/**
 * An `onEvent` that tells OpenTelemetry: a client span for each send, as the HTTP conventions name things
 * (https://opentelemetry.io/docs/specs/semconv/http/), and the duration metric. What the conventions have no word for is under
 * `fetch_with_policy`.
 *
 * Sends of one call are siblings: each has the span for its parent that was active when the call was made, since another call
 * may be the one that ends a wait. What came of a send is known by the call's next event, so the span of one that failed
 * stands until that, and ends with the time of its response. The driver's word for it: the last event of a call is a
 * "give-up", or a "response" that is no error.
 */
import { context, metrics, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import { FIRST_ERROR } from "./core-facts.js";
import { PolicyOptionError } from "./errors.js";

/** @typedef {import("../index.js").PolicyEvent} PolicyEvent */
/** @typedef {import("@opentelemetry/api").Attributes} Attributes */

/**
 * @typedef {object} Send
 * @property {import("@opentelemetry/api").Span} span
 * @property {Attributes} common what the metric tells too
 * @property {Instant} start
 * @property {Instant} [end]
 *
 * @typedef {object} Call
 * @property {import("@opentelemetry/api").Context} parent
 * @property {Map<number, Send>} sends those whose span stands, by attempt
 * @property {Instant} [waits] since when
 * @property {string} [reason] what for
 *
 * @typedef {{ wall: number, mono: number }} Instant
 */

const NAME = "fetch-with-policy";
/** Methods that the conventions know; others would be names without end. */
const METHODS = "CONNECT DELETE GET HEAD OPTIONS PATCH POST PUT QUERY TRACE".split(" ");
/** The conventions' buckets; s. */
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];
/** Calls that are remembered: one that vanished with the request of a worker that it was made in is never told to end. */
const MOST = 50_000;
/** The options, and the method that tells each one. */
const OPTIONS = /** @type {Record<string, string>} */ ({
  meter: "createHistogram",
  meterProvider: "getMeter",
  tracer: "startSpan",
  tracerProvider: "getTracer",
});

// A member's name survives minifiers: see policy.js.
export const { telemetry } = {
  /** @param {import("../opentelemetry.js").TelemetryOptions} [options] */
  telemetry: (options) => listener(options),
};

/**
 * @param {import("../opentelemetry.js").TelemetryOptions} [options]
 * @returns {(event: PolicyEvent) => void}
 */
function listener(options = {}) {
  check(options);
  const tracer = options.tracer ?? (options.tracerProvider ?? trace).getTracer(NAME);
  /** @type {Map<number, Call>} */
  const calls = new Map();
  /** @type {import("@opentelemetry/api").Histogram | undefined} */
  let histogram;

  /**
   * @param {Call} call
   * @param {PolicyEvent} event
   */
  function begin(call, event) {
    const common = address(event);
    const resent = event.attempt > 1 ? { "http.request.resend_count": event.attempt - 1 } : {};
    const start = instant();
    const attributes = { ...common, ...original(event), ...resent, ...waited(call, start) };
    const span = tracer.startSpan(nameOf(common), { kind: SpanKind.CLIENT, attributes, startTime: time(start) }, call.parent);
    const { "url.full": _, ...few } = common;
    call.sends.set(event.attempt, { span, common: few, start });
    call.waits = undefined;
  }

  /**
   * @param {Call} call
   * @param {Send} send
   * @param {number | undefined} status
   * @param {string | undefined} error
   */
  function answer({ parent }, send, status, error) {
    send.end = instant();
    const outcome = {
      ...(status !== undefined && { "http.response.status_code": status }),
      ...(error !== undefined && { "error.type": error }),
    };
    send.span.setAttributes(outcome);
    // No description: the status says all, and messages of transports hold addresses.
    if (error !== undefined) send.span.setStatus({ code: SpanStatusCode.ERROR });
    // Not at once: meters, unlike tracers, are deaf for ever if asked for before the SDK is there.
    histogram ??= (options.meter ?? (options.meterProvider ?? metrics).getMeter(NAME)).createHistogram("http.client.request.duration", {
      description: "Duration of HTTP client requests.",
      unit: "s",
      advice: { explicitBucketBoundaries: BUCKETS },
    });
    histogram.record((send.end.mono - send.start.mono) / 1000, { ...send.common, ...outcome }, trace.setSpan(parent, send.span));
  }

  /**
   * Why a call ended, told by the span of its last send; where there is none, in a wait or before a first send, by one of its own.
   * @param {Call} call
   * @param {PolicyEvent & { type: "give-up" }} event
   */
  function giveUp(call, event) {
    const { reason, retryAt } = event;
    const why = { "fetch_with_policy.give_up.reason": reason, ...(retryAt !== undefined && { "fetch_with_policy.give_up.retry_at": retryAt }) };
    const send = call.sends.get(event.attempt);
    if (send !== undefined) {
      send.span.setAttributes(why);
      return;
    }
    const end = instant();
    const common = address(event);
    const attributes = { ...common, ...original(event), ...waited(call, end), ...why, "error.type": reason };
    const span = tracer.startSpan(`give-up ${nameOf(common)}`, { attributes, startTime: time(call.waits ?? end) }, call.parent);
    span.setStatus({ code: SpanStatusCode.ERROR });
    span.end(time(end));
  }

  return (event) => {
    const { type, attempt } = event;
    const known = calls.get(event.call);
    if (known === undefined && type !== "attempt" && type !== "wait" && type !== "give-up") return;
    /** @type {Call} */
    const call = known ?? { parent: context.active(), sends: new Map() };
    if (known === undefined) remember(event.call, call);
    const send = call.sends.get(attempt);
    if (type === "attempt") {
      settle(call, false);
      begin(call, event);
    } else if (type === "wait") {
      settle(call, false);
      call.waits ??= instant();
      call.reason = event.reason;
    } else if (type === "response" && send !== undefined) {
      answer(call, send, event.status, event.status >= FIRST_ERROR ? `${event.status}` : undefined);
      // What the same turn still tells of it, a circuit that it closed, comes before.
      if (event.status < FIRST_ERROR) queueMicrotask(() => over(event.call, call));
    } else if (type === "failure" && send !== undefined) {
      answer(call, send, undefined, typeOf(event.label));
    } else if (type === "circuit") {
      send?.span.addEvent("fetch_with_policy.circuit", { "fetch_with_policy.circuit.scope": event.scope, "fetch_with_policy.circuit.state": event.state });
    } else if (type === "give-up") {
      giveUp(call, event);
      over(event.call, call);
    }
  };

  /**
   * @param {number} id
   * @param {Call} call
   */
  function remember(id, call) {
    const [oldest] = calls.size < MOST ? [] : calls;
    if (oldest !== undefined) over(...oldest);
    calls.set(id, call);
  }

  /**
   * @param {number} id
   * @param {Call} call
   */
  function over(id, call) {
    settle(call, true);
    if (calls.get(id) === call) calls.delete(id);
  }
}

/**
 * Ends the spans of what was answered, or of all.
 * @param {Call} call
 * @param {boolean} all
 */
function settle({ sends }, all) {
  for (const [attempt, { span, end }] of sends) {
    if (end === undefined && !all) continue;
    span.end(time(end ?? instant()));
    sends.delete(attempt);
  }
}

/** @param {string} name */
function unknown(name) {
  const known = Object.keys(OPTIONS).join(", ");
  return new PolicyOptionError(name, `one of ${known}`, `unknown option "${name}"; known are ${known}`);
}

/** @param {any} options */
function check(options) {
  if (typeof options !== "object" || options === null) throw new PolicyOptionError("", "an object");
  for (const [name, value] of Object.entries(options)) {
    const method = OPTIONS[name];
    if (method === undefined) throw unknown(name);
    if (value !== undefined && typeof value?.[method] !== "function") throw new PolicyOptionError(name, `an object with a method ${method}`);
  }
}

/**
 * What is asked of whom. An event's address has no query and no user in it.
 * @param {PolicyEvent} event
 */
function address({ url, method }) {
  const { hostname, port, protocol } = new URL(url);
  return {
    "http.request.method": METHODS.includes(method) ? method : "_OTHER",
    "server.address": hostname.replace(/^\[|\]$/g, ""),
    "server.port": Number(port) || (protocol === "https:" ? 443 : 80),
    "url.full": url,
  };
}

/** @param {{ "http.request.method": string }} common */
const nameOf = ({ "http.request.method": method }) => (method === "_OTHER" ? "HTTP" : method);

/** @param {PolicyEvent} event */
const original = ({ method }) => (METHODS.includes(method) ? {} : { "http.request.method_original": method });

/**
 * @param {Call} call
 * @param {Instant} until
 * @returns {Attributes}
 */
function waited({ waits, reason }, until) {
  if (waits === undefined) return {};
  return { "fetch_with_policy.wait.reason": reason, "fetch_with_policy.wait.duration": (until.mono - waits.mono) / 1000 };
}

/**
 * What failed, in a word: the code of an error or of its cause, else its name; of a label, which the core made. A number (that
 * of a DOMException) says less than the name.
 * @param {string | undefined} label
 */
function typeOf(label) {
  const [name, code = ""] = (label ?? "").split(" ");
  return (/\D/.test(code) ? code : name) || "_OTHER";
}

/** @returns {Instant} */
const instant = () => ({ wall: Date.now(), mono: performance.now() });

/**
 * The SDK's form of an instant: seconds and nanoseconds, which it cannot take for anything else.
 * @param {Instant} at
 * @returns {[number, number]}
 */
const time = ({ wall }) => [Math.floor(wall / 1000), (wall % 1000) * 1e6];
