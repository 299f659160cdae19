// What a user may write, by the names and shapes of the public contract. Nothing here runs: that it compiles is the test.
// A renamed or removed member fails as an unknown property or a missing one; a `@ts-expect-error` fails where a mistake compiles.
import {
  CircuitOpenError,
  HttpError,
  PolicyError,
  PolicyOptionError,
  RateLimitError,
  callRecord,
  createPolicy,
  defaultPolicy,
  explain,
  explainResponse,
  fetchWithPolicy,
  formatExplanation,
  readQuotas,
} from "fetch-with-policy";
import type {
  AttemptRecord,
  CallOptions,
  CallRecord,
  CircuitBreakerOptions,
  FetchLike,
  GiveUpReason,
  HeadersLike,
  Hint,
  Host,
  Policy,
  PolicyEvent,
  PolicyOptions,
  PolicySnapshot,
  PolicyState,
  Quota,
  QuotaRule,
  QuotaState,
  RateLimitOptions,
  RequestView,
  RetryContext,
  RetryOptions,
  TimeoutOptions,
  WaitReason,
} from "fetch-with-policy";
import { devtools, type DevtoolsElement } from "fetch-with-policy/devtools";
import { logger, type LoggerOptions } from "fetch-with-policy/debug";
import { telemetry, type TelemetryOptions } from "fetch-with-policy/opentelemetry";
import { callStore, watchQuotas, type CallsState, type CallStore, type QuotaChange } from "fetch-with-policy/state";
import { clever, unit21 } from "fetch-with-policy/profiles";

const asFetch: typeof fetch = fetchWithPolicy;
const asTransport: FetchLike = createPolicy().fetch;

const retry: Required<RetryOptions> = {
  maxAttempts: 4,
  initialDelay: 250,
  backoffFactor: 2,
  maxDelay: 20_000,
  jitter: "full",
  maxRetryAfter: 60_000,
  statuses: [429],
  methods: ["GET"],
  retryNonIdempotent: false,
  budget: { ratio: 0.2, minPerWindow: 3, window: 10_000 },
  decide: async ({ attempt, request, response, error, delay, decision }: RetryContext) => {
    const seen: [number, string, Response | undefined, unknown, number] = [attempt, request.url, response, error, delay];
    return seen.length > 0 ? decision : undefined;
  },
};
const quota: Required<QuotaRule> = { name: "minute", limit: 1200, window: 60_000, algorithm: "fixed", unit: "requests" };
const rateLimit: Required<RateLimitOptions> = {
  quotas: [quota, { limit: 1, window: 1, algorithm: "sliding" }, { limit: 1, window: 1, algorithm: "token-bucket" }],
  scope: (request: RequestView) => request.headers.get("authorization") ?? "",
  pacing: "spread",
  probe: Infinity,
  maxConcurrent: 10,
  maxWait: 120_000,
  maxQueue: 10_000,
  early: false,
  credentials: ["x-customer"],
  buckets: ["/channels/{id}"],
};
const circuitBreaker: Required<CircuitBreakerOptions> = { failureRatio: 0.5, minimumCalls: 10, window: 10_000, openFor: 5000 };
const timeout: Required<TimeoutOptions> = { attempt: 1000, total: 60_000 };
const host: Required<Host> = {
  now: Date.now,
  monotonic: () => performance.now(),
  random: Math.random,
  setTimeout: (callback, ms) => setTimeout(callback, ms),
  clearTimeout: (handle) => clearTimeout(handle as number),
  online: () => undefined,
};
const call: Required<CallOptions> = {
  body: () => new ReadableStream(),
  priority: 1,
  cost: { requests: 1, tokens: 800 },
  timeout,
  retry,
  idempotencyKey: "auto",
  throwHttpErrors: true,
  onEvent: told,
};
const options: Required<PolicyOptions> = {
  ...call,
  profiles: [clever, unit21],
  rateLimit,
  circuitBreaker,
  hedge: { delay: 100, maxHedges: 1 },
  prepare: (request, attempt, last): HeadersLike => [["x-try", `${request.method} ${attempt} ${last?.status ?? ""}`]],
  userTiming: true,
  fetch: asFetch,
  unavailable: "bypass",
  host,
  coordinator: { exchange: () => Promise.reject(new Error("none")) },
  explainer: { explainResponse },
};
createPolicy({ retry: false, rateLimit: false, circuitBreaker: false, hedge: false, idempotencyKey: false, unavailable: "throw" });
createPolicy({ retry: { jitter: "equal", budget: false, decide: () => undefined }, rateLimit: { pacing: "burst" }, host: { now: () => 0 } });
createPolicy({ idempotencyKey: (request) => (request.method === "POST" ? "key" : undefined), cost: 2, body: async () => "text" });
const { tracer, tracerProvider, meter, meterProvider } = {} as Required<TelemetryOptions>;
createPolicy({ onEvent: telemetry() }).extend({ onEvent: telemetry({ tracer, tracerProvider, meter, meterProvider }) });
// @ts-expect-error a tracer that is none
telemetry({ tracer: "fetch" });
// @ts-expect-error a jitter that is not one
createPolicy({ retry: { jitter: "some" } });
// @ts-expect-error an option that is not one
createPolicy({ retires: {} });
// @ts-expect-error an option in the place of one of fetch
void createPolicy().fetch("https://example.com", { retry: { maxAttempts: 1 } });
// @ts-expect-error a quota without a window
createPolicy({ rateLimit: { quotas: [{ limit: 1 }] } });

export async function use(): Promise<void> {
  const policy: Policy = createPolicy(options);
  const response: Response = await policy.fetch(new URL("https://example.com"), { method: "POST", body: "x" }, call);
  await fetchWithPolicy(new Request("https://example.com"));
  await fetchWithPolicy("https://example.com", undefined, policy);
  await fetchWithPolicy("https://example.com", { signal: AbortSignal.timeout(1) }, { retry: { maxAttempts: 1 } });
  policy.extend({ rateLimit: { maxWait: 1 } }).fetch satisfies FetchLike;
  // @ts-expect-error it is bound and not to be replaced
  policy.fetch = asTransport;
  const snapshot: PolicySnapshot = policy.snapshot();
  policy.restore(snapshot);
  const version: 1 = snapshot.version;

  const { subscribe, getState } = defaultPolicy();
  const { pending, waiting: several, quotas: kept }: PolicyState = getState();
  const stop: () => void = subscribe(() => console.log(pending + several, kept[0]?.remaining));
  stop();
  const panel: DevtoolsElement = devtools(policy);
  panel.watch(policy.extend({ onEvent: panel.onEvent }));
  watchQuotas(policy, ({ quota, previous }: QuotaChange) => console.log((quota ?? previous).limit))();
  // @ts-expect-error the state is not to be changed
  getState().pending = 0;

  const states: QuotaState[] = policy.quotas();
  states.map(({ scope, inFlight, waiting, nextAt, source }): [string, number, number, number | undefined, string] => [
    scope,
    inFlight,
    waiting,
    nextAt,
    source,
  ]);
  const lines: string[] = states.flatMap(({ headersHidden, expose }) => (headersHidden === true && expose !== undefined ? [expose] : []));
  void lines;
  const { quotas, retryAfter, limited } = readQuotas(response.headers, { status: 429, now: 0, url: "", body: "" });
  const isRate: boolean | undefined = limited;
  void isRate;
  const hint: Hint | undefined = retryAfter;
  const seen: Quota[] = readQuotas({ "retry-after": "1" }).quotas.concat(quotas);
  const { name, unit, limit, remaining, resetAt, window } = seen[0] ?? { source: "" };
  const told: (string | number | undefined)[] = [name, unit, limit, remaining, resetAt, window, hint?.delay, hint?.source];

  const record: CallRecord | undefined = callRecord(response);
  if (record) {
    const { attempts, waited, gaveUp, retryAt } = record;
    const [first]: (AttemptRecord | undefined)[] = attempts;
    const why: GiveUpReason | undefined = gaveUp;
    const reason: WaitReason | undefined = first?.waitReason;
    told.push(record.call, waited, why, retryAt, reason, first?.startedAt, first?.endedAt, first?.status, first?.error);
    told.push(first?.waitedBefore, first?.quota?.source);
  }
  console.log(formatExplanation(explain({ status: response.status }), { as: "html" }), told, version, (await explainResponse(response, { method: "GET", url: "", requestBody: "" })).id);
}

export function caught(error: unknown): number | string | undefined {
  if (HttpError.is(error)) return error.response.status + error.explanation.title;
  if (RateLimitError.is(error)) return error.quota?.scope ?? error.retryAt;
  if (CircuitOpenError.is(error)) return error.retryAt;
  if (PolicyOptionError.is(error)) return `${error.field}: ${error.expected}`;
  if (PolicyError.is(error)) return `${error.code} ${error.record?.waited} ${error.message} ${String(error.cause)}`;
  const isError: Error | undefined = error instanceof PolicyError ? error : undefined;
  return isError?.name;
}

function told(event: PolicyEvent): void {
  const common: (string | number)[] = [event.call, event.url, event.method, event.attempt, event.at];
  switch (event.type) {
    case "attempt":
      return;
    case "wait":
      return console.log(common, event.reason satisfies WaitReason, event.delay, event.until, event.quota?.limit);
    case "response":
      return console.log(event.status, event.quotas.length);
    case "failure":
      return console.log(event.error);
    case "give-up":
      return console.log(event.reason satisfies GiveUpReason, event.retryAt);
    case "circuit":
      return console.log(event.scope, event.state satisfies "closed" | "open" | "half-open");
    case "share":
      return console.log(event.scope, event.members, event.units, event.scarce, event.ms);
    case "share-lost":
      return console.log(event.scope, event.error, event.until);
    case "share-back":
      return console.log(event.scope);
    case "credential-header":
      return console.log(event.header, event.origin);
    case "misuse":
      return console.log(event.what satisfies "option-in-init" | "policy-as-fetch", event.option);
    case "degraded":
    case "core-failed":
      return console.log(event.error);
    default:
      event satisfies never;
  }
}

// The reasons, each by name, and no other.
export const waits: Record<WaitReason, true> = {
  backoff: true,
  "retry-after": true,
  "rate-limit": true,
  probing: true,
  locked: true,
  outage: true,
  offline: true,
  concurrency: true,
};
export const ends: Record<GiveUpReason, true> = {
  aborted: true,
  "attempts-exhausted": true,
  "budget-exhausted": true,
  "circuit-open": true,
  "core-failed": true,
  deadline: true,
  "hint-too-long": true,
  "host-limit": true,
  "not-replayable": true,
  "not-retryable": true,
  "quota-wait-too-long": true,
  "queue-full": true,
  "server-veto": true,
};

const lines: LoggerOptions = { log: (line) => line.length, slow: 1000 };
createPolicy({ onEvent: logger(lines) });
createPolicy({ onEvent: [logger(), telemetry(), ({ type }) => console.log(type)] as const }).fetch("/", {}, { onEvent: [told, (event) => event.type === "wait" && console.log(event.until)] });
// @ts-expect-error an element is no function
createPolicy({ onEvent: [logger(), "log"] });
// @ts-expect-error: a number
logger({ slow: "5s" });
const store: CallStore = callStore();
createPolicy({ onEvent: store.onEvent });
const unsubscribe: () => void = store.subscribe(() => {});
unsubscribe();
const { calls: openCalls, waiting, nextAt }: CallsState = store.getState();
export const firstWait: number | undefined = waiting > 0 ? nextAt : openCalls[0]?.until;

export const closed: Promise<boolean> = createPolicy().close({ graceMs: 5000 });
export const open: number = createPolicy().pending();
// @ts-expect-error: a number
createPolicy().close({ graceMs: "10 s" });
