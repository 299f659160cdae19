/**
 * `fetch` with a policy, and an explainer of what went wrong.
 *
 * Durations are milliseconds and instants are milliseconds since the Unix epoch, as everywhere in the web platform.
 *
 * In a page, the core (WebAssembly) is loaded by `import()` when a call needs it, and the explainer with the first error. Until then,
 * synchronous functions that need them return little and never throw: see {@link initPolicy} and {@link initExplain}.
 * `fetch-with-policy/static` has the same names and loads everything at once: for service workers, which refuse `import()`, and for tests
 * in a browser. Hosts other than pages always load everything at once.
 *
 * @packageDocumentation
 */

import type { Coordinator } from "./share.js";

export type { Coordinator, ShareMessage, ShareReply } from "./share.js";

/** The type of a transport: the platform's `fetch`. */
export type FetchLike = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

/** Headers in any form that `fetch` takes. */
export type HeadersLike = Headers | Record<string, string> | [string, string][];

/**
 * `fetch` that keeps to rate limits, and retries where that is safe and may help.
 *
 * It resolves to the `Response` of the host's fetch, whatever its status. Where the policy gives up after a response,
 * that response is the result, and {@link callRecord} says why.
 *
 * It rejects with
 * - the signal's own reason, on an abort;
 * - a `TimeoutError` DOMException, on a deadline ({@link TimeoutOptions});
 * - {@link RateLimitError} or {@link CircuitOpenError}, before anything is sent, where the policy refuses;
 * - a {@link PolicyError} with the code "core-failed", where the package's WebAssembly failed meanwhile ({@link PolicyOptions.unavailable}),
 *   or "closed", where the policy is ({@link Policy.close});
 * - the host's own error, where the network failed and another attempt is not due.
 *
 * Without `policy`, all callers share one default policy and so one view of each quota. Plain options change that policy for
 * this call only and keep its state; for a separate state, make a policy with {@link createPolicy}.
 *
 * @example
 * ```js
 * const response = await fetchWithPolicy("https://api.example.com/items", { signal });
 * ```
 */
export function fetchWithPolicy(
  input: string | URL | Request,
  init?: RequestInit,
  policy?: Policy | PolicyOptions,
): Promise<Response>;

/**
 * A policy with its own state: quotas, retry budget, circuits. Make it once, at module scope, not for each call.
 *
 * @throws PolicyOptionError for an unknown option or a value that is not allowed; it names the field and what was expected.
 * @throws PolicyError where WebAssembly is not available: see {@link PolicyOptions.unavailable}.
 *
 * @example
 * ```js
 * import { createPolicy } from "fetch-with-policy";
 * import { clever } from "fetch-with-policy/profiles";
 *
 * const policy = createPolicy({ profiles: [clever], timeout: { total: 60_000 } });
 * const response = await policy.fetch("https://api.clever.com/v3.0/users");
 * ```
 */
export function createPolicy(options?: PolicyOptions): Policy;

/**
 * The policy that {@link fetchWithPolicy} uses where no other is given: to see its state, or to close it.
 *
 * @example
 * ```js
 * console.log(defaultPolicy().quotas());
 * ```
 */
export function defaultPolicy(): Policy;

/**
 * Loads the core now: `true` once it is loaded, `false` if it cannot be loaded for now, and calls go out as plain fetch.
 *
 * You need not call it. A page loads the core when a call needs it: when `rateLimit.probe` calls to its origin are in flight, for a
 * response that is an error or has a rate-limit header, for an option that the first send depends on (`hedge`, `body`, `circuitBreaker`,
 * `host`, `cost`, `userTiming`), and for `quotas()`, `snapshot()` and `readQuotas`. Calls wait for it 10 s at most. It then takes over the
 * calls before it, as if it had been loaded from the start. Until then, `quotas()` and `readQuotas` return no quotas, `snapshot()` returns
 * what was restored, and a bad snapshot for `restore` is reported on the console later instead of thrown. In other hosts, and in
 * `fetch-with-policy/static`, the core is always loaded.
 */
export function initPolicy(): Promise<boolean>;

/** Made by {@link createPolicy}. */
export interface Policy {
  /**
   * `fetch` under this policy. It needs no `this`: hand it to an SDK that takes a `fetch`, or assign it to
   * `globalThis.fetch`. It does not call itself then: the fetch that stood there at import is used.
   */
  readonly fetch: (input: string | URL | Request, init?: RequestInit, call?: CallOptions) => Promise<Response>;
  /**
   * Every quota that a server reported or that was configured, as it is now. Where an API hides its headers from the page and no
   * quota is known, an entry without a limit says so ({@link Quota.headersHidden}).
   */
  quotas(): QuotaState[];
  /**
   * A policy with other options over the same state. Options are merged one level deep: an array replaces the one before,
   * `undefined` keeps what there was. An `onEvent` is added to the one before.
   */
  extend(options: PolicyOptions): Policy;
  /** The state as plain data, to restore in another page or isolate. It contains no credentials. */
  snapshot(): PolicySnapshot;
  /**
   * Restores a {@link Policy.snapshot}. It keeps what this policy knows already. A quota whose window is over is ignored, and so is
   * one of a scope beyond the 1000 that a policy keeps.
   *
   * @throws PolicyOptionError if it cannot be read; `field` is the path, such as "quotas.1.limit". The state does not change
   * then: everything is checked before anything is restored.
   * @throws PolicyError with the code "core-failed" if the core failed; the state is then empty.
   */
  restore(snapshot: PolicySnapshot): void;
  /**
   * Calls `listener` after calls begin, are sent, wait, get a response or end, and so after each change of a quota, and after
   * {@link Policy.restore} (in a page: once the core is loaded), until the function that it returns is called. Changes in one turn of the
   * event loop are one call, soon after it. What `listener` throws goes to the console. It needs no `this`.
   *
   * @throws PolicyOptionError if `listener` is not a function.
   * @example
   * ```js
   * // React; other frameworks take the two functions as they are, too.
   * const { pending, waiting } = useSyncExternalStore(policy.subscribe, policy.getState);
   * ```
   */
  subscribe(listener: () => void): () => void;
  /** The state for a user interface: the same frozen object until something changes. It needs no `this`. */
  getState(): PolicyState;
  /** How many calls are not over: in flight, or waiting. Those of policies that are extended from one another are counted together. */
  pending(): number;
  /**
   * Closes this policy, and those that are extended from it or that it is extended from. New calls, and calls that wait, reject with a
   * {@link PolicyError} whose `code` is "closed"; calls in flight end as they do, without a retry. Calling it again is harmless.
   *
   * @returns true once no call is left; false if some are after `graceMs`. In a page whose core cannot be loaded false at once.
   * @throws PolicyOptionError (as a rejection) if `graceMs` is not a number of 0 or more, or there is another option; it stays open then.
   * In a page, before the core is loaded, it is closed even so.
   * @example
   * ```js
   * process.once("SIGTERM", async () => {
   *   await policy.close({ graceMs: 10_000 });
   *   process.exit();
   * });
   * ```
   */
  close(options?: { /** How long to wait for calls in flight, ms. @default Infinity */ graceMs?: number }): Promise<boolean>;
}

/**
 * What {@link Policy.getState} returns. Policies that are extended from one another have one state. In a page, before the core is
 * loaded, `waiting` is 0 and `quotas` is empty.
 */
export interface PolicyState {
  /** How many calls are not over, as {@link Policy.pending}. */
  readonly pending: number;
  /** How many of them wait. */
  readonly waiting: number;
  /** What {@link Policy.quotas} returned after the last change. A reset that only time brought is not in it: compare `resetAt`. */
  readonly quotas: readonly QuotaState[];
}

/** Options that may differ from call to call. */
export interface CallOptions {
  /**
   * Makes the body again for each attempt. Needed only for a stream: it cannot be sent twice, so without this a call with one
   * is not retried. Where the host sends no streams (WebKit; Firefox, which sends the text `[object ReadableStream]` instead; Chromium
   * over HTTP/1), make a Blob: `await new Response(stream).blob()`, which is sent again without this.
   */
  body?: () => NonNullable<RequestInit["body"]> | PromiseLike<NonNullable<RequestInit["body"]>>;
  /** Among calls that wait for one quota, a higher one goes first. @default 0 */
  priority?: number;
  /**
   * How much of a quota the call takes; by unit where a record: `{ requests: 1, tokens: 800 }`. A quota of another unit than
   * requests holds back only calls that say here what they take of it. @default 1 of "requests"
   */
  cost?: number | Record<string, number>;
  /** When to stop trying. @default no deadline */
  timeout?: TimeoutOptions;
  /** When to send again; `false`: never. */
  retry?: false | RetryOptions;
  /**
   * The `Idempotency-Key` of a POST or PATCH, the same for all its attempts: a server that honours it makes their retry safe.
   * "auto" draws one; a function gives one. @default false
   */
  idempotencyKey?: false | "auto" | ((request: RequestView) => string | undefined | PromiseLike<string | undefined>);
  /** Reject with {@link HttpError} instead of resolving to a response that is not ok. @default false */
  throwHttpErrors?: boolean;
  /**
   * Called for every attempt, wait, response and end of a call. The listeners of a policy, of those that it is extended from and of the
   * call are all called, in this order; a function that is given twice is called once. An array is several listeners. If one throws or
   * rejects, the error goes to the console and harms neither the others nor a call. For OpenTelemetry, give `telemetry()` of
   * "fetch-with-policy/opentelemetry".
   */
  onEvent?: ((event: PolicyEvent) => void) | readonly ((event: PolicyEvent) => void)[];
}

/** Options of {@link createPolicy}. Options of the caller go before those of the host's profile, and these before the defaults. */
export interface PolicyOptions extends CallOptions {
  /** What is known of some APIs: quotas, retry rules and errors. Each profile applies to its own hosts only. @default none */
  profiles?: Profile[];
  /**
   * The explainer for the response of an {@link HttpError}: `{ explainResponse }` of this package, or a {@link createExplainer}, whose
   * catalogs and texts then replace the profiles' catalogs.
   * @default the built-in one, with the profiles' catalogs, if the application imports `explainResponse`, `explain` or `createExplainer`
   * anywhere. If it does not, explanations read the status alone: a policy by itself brings no explainer into a bundle
   */
  explainer?: {
    /** Explains the response; see {@link explainResponse}. */
    explainResponse: typeof explainResponse;
  };
  /** How to keep to rate limits; `false`: not at all. */
  rateLimit?: false | RateLimitOptions;
  /**
   * Refuse calls at once while a server keeps failing: with a {@link CircuitOpenError}, or with the result of the attempt before.
   * Each route has a circuit of its own: one method and path of one origin, where segments that look like ids count as one. So an
   * endpoint that fails refuses no calls to the others. @default false
   */
  circuitBreaker?: false | CircuitBreakerOptions;
  /** Send again while the first send has no response, and take the first good one; see {@link HedgeOptions}. @default false */
  hedge?: false | HedgeOptions;
  /**
   * Headers to set before each attempt, such as a refreshed token. `last` is the result of the attempt before; it is empty
   * while that is still in flight (see {@link HedgeOptions}).
   *
   * The credentials decide which quota the call takes from ({@link RateLimitOptions.scope}), so it is called before the call waits for its
   * turn, and once more after such a wait, for the same attempt: what is sent is never old. If it must run only once, cache its
   * result.
   *
   * After a 401 or 407, if `prepare` returns other credentials than were sent, the request is sent again at once, whatever the method:
   * the server has done nothing. That spends no retry budget, happens once in a call, and needs an attempt that is left, a body that can
   * be sent again and a `decide` that does not return `false`. If it returns the same credentials, the 401 is the result, its body unread.
   *
   * @example
   * ```js
   * let token = await signIn(), refreshing;
   * const policy = createPolicy({
   *   async prepare(request, attempt, last) {
   *     // One refresh, however many calls wait for it.
   *     if (last?.status === 401) token = await (refreshing ??= refresh().finally(() => (refreshing = undefined)));
   *     return { authorization: `Bearer ${token}` };
   *   },
   * });
   * ```
   */
  prepare?: (
    request: RequestView,
    attempt: number,
    last?: { status?: number; error?: unknown },
  ) => HeadersLike | undefined | PromiseLike<HeadersLike | undefined>;
  /**
   * Show attempts and waits in the browser's performance panel: a `performance.measure` for each, on a track of its origin,
   * named like "fetch-with-policy GET https://api.example.com/items attempt 2" and "... wait retry-after". Without query, user info or
   * fragment. Each is cleared from the page's buffer at once, so that a page that lives long keeps none: a panel that records
   * shows them and a `PerformanceObserver` receives them, but `getEntriesByType` has none. Without
   * `performance.measure`, nothing happens. @default false
   */
  userTiming?: boolean;
  /**
   * The transport. Where it is the `fetch` of another policy, that one alone retries, and this one's `retry` counts for nothing.
   * @default globalThis.fetch, looked up at each call
   */
  fetch?: FetchLike;
  /**
   * What to do if the core cannot be loaded: if WebAssembly is forbidden (a Content-Security-Policy without 'wasm-unsafe-eval', a
   * lockdown mode), and in a page also if its file is missing (a deploy while the tab is open, a blocker; offline, calls wait for the
   * network). "throw": a {@link PolicyError} with the code "wasm-unavailable"; in a page, only for a call that was not sent yet. "bypass":
   * calls go out as plain fetch. In a page they obey `Retry-After`, up to 2 minutes; the console shows one warning, each policy sends one
   * "degraded" event, and later calls try the load again: after 1 s at first, then after twice as long each time, up to a minute.
   *
   * It also decides where the package's WebAssembly fails while calls are under way, because its memory cannot grow. All calls of
   * that moment then end: with "throw" they reject with a {@link PolicyError} with the code "core-failed", whose `cause` is the host's
   * error; with "bypass" a call that waits is sent at once, and one that was sent gives its response, without a retry or a time
   * limit. The next call of each policy gets a new instance with the same options, which knows no quota yet. A "core-failed"
   * event reports it.
   * @default "bypass" in a page; "throw" in other hosts, and in `fetch-with-policy/static`
   */
  unavailable?: "throw" | "bypass";
  /** Clock, timers and chance, for tests. @default the host's globals, looked up at each call */
  host?: Partial<Host>;
  /**
   * Shares quotas with other clients that send the same credentials: tabs, isolates, processes. Give it what `tabs()`, `redis()`,
   * `durableObject()`, `storeCoordinator()` or `createLedger()` returns (`fetch-with-policy/share/...`), or your own {@link Coordinator}.
   * Only `createPolicy` takes it; policies extended from this one share its quotas. Calls never depend on it: the first send does not
   * wait for it; until the first reply the next ones go one at a time, for no longer than its `patience`; and while it is away, the
   * policy keeps to what it knows itself. Only hashes, counts and durations are given to it.
   * @default undefined: the policy shares with nobody
   */
  coordinator?: Coordinator;
}

/**
 * Hedging: if a send has no response after `delay`, another one is sent, and so on, up to `maxHedges`. The first response that
 * does not need a retry is the result of the call, and the other sends are aborted. A response that needs a retry is ignored while
 * other sends are in flight. The attempt has failed when the last of its sends has; it is then retried and hedged like any other.
 *
 * Only GET, HEAD, OPTIONS, TRACE and QUERY are hedged, and no stream as a body (unless {@link CallOptions.body} makes it again).
 * Each further send counts towards its quotas and spends one of the retry budget ({@link RetryOptions.budget}; with
 * `retry: false`, of the default one). `maxAttempts` does not count it. It is left out if
 * - the budget is spent, or there is no time left;
 * - it would have to wait for a quota, for `maxConcurrent` or because a server asked for it, or if other calls wait already;
 * - the server is down, the circuit is not closed, or a response to this attempt asked for a wait.
 *
 * `timeout.attempt` applies to each send, `timeout.total` and your signal to all. Each send has its own signal, so that it can be
 * aborted: `fetch` is not called with your own arguments. {@link PolicyEvent}s and
 * {@link CallRecord.attempts} show each send.
 *
 * @example
 * ```js
 * // Slower than 19 of 20 calls to this API: then about one in twenty is sent twice.
 * const policy = createPolicy({ hedge: { delay: 300 } });
 * ```
 */
export interface HedgeOptions {
  /**
   * From each send to the next, ms; 0 or more, and finite. Choose a time in which most calls are done: the budget limits the share of
   * further sends and retries.
   */
  delay: number;
  /** Further sends of one attempt, from 1 to 10. @default 1 */
  maxHedges?: number;
}

/**
 * Time limits. Both reject with a `TimeoutError` DOMException. As an abort of the signal, they also end waits for your own code
 * (`body`, `prepare`, `idempotencyKey`, `decide`, the explainer) and for a `fetch` that ignores its signal. What these return later
 * is dropped; the body of a late response is cancelled. @default no deadline
 */
export interface TimeoutOptions {
  /**
   * For one attempt, from its callbacks (`body`, `prepare`) to its headers. An attempt whose send takes longer may be sent again;
   * a callback that takes longer ends the call. @default none
   */
  attempt?: number;
  /**
   * For the whole call, waits included. If a server asks for a wait that would not fit, the call ends at once. Nothing else bounds how
   * long a call waits in a queue that moves, so set it in a page, where somebody waits for the response, and in a Worker, whose request
   * is ended by its host. @default none
   */
  total?: number;
}

/** When to send again, and how long to wait before. */
export interface RetryOptions {
  /**
   * Sends in all, the first one included; those of {@link HedgeOptions} aside. Up to twenty sends do not count: those that are refused (a
   * 429 and its kin) while other calls on the same quota are served, and, until `rateLimit.maxWait` has passed since the first,
   * those that fail but tested for the calls that wait whether their server is back. With 1 a call is never sent again. @default 4
   */
  maxAttempts?: number;
  /** The first backoff. @default 250 after a transient failure, 1000 after a 429 that names no time */
  initialDelay?: number;
  /** What each backoff is multiplied by to give the next. @default 2 */
  backoffFactor?: number;
  /** The most that one backoff may be; applied after the jitter. @default 20000 */
  maxDelay?: number;
  /**
   * "full": anywhere from 0 to the backoff. "equal": in its upper half. "none": the backoff itself; many clients that failed
   * together then come back together. @default "full"
   */
  jitter?: "full" | "equal" | "none";
  /**
   * The longest single wait that a server may ask for (Retry-After and similar hints), in ms. A longer one ends the call at once; the
   * call is never sent early. A hint under 50 ms is waited for 50 ms, one of 0 or past is none, and an HTTP-date, which is cut to its
   * second, is waited for to the end of that. All holds of one call together: {@link RateLimitOptions.maxWait}.
   * @default `rateLimit.maxWait`
   */
  maxRetryAfter?: number;
  /**
   * Which statuses to retry. A 420 is as a 429. Where the headers of a 429, 403 or 400 leave open what it is, up to 64 KiB of a copy of its body
   * are read first, for a second at most: it may say how long to wait, that it is a rate limit, or that an allowance is spent or
   * this one request too large, which is not retried. The response that the call gives is unread all the same.
   * @default 408, 420, 425 (once), 423, 429, 500, 502, 503, 504, 520-524, 529; 413 only with a hint; 403 and 400 only where they are a rate limit; never 501, 505
   */
  statuses?: number[];
  /** Which methods to retry. @default the idempotent ones (RFC 9110), and QUERY */
  methods?: string[];
  /**
   * Retry POST and PATCH even after a failure that may have come when the server had done its work: it may be done twice.
   * @default false; a 429, a 423, a 503 with a hint, a connection that never came about, HTTP/2's REFUSED_STREAM and GOAWAY, or an
   * Idempotency-Key permit a retry anyway
   */
  retryNonIdempotent?: boolean;
  /**
   * The most retries as a share of sends to one origin, but never fewer than `minPerWindow`: an outage is then not made worse.
   * Retries of a 429 or of a response that named a time are free, but not those that only `x-should-retry: true` permits. In an outage a call without budget waits for the scope's
   * probe, within its attempts and its deadline, and no longer than `rateLimit.maxWait`.
   * @default { ratio: 0.2, minPerWindow: 3, window: 10000 }
   */
  budget?:
    | false
    | {
        /** Retries as a share of sends, from 0 to 1. @default 0.2 */
        ratio?: number;
        /** Retries that each window allows whatever the share. @default 3 */
        minPerWindow?: number;
        /** The window in which sends and retries are counted, ms. @default 10000 */
        window?: number;
      };
  /** Asked once the policy has decided: a boolean overrides it, anything else lets it stand. */
  decide?: (context: RetryContext) => boolean | undefined | PromiseLike<boolean | undefined>;
}

/** How to keep to rate limits. */
export interface RateLimitOptions {
  /**
   * Quotas known beforehand; the others are learnt from what servers say. Those of `extend()` or of one call bind a scope that is in
   * use from then on, beside those that it has.
   */
  quotas?: QuotaRule[];
  /**
   * Which requests share a quota: those for which it gives the same string. `quotas()` and events show it, unless it holds eight
   * characters or more of a header's value, the user info, the query or the fragment of the request, in any case of the letters, or
   * as base64: then a hash. (`Accept`, `User-Agent` and the like do not count.)
   *
   * By default requests share a quota that go to the same origin with the same credentials. Those are the request headers that are
   * sent, `prepare`'s included, and the parameters of the query, by their name: one of its words, between `-`, `_` and `.`,
   * - ends with `account`, `auth`, `cookie`, `credential`, `key`, `secret`, `session`, `tenant` or `token` (`X-Api-Key`, `apikey`,
   *   `Stripe-Account`, `?access_token=`),
   * - or begins with `account`, `authoriz`, `authentic`, `credential`, `session` or `tenant`;
   * - or it ends with `client-id`; or a profile names it (`credentials`).
   *
   * Never those that are made for one request: whatever has `csrf`, `xsrf`, `idempoten`, `nonce`, `timestamp`, `signature`, `captcha` or
   * `turnstile` in its name, or one of the words `cache`, `continuation`, `cursor`, `end`, `last`, `next`, `page`, `partition`, `routing`,
   * `sign`, `sort`, `start`, `surrogate` and `trace` (`?page_token=`, `pageToken`), and `Sec-*`. Of an `Authorization` that is signed again for
   * each request (AWS, OAuth 1, Digest) what stays the same. A header that is not on this list and has more than 20 values that look like
   * keys is reported once, by a "credential-header" event and, in development, on the console.
   *
   * Values are hashed and not kept. Another token of the same user is another scope, since nobody can see that they belong together: give
   * a `scope` that names the user to keep what is known of the quota when a token is refreshed. It is asked before `prepare` is.
   *
   * A policy keeps 1000 scopes. Beyond that the one that was idle for longest goes, of those that hold nobody where there are any; a hold of
   * a scope that goes is kept.
   * @default the origin and a hash of the credentials
   */
  scope?: (request: RequestView) => string;
  /** Names of further headers and query parameters that say whose a request is; see {@link RateLimitOptions.scope}. @default none */
  credentials?: string[];
  /**
   * Paths whose parts in braces have quotas of their own, though the server gives all of them one bucket's name:
   * `["/channels/{id}"]`. Compared from the beginning of the path; a star stands for the rest of a segment. @default none
   */
  buckets?: string[];
  /** "burst": all that the quota allows, then wait for its reset. "spread": evenly over what is left of the window. @default "burst" */
  pacing?: "burst" | "spread";
  /**
   * Sends at once per scope while its quota is not known. One counts until its headers come, for 1 s at most. `Infinity`: send
   * all of them and learn from the 429s. @default 6
   */
  probe?: number;
  /**
   * Sends in flight at once, per scope. A send counts until its headers come, for 60 s at most; a body that is still being read does not
   * count. @default unlimited
   */
  maxConcurrent?: number;
  /**
   * How long a call may wait while nothing of its queue moves, in ms. Before the first send it is refused at once with
   * {@link RateLimitError} where what servers reported, or your own `quotas`, let nobody of its queue go for longer than this: a quota
   * that resets in an hour, a long `Retry-After`. Its place in a queue that moves does not count: 600 calls at 60 a minute are all
   * served, the last after ten minutes. What bounds a call as a whole is {@link TimeoutOptions.total}. A guess (a quota that refusals
   * taught, an outage) never refuses a call: it is sent when it has been held back for this long.
   *
   * After the first send: the sum of all waits that the call's own responses ask for, by hints and by resets alike; the call then ends
   * with its last response (`hint-too-long` or `quota-wait-too-long` in its record). A longer `retry.maxRetryAfter` raises this sum. It
   * also holds with `rateLimit: false`, at the default. `Infinity`: no limit.
   * @default 120000
   */
  maxWait?: number;
  /** The most calls that wait, per scope. One more is refused at once with {@link RateLimitError}. @default 100000 */
  maxQueue?: number;
  /**
   * Whether one request may test a window before the reset that the server reported: where rounding to whole seconds costs 5 % of
   * the window or more (windows of up to 20 s), or where the reset cannot be right because no `Date` can be read and this machine's
   * clock must be wrong. Set it to false where refusals count against you, as the profiles of GitHub and Discord do.
   * @default true
   */
  early?: boolean;
}

/**
 * When to open the circuit of a route: `failureRatio` of at least `minimumCalls` to it within `window` failed. It stays open for
 * `openFor`; then a single probe decides.
 */
export interface CircuitBreakerOptions {
  /** @default 0.5 */
  failureRatio?: number;
  /** @default 10 */
  minimumCalls?: number;
  /** @default 10000 */
  window?: number;
  /** @default 5000 */
  openFor?: number;
}

/**
 * A quota known beforehand: `limit` units in each `window` (ms). It is kept to from the first call, by own counts; headers that
 * tell the same limit correct it.
 */
export interface QuotaRule {
  /** What it is called in events. @default the name that headers give to the same limit */
  name?: string;
  /** Units a window, over 0. */
  limit: number;
  /** How long a window is, ms. */
  window: number;
  /**
   * How the server counts. Windows are kept to wherever they begin, by what was sent in the last `window`, which suits "fixed"
   * and "sliding" alike; a "token-bucket" is drawn on as it fills. @default "fixed"
   */
  algorithm?: "fixed" | "sliding" | "token-bucket";
  /** What is counted; see {@link CallOptions.cost}. @default "requests" */
  unit?: string;
}

/** A quota as one response reported it. What it did not report is absent. */
export interface Quota {
  /**
   * The name of the policy, bucket or dimension: "default", "abc123", "tokens". Of over 128 bytes: `#` and a hash. A hash (`#1a2b3c4d`)
   * too in place of one that repeats a credential of the request or begins like a well-known key.
   */
  name?: string;
  /** What is counted: "requests", "tokens". */
  unit?: string;
  /** Units a window. */
  limit?: number;
  /** Units that are left of this window. */
  remaining?: number;
  /** When it resets, on this machine's clock, put right by the response's Date where that can be read. */
  resetAt?: number;
  /** How long a window is, ms. */
  window?: number;
  /**
   * The header that reported it. In a {@link QuotaState} also "options" where you or a profile gave it, "observed" where it was
   * learned from refusals, and "none" where no quota is known and the entry only says that headers are hidden.
   */
  source: string;
  /**
   * The API is of another origin than the page and exposes neither its rate-limit headers nor `Date`: quotas are those that
   * you or a profile name, and those that refusals teach. Only in {@link QuotaState}s and in what a wait is for.
   */
  headersHidden?: true;
  /**
   * How to fix that: the header line that the API's responses need. It names the headers of the profile's dialects, too.
   *
   * @example
   * ```js
   * for (const { scope, expose } of policy.quotas()) if (expose) console.warn(scope, "should send", expose);
   * // "Access-Control-Expose-Headers: Date, Retry-After, RateLimit, ..."
   * ```
   */
  expose?: string;
}

/** A quota as a policy sees it now. */
export interface QuotaState extends Quota {
  /** Who shares it: see {@link RateLimitOptions.scope}. */
  scope: string;
  /** Requests that were sent and have no response yet. */
  inFlight: number;
  /** Calls that wait for it. */
  waiting: number;
  /** When the next call may go, if not now. */
  nextAt?: number;
  /**
   * This policy's share, if the quota is shared ({@link PolicyOptions.coordinator}).
   */
  shared?: {
    /** How many clients share it, this one included. */
    members: number;
    /** This policy's units of the window, those that are used included. */
    units: number;
    /** Until when they hold, epoch ms. */
    until: number;
  };
}

/**
 * Reads the quotas and the retry hint of a response, in any dialect that is known. It never throws; what is malformed is
 * passed over. Of a header's value 4 KB and 64 members of a list are read; a single member that is longer is passed over.
 * `now` is the client's clock when the headers came. Of `body` the first 64 KiB are read: delays
 * (`retry_after`, `retryDelay`, "try again in 20s"), Shopify's `throttleStatus`, and what was exceeded.
 *
 * `limited` is `true` if the response says that a rate was exceeded, with a status of 429, 420, 403 or 400; `false` if it
 * says that an allowance is spent (of a plan, a credit, a day), so that a short wait does not help; otherwise it is absent.
 *
 * @example
 * ```js
 * const body = await response.clone().text();
 * const { quotas, retryAfter, limited } = readQuotas(response.headers, { status: response.status, body });
 * ```
 */
export function readQuotas(
  headers: Headers | Record<string, string>,
  context?: { status?: number; now?: number; url?: string; body?: string },
): {
  /** Every quota that the headers or the body report; empty where there is none. */
  quotas: Quota[];
  /** How long the server asks to wait before the next request; absent where it does not say. */
  retryAfter?: Hint;
  /** `true`: a rate was exceeded. `false`: an allowance is spent. Absent: neither is known. */
  limited?: boolean;
};

/** How long a server asks to wait, and where it said so. */
export interface Hint {
  /** From the arrival of the response, ms. */
  delay: number;
  /** The header, in small letters, or the member of the body: "retry-after", "body.retryDelay". */
  source: string;
}

/** A look at a request, for callbacks. No `Request` is built for it. */
export interface RequestView {
  /** The whole URL, query included. */
  url: string;
  /** In capitals, as it is sent. */
  method: string;
  /** A copy: changing it has no effect. */
  headers: Headers;
}

/**
 * Something that happened to a call. `call` joins what belongs together, over all policies; `url` is origin and path, without
 * query, user info or fragment, and with `*` for parts of the path of 20 letters or more with a digit, which may be tokens. `attempt` is the number of the send, from 1. An "attempt" is reported
 * in the turn of its send, and then a "response" or a "failure" of it. The last event of a call is a "give-up", or a "response"
 * below 400 that it ends with. Where a call is hedged several sends are in flight at once, and one that is aborted for another's
 * response ends in a "failure" with an `AbortError`, after that response. "core-failed" is about the policy, not about the call.
 */
export type PolicyEvent = {
  /** The number of the call; the same in all its events and in its {@link CallRecord}. */
  call: number;
  /** Origin and path of the request, without query, user info or fragment, and with `*` for what may be a token. */
  url: string;
  /** In capitals, as it is sent. */
  method: string;
  /** The number of the send, from 1. */
  attempt: number;
  /** When it happened, epoch ms. */
  at: number;
} & (
  | {
      /** A request is sent. */
      type: "attempt";
    }
  | {
      /** The call waits. If the reason changes while it waits, another "wait" event reports the new one. */
      type: "wait";
      /** Why it waits. */
      reason: WaitReason;
      /** How long, ms. It may be shorter where room comes earlier. */
      delay: number;
      /** Until when, epoch ms. */
      until: number;
      /**
       * The quota that the call waits for; its `source` is the header that reported it, or "options". For "retry-after": the header
       * that asked for the wait, and until when. For "backoff" and "probing" where the API hides its headers: no limit, but
       * `headersHidden` and `expose`.
       */
      quota?: Quota;
    }
  | {
      /** Headers of a response arrived. */
      type: "response";
      /** The status of the response. */
      status: number;
      /** The quotas that it reports. */
      quotas: Quota[];
    }
  | {
      /** The send failed: no response came. */
      type: "failure";
      /** What the host's fetch rejected with. */
      error: unknown;
      /** The error's name and code, as in {@link AttemptRecord.error}. */
      label: string;
    }
  | {
      /** The call ends without success, and is not sent again. */
      type: "give-up";
      /** Why. */
      reason: GiveUpReason;
      /** When another try may help, epoch ms, where that is known. */
      retryAt?: number;
    }
  | {
      /** The circuit of a route changed, because of this call; see {@link CircuitBreakerOptions}. */
      type: "circuit";
      /** The origin of the route. */
      scope: string;
      /** "closed": calls are sent. "open": they are refused. "half-open": one probe is sent. */
      state: "closed" | "open" | "half-open";
    }
  | {
      /**
       * A request header of many values that look like credentials does not count as one ({@link RateLimitOptions.scope}), so all of
       * them share one quota. If they should not, name the header in `rateLimit.credentials`. Once for each origin and header.
       */
      type: "credential-header";
      /** The name of the header. */
      header: string;
      /** The origin that it is sent to. */
      origin: string;
    }
  | {
      /**
       * Probably a mistake in how the policy is used, for development: `logger` of "fetch-with-policy/debug" writes it as a warning. Each
       * once for a policy and those that are extended from it; its `attempt` is 0. In a page, once the core is loaded.
       */
      type: "misuse";
      /**
       * "option-in-init": an option of the policy is in `init`, where `fetch` ignores it; give it to {@link createPolicy} or as an option of the
       * call. "policy-as-fetch": the transport is the `fetch` of another policy, which alone retries ({@link PolicyOptions.fetch}).
       */
      what: "option-in-init" | "policy-as-fetch";
      /** The name of the option, of "option-in-init". */
      option?: string;
    }
  | {
      /**
       * The package's WebAssembly failed, and what the policy knew is lost (see {@link PolicyOptions.unavailable}). Reported once, by the
       * first call that meets it; by the next call where none was under way: its `attempt` is then 0.
       */
      type: "core-failed";
      /** The host's error. */
      error: unknown;
    }
  | {
      /**
       * The core cannot be loaded for now, and calls go out as plain fetch: see {@link PolicyOptions.unavailable}. In pages only; once
       * for each policy.
       */
      type: "degraded";
      /** Why the core could not be loaded. */
      error: unknown;
    }
  | {
      /**
       * The number of clients that share the quotas of `scope` changed, or whether they want more than there is
       * ({@link PolicyOptions.coordinator}). This event and the next two are not about a call: `call` and `attempt` are 0, `url` and
       * `method` are empty.
       */
      type: "share";
      /** The hashed name of what is shared. */
      scope: string;
      /** The number of clients that share it. */
      members: number;
      /** This policy's units of the first quota. */
      units: number;
      /** Whether the clients want more than there is. */
      scarce: boolean;
      /** How long the exchange with the coordinator took, ms. */
      ms: number;
    }
  | {
      /**
       * The coordinator failed, or its reply came too late or breaks a rule. Until it is back, the policy keeps to what it knows itself.
       * Reported once, not for each further failure.
       */
      type: "share-lost";
      /** The hashed name of what is shared. */
      scope: string;
      /** What went wrong. */
      error: unknown;
      /** When the coordinator is asked again at the earliest, epoch ms. */
      until: number;
    }
  | {
      /** The coordinator replies again. */
      type: "share-back";
      /** The hashed name of what is shared. */
      scope: string;
    }
);

/** Why a call waits. */
export type WaitReason =
  | "backoff"
  | "retry-after"
  | "rate-limit"
  | "probing"
  | "locked"
  | "outage"
  | "offline"
  | "concurrency";

/** Why a call was not sent, or not sent again. */
export type GiveUpReason =
  | "aborted"
  | "attempts-exhausted"
  | "budget-exhausted"
  | "circuit-open"
  | "core-failed"
  | "deadline"
  | "hint-too-long"
  | "host-limit"
  | "not-replayable"
  | "not-retryable"
  | "quota-wait-too-long"
  | "queue-full"
  | "server-veto";

/**
 * What happened to the call that gave this response or this error. `undefined` for what came by another way.
 *
 * @example
 * ```js
 * const response = await policy.fetch(url);
 * console.log(callRecord(response)?.attempts.length);
 * ```
 */
export function callRecord(responseOrError: unknown): CallRecord | undefined;

/** The history of one call. */
export interface CallRecord {
  /** The number of the call, as in its events. */
  call: number;
  /** Its method. Set when the call ends. */
  method?: string;
  /** Its address, as in its events: origin and path, without what may be secret. Set when the call ends. */
  url?: string;
  /** In the order in which they were sent. */
  attempts: AttemptRecord[];
  /** The sum of its waits, ms. */
  waited: number;
  /**
   * Why it ended without success; absent if the last attempt was good. "host-limit": the host sends no more requests ("Too many
   * subrequests" in workerd). The call then ends with the last response that it had, if it had one; if it was waiting to be sent again,
   * the body of that is empty. Calls that began before it are not sent again, either.
   */
  gaveUp?: GiveUpReason;
  /** When another try may be of use, where that is known. */
  retryAt?: number;
}

/**
 * One send of a call. A hedged one has `startedAt` before the one before it ended, and no wait before it. If another's response was
 * taken, its `error` begins with "AbortError".
 */
export interface AttemptRecord {
  /** When it was sent, epoch ms. */
  startedAt: number;
  /** When its headers came or it failed, epoch ms. */
  endedAt: number;
  /** Absent if no response came. */
  status?: number;
  /**
   * What it failed with: the name of the error, and its code or that of its cause where there is one. Never its message, which may
   * hold secrets. "Error" and no code where they are not plain words of at most 64 letters, digits, `_`, `-` and `.`; a hash
   * (`#1a2b3c4d`) for one that repeats a credential of the request or begins like a well-known key.
   */
  error?: string;
  /** The sum of the waits before it, ms. */
  waitedBefore: number;
  /** What the last of them was for. */
  waitReason?: WaitReason;
  /** As in the "wait" event. */
  quota?: Quota;
}

/**
 * The root of the package's own errors. `is` also knows those of another realm or of another copy of the package, where
 * `instanceof` does not.
 */
export class PolicyError extends Error {
  /**
   * Stable: compare this, not the message. "wasm-unavailable" and "core-failed" are explained at {@link PolicyOptions.unavailable}; "closed" at
   * {@link Policy.close}; "invalid-snapshot" is that of the {@link PolicyOptionError} which {@link Policy.restore} throws. Each subclass has its own codes: "http-error", "circuit-open", "invalid-option"; a {@link RateLimitError} has its reason.
   */
  readonly code: string;
  /** What happened to the call up to here. */
  readonly record?: CallRecord;
  /** Whether it is one of the package's errors, of any kind. */
  static is(value: unknown): value is PolicyError;
}

/**
 * A response that is not ok, where `throwHttpErrors` is set. Its body is unread. The message names the request and the response:
 * "POST https://api.example.com/items: 422 Validation failed: title is required", without an explainer "…: status 422"; the address
 * is as in events.
 */
export class HttpError extends PolicyError {
  /** The response; its body is unread. */
  readonly response: Response;
  /** The result of {@link explainResponse} if the application imports it; else by the status alone: see {@link PolicyOptions.explainer}. */
  readonly explanation: Explanation;
  /**
   * The same explanation, or a full one if the explainer was loaded since. An `id` that begins with "fallback." marks an explanation by
   * the status alone.
   *
   * @example
   * ```js
   * if (HttpError.is(error)) {
   *   await import("./errors-page.js"); // It imports explainResponse, which a bundler puts there.
   *   console.warn((await error.explain()).action);
   * }
   * ```
   */
  explain(): Promise<Explanation>;
  /** As {@link PolicyError.is}, for this kind. */
  static is(value: unknown): value is HttpError;
}

/**
 * Thrown before anything is sent, if no call of the queue may go for longer than `rateLimit.maxWait`, or if `rateLimit.maxQueue` calls
 * wait already. The message names the option and the time: "the quota resets in 8 min, rateLimit.maxWait is 2 min".
 */
export class RateLimitError extends PolicyError {
  /** When another call may succeed, epoch ms. */
  readonly retryAt: number;
  /** The quota that is used up, where it is known. */
  readonly quota?: QuotaState;
  /** As {@link PolicyError.is}, for this kind. */
  static is(value: unknown): value is RateLimitError;
}

/** Thrown before anything is sent: the server kept failing on this route. See {@link CircuitBreakerOptions}. */
export class CircuitOpenError extends PolicyError {
  /** When the circuit lets a probe through, epoch ms. */
  readonly retryAt: number;
  /** As {@link PolicyError.is}, for this kind. */
  static is(value: unknown): value is CircuitOpenError;
}

/** An option that is unknown, or whose value is not allowed. The message of an unknown one names the option that was probably meant. */
export class PolicyOptionError extends PolicyError {
  /** Its path: "retry.maxAttempts". */
  readonly field: string;
  /** What is allowed there: "a whole number of 1 or more"; "a known option" where the name is unknown. */
  readonly expected: string;
  /** As {@link PolicyError.is}, for this kind. */
  static is(value: unknown): value is PolicyOptionError;
}

/**
 * Explains a response or a thrown error: what it means, why it happened, and what to do. No I/O; it never throws, whatever the input;
 * the same input (with `now`) gives the same result.
 *
 * An object with a member `status`, an object whose `error` is an Error, and a plain object that has members of {@link ErrorReport}
 * and no others are reports; anything else is what was thrown. An error that carries a response is read as that response: status,
 * headers, body and request are found by the names that clients give them (axios, ky, got, ofetch, wretch, superagent, openai,
 * stripe, octokit, the AWS SDK, gRPC and their like). An {@link HttpError} gives the explanation that it has. Only what is known to be a
 * failure of fetch or of the network is `network`; an error of the program itself ("Cannot read properties of undefined") and
 * anything else is `unknown`, with the verdict "never".
 *
 * A `Response`, a promise, and an object that has neither a status nor an error are mistakes: the types refuse them, and at run time a
 * note says what to pass instead.
 *
 * @example
 * ```js
 * const { kind, action, userMessage } = explain({ status: 429, headers: { "retry-after": "30" } });
 * ```
 */
export function explain(report: ErrorReport & NoMistake): Explanation;
export function explain<T>(thrown: T & Throwable<T>): Explanation;

/** What a Response and a promise have, and a report has not. */
interface NoMistake {
  /** A `Response` has it: pass that to {@link explainResponse}. */
  arrayBuffer?: never;
  /** A promise has it: await it first. */
  then?: never;
}

/** `unknown` for what may be explained; for a mistake, a text that says what to pass. */
type Throwable<T> = unknown extends T
  ? unknown
  : T extends {
        /** A `Response` has it. */
        arrayBuffer(): unknown;
      }
    ? "Pass a Response to explainResponse(response)."
    : T extends PromiseLike<unknown>
      ? "Await the promise first."
      : T extends undefined | void
        ? "Pass what was thrown, or a report."
        : T extends
              | {
                  /** An error has it. */
                  message: unknown;
                }
              | string | number | boolean | bigint | symbol | null
          ? unknown
          : "Pass what was thrown, or a report: { status, headers, body }.";

/**
 * Like {@link explain}, but loads the explainer first. If it cannot be loaded, the explanation reads the status alone: its `id` begins
 * with "fallback.", and a note explains that.
 *
 * @example
 * ```js
 * try {
 *   await fetchWithPolicy(url);
 * } catch (error) {
 *   console.warn((await explainError(error)).action);
 * }
 * ```
 */
export function explainError(report: ErrorReport & NoMistake): Promise<Explanation>;
export function explainError<T>(thrown: T & Throwable<T>): Promise<Explanation>;

/**
 * Loads the explainer now: `true` once it is loaded. In a page, until then, `explain` and the `explain` of {@link createExplainer} return
 * a fallback by the status alone, and the options of an explainer are not checked. In other hosts it is always loaded.
 */
export function initExplain(): Promise<boolean>;

/**
 * {@link explain} for a `Response`: it reads at most 64 KiB of a clone, for at most 2 s. The response stays unread for you.
 *
 * If the response came through a policy, its method and its request headers are known without `context`, except for credentials, which
 * are not kept. Give `requestBody` and `requestHeaders` to have mistakes in them found: see {@link ErrorReport}.
 *
 * @example
 * ```js
 * if (!response.ok) console.warn((await explainResponse(response)).action);
 * ```
 */
export function explainResponse(
  response: Response,
  context?: { method?: string; url?: string; requestBody?: string; requestHeaders?: HeadersLike },
): Promise<Explanation>;

/**
 * An explanation to read: as plain text, as Markdown, or as HTML (one `article` without styles).
 *
 * Whatever an API said is escaped: no tag, link or mark-up comes from it, nor any character that steers a terminal or turns the
 * direction of text. Only `api.docsUrl` becomes a link, and only to http or https. It never throws for its explanation: members
 * that are missing or of another type are left out, lists are cut at 100 items, texts at 4,000 characters.
 *
 * @param options `as`: the form. @default "text"
 * @throws {@link PolicyOptionError} for another `as`.
 *
 * @example
 * ```js
 * console.error(formatExplanation(await explainResponse(response)));
 * element.innerHTML = formatExplanation(explain(error), { as: "html" });
 * ```
 */
export function formatExplanation(explanation: Explanation, options?: { as?: "text" | "markdown" | "html" }): string;

/**
 * An explainer with your catalogs and your texts for end users. Make one and keep it: its catalogs are read once, here.
 *
 * @throws PolicyOptionError for a bad option; `field` is its path: "catalogs.0.rules.2", "locale". The content of rules is checked
 * by {@link defineCatalog}, not here: a rule with a mistake never holds.
 *
 * @example
 * ```js
 * import { createExplainer } from "fetch-with-policy";
 * import de from "fetch-with-policy/messages/de";
 *
 * const explainer = createExplainer({ messages: de, locale: "de-CH" });
 * const { userMessage } = explainer.explain({ status: 429, headers: { "retry-after": "30" } });
 * // Es waren zu viele Anfragen. Bitte versuchen Sie es in 30 Sekunden noch einmal.
 * ```
 */
export function createExplainer(options?: ExplainerOptions): Explainer;

/** Options of {@link createExplainer}. */
export interface ExplainerOptions {
  /** Earlier ones go first, and all go before those that are built in. @default none */
  catalogs?: Catalog[];
  /**
   * Texts for `userMessage`: a pack of `fetch-with-policy/messages/<language>`, your own pack, or a list. Of a list, those packs are used
   * whose `locale` has the language of the option `locale` (the closest first), and those without a `locale`; so a list of all
   * packs serves all users. If no pack has a text for a key, or the text cannot be shown, the text of the kind is used, and English last.
   * @default English
   */
  messages?: Messages | Messages[];
  /** The user's language, as a BCP 47 tag: how numbers, plurals and waits are written, by the host's `Intl`. @default the pack's */
  locale?: string;
}

/** `explain` and `explainResponse` as the functions of these names, with what {@link createExplainer} was given. */
export interface Explainer {
  /** As {@link explain}, with the explainer's catalogs and texts. */
  explain: typeof explain;
  /** As {@link explainResponse}, with the explainer's catalogs and texts. */
  explainResponse: typeof explainResponse;
  /**
   * Everything that is known of one rule, by the `id` of an explanation or the `rule` of an evidence: for a page of documentation, or a
   * link in a log. `undefined` if there is no such rule.
   */
  lookup(id: string): RulePage | undefined;
}

/**
 * A rule without a response at hand: holes in its texts (`{field}`) stay as the catalog has them.
 *
 * @example
 * ```js
 * createExplainer().lookup("clever.grant-reused")?.causes; // ["The authorization code was exchanged already: …", …]
 * ```
 */
export interface RulePage {
  /** The id that was looked up. */
  id: string;
  /** The kind of failure. */
  kind: Explanation["kind"];
  /** A few words. */
  title: string;
  /** In one sentence. */
  whatHappened: string;
  /** Likeliest first. */
  causes: string[];
  /** For the developer: what to do. */
  action: string;
  /** The vendor's page about it. */
  docsUrl?: string;
}

/** What is known of a failure. The more you give, the better the explanation; a `status` or an `error` is needed. */
export interface ErrorReport {
  /** `null` or absent: no response came; then see `error`. */
  status?: number | null;
  /** Of the response. */
  headers?: HeadersLike | Record<string, unknown>;
  /** Of the response: the first 64 KiB are read. Text is best; a body that was parsed is read too. */
  body?: string | object | null;
  /** `body`, under the name that clients give one that was parsed. */
  data?: unknown;
  /** Of the request. */
  method?: string;
  /** Of the request: the host shows which API it is, the query what was asked. */
  url?: string;
  /** What was sent, as text: invalid JSON and unfilled template variables in it are reported. Rules of catalogs may ask for it. */
  requestBody?: string;
  /**
   * What was sent, the more the better: an `Authorization` that is missing, empty, `Bearer undefined`, expired or of another
   * scheme, a body that is not what `Content-Type` says become causes. Values are judged and never shown: evidence has the
   * header's name and at most the scheme's. Where it is given without credentials, there were none. @default not known
   *
   * @example
   * ```js
   * const { causes } = explain({ status: 401, url, requestHeaders: { authorization: `Bearer ${undefined}` } });
   * causes[0].id; // "auth-undefined"
   * ```
   */
  requestHeaders?: HeadersLike;
  /** `response.redirected`: a POST may have become a GET on the way. @default false */
  redirected?: boolean;
  /** The API, where the host does not tell: "clever", "unit21". */
  provider?: string;
  /** What fetch rejected with. */
  error?: unknown;
  /** Of the request. Where it is aborted, an `error` that is no other failure is its reason: kind "aborted". */
  signal?: AbortSignal | null;
  /** `navigator.onLine`, where that is known. */
  online?: boolean;
  /** The URL of the page that asked: it shows mixed content and a foreign origin. */
  pageUrl?: string;
  /** `response.type`: "opaque" and "opaqueredirect" tell why nothing can be read. */
  responseType?: "basic" | "cors" | "default" | "error" | "opaque" | "opaqueredirect";
  /** What reset times are measured against. @default Date.now() */
  now?: number;
}

/** What went wrong. Switch on `kind`, then on `reason`. */
export type Explanation = ExplanationBase &
  (
    | {
        /** The server does not know who asks: credentials are missing, wrong or expired. */
        kind: "unauthenticated";
        /** What is wrong with the credentials. "step_up": a second factor is needed. */
        reason: "missing" | "invalid" | "expired" | "grant_invalid" | "step_up" | "unknown";
      }
    | {
        /** The server knows who asks and refuses. */
        kind: "forbidden";
        /** What is refused. "bot_challenge": a page that checks for robots came in place of the response. */
        reason: "permission" | "scope" | "account" | "region" | "product" | "blocked" | "bot_challenge" | "unknown";
        /** The OAuth scopes that the response names as missing. */
        missingScopes?: string[];
      }
    | {
        /** What was asked for does not exist, or this caller may not see it. */
        kind: "not_found";
        /** "route": the URL itself. "gone": it existed. */
        reason: "resource" | "route" | "gone" | "unknown";
        /** What was not found, where the response names it. */
        entity?: {
          /** Such as "user". */
          type?: string;
          /** Its id, as the response has it. */
          id?: string;
        };
      }
    | {
        /** The server does not support the request. */
        kind: "not_supported";
        /** What it does not support. */
        reason: "method" | "feature" | "media_type" | "unknown";
        /** The methods of the `Allow` header. */
        allow?: string[];
      }
    | {
        /** The request's body could not be read. */
        kind: "malformed_body";
        /** Why. "encoding" only where a catalog's rule gives it. */
        reason: "json_syntax" | "empty" | "encoding" | "unknown";
      }
    | {
        /** The response is not what the API sends, such as a page of HTML. */
        kind: "unexpected_response";
        /** What came instead. "truncated" only where a catalog's rule gives it. */
        reason: "html_instead_of_json" | "invalid_json" | "opaque" | "redirect" | "truncated" | "unknown";
      }
    | {
        /** Too many requests for now; waiting helps. */
        kind: "rate_limited";
        /** The name of the limit, where the response gives one. */
        bucket?: string;
        /** Requests that the limit allows in its window. */
        limit?: number;
        /** Requests left of it. */
        remaining?: number;
      }
    | {
        /** A rule of the API refuses it, such as a declined card. */
        kind: "business_rule";
        /** What the response says about it, as data. */
        details: Record<string, unknown>;
      }
    | {
        /** The request is wrong, and no closer kind fits. */
        kind: "invalid_request";
        /** "bad_url": fetch refused the URL before anything was sent. */
        reason: "bad_url" | "unknown";
      }
    | {
        /** No response came. */
        kind: "network";
        /** Where it failed. "subrequests": workerd sends no more requests in this invocation. */
        reason:
          | "offline"
          | "refused"
          | "dns"
          | "tls"
          | "reset"
          | "connection"
          | "truncated"
          | "protocol"
          | "redirect_loop"
          | "subrequests"
          | "mixed_content"
          | "csp"
          | "cors"
          | "unknown";
      }
    | {
        /** It took too long. */
        kind: "timeout";
        /** Who stopped waiting, and for what. "client_deadline": the deadline that the caller set. */
        reason: "client_deadline" | "connect" | "headers" | "body" | "server";
      }
    | {
        /** The caller's signal aborted the request. */
        kind: "aborted";
        /** There is one reason only. */
        reason: "caller";
      }
    | {
        /**
         * The kinds without a reason. "unknown" is a thrown error that is no failure of a request, such as an error of the program itself.
         */
        kind:
          | "success"
          | "validation_failed"
          | "conflict"
          | "locked"
          | "too_large"
          | "quota_exhausted"
          | "server_error"
          | "unavailable"
          | "unknown";
      }
  );

/** What every explanation has. */
export interface ExplanationBase {
  /** The rule that decided; stable: "clever.grant-reused". */
  id: string;
  /** The report's. */
  status: number | null;
  /** A few words: "Rate limited". */
  title: string;
  /** What happened, in a sentence or two, for a developer: status and code, and the API's own message, redacted and cut. */
  whatHappened: string;
  /** The likeliest first. */
  causes: Cause[];
  /** What to do now, for a developer: about this message, these fields, this limit, where the response names them. */
  action: string;
  /** For the end user, safe to show: no codes, no ids, no addresses, no text of the server. In English, or as {@link ExplainerOptions.messages} say. */
  userMessage: string;
  /** The key of the text for end users, for your i18n library: `user.<kind>`, `user.<kind>.after` where there is a wait, `user.<kind>.<variant>` where more is known ("user.unauthenticated.key"), or a rule's own. Where the kind is not sure, one that is true of any: "user.invalid_request", or "user.success.message" where it may have worked. */
  userMessageKey: UserMessageKey | (string & {});
  /** What the text may be filled with. Of a wait: its `seconds`, and how many (`wait`) it is of which `unit`: "second", "minute", "hour", "day". */
  params: Record<string, string>;
  /** Whether and when to try again. */
  retry: Retry;
  /** What is wrong with which field of the request. */
  fields: FieldError[];
  /** The API's own words. `message` is cut at 8 KiB; `code` may also be a word that stands in front of it. */
  api: {
    /** The error code, as the response has it: "insufficient_quota". */
    code?: string;
    /** The message, redacted. */
    message?: string;
    /** Meant for users by the API. Offered, never shown by itself: plain text of another's, at most 500 bytes on one line; escape it. */
    userMessage?: string;
    /** The id of the request, for the support of the API. */
    requestId?: string;
    /** A link to documentation, from the response or from a catalog's rule. */
    docsUrl?: string;
    /** Further members of the error, as data. */
    details?: unknown;
  };
  /** The form that the body was in: "problem_details", "json_api", "error_object", "html", "empty". */
  format: string;
  /** The API that was recognised: "clever", "unit21"; `null` if none was. */
  provider: string | null;
  /**
   * How sure the kind is, from 0 to 1: how often such a kind was right on labelled errors; 0.5 for "unknown", which claims nothing. Below
   * 0.6 the texts say that they are not sure, and a note names the second likeliest kind.
   */
  confidence: number;
  /** Anything else worth knowing: headers that CORS hides, a clock that is off, a contradiction. */
  notes: string[];
}

/** A possible cause of a failure, with its evidence. */
export interface Cause {
  /** Stable, within its rule. */
  id: string;
  /** In a sentence, for a developer. */
  text: string;
  /** "certain": the response says so. */
  confidence: "certain" | "likely" | "possible";
  /** The parts of the response that support it. */
  evidence: Evidence[];
  /** How to find out. */
  check?: string;
}

/** A place that a rule looked at. `text` is redacted, 120 characters at most; `start` and `end` are byte offsets (UTF-8) in the body. */
export interface Evidence {
  /** The rule that looked, for {@link Explainer.lookup}. */
  rule: string;
  /** Where it looked. */
  from: "status" | "header" | "body" | "url" | "method" | "exception" | "environment";
  /** Of the header, or the JSON pointer in the body. */
  name?: string;
  /** What stood there, redacted. */
  text?: string;
  /** Where in the body it begins, in bytes. */
  start?: number;
  /** Where it ends: the byte behind it. */
  end?: number;
}

/** What is wrong with one field of a request. */
export interface FieldError {
  /** Dotted: "submission_types.0". */
  path: string;
  /** The path as the API wrote it. */
  raw?: string;
  /** What is wrong with it, in the API's words. */
  message: string;
  /** The part of the request that it is in, where that is known. */
  in?: "body" | "query" | "path" | "header";
  /** What kind of mistake, where that is known. */
  reason?: "required" | "format" | "range" | "choice" | "unknown" | "unique";
  /** The values that are allowed, where the response names them. */
  allowed?: string[];
}

/** Whether and when the same request may succeed. */
export type Retry =
  | {
      /** Nothing failed. */
      verdict: "none";
    }
  | {
      /** The same request fails again. */
      verdict: "never";
      /** Until when it does, in words: "the named fields are corrected". */
      until: string;
    }
  | {
      /** Try again, with growing waits. */
      verdict: "backoff";
      /** The first wait, ms. */
      baseDelay: number;
      /** Tries in all. */
      maxTries: number;
      /** The request may have been carried out: send it again only if it is safe to repeat. */
      requiresIdempotency: boolean;
    }
  | {
      /** Try again after the time that the server gave. */
      verdict: "after";
      /** How long to wait, ms. */
      delay: number;
      /** Where the time comes from: "retry-after". */
      source: string;
    }
  | {
      /** Try again when the quota resets. */
      verdict: "at-reset";
      /** How long to wait, ms. */
      delay: number;
      /** The reset, epoch ms; `null` where only the delay is known. */
      resetAt: number | null;
      /** Where the time comes from: "x-ratelimit-reset". */
      source: string;
    }
  | {
      /** Try again with other credentials. */
      verdict: "after-reauth";
      /** How to get them. */
      how: "refresh" | "sign-in" | "new-key" | "step-up";
    }
  | {
      /** Try again in a moment, a few times. */
      verdict: "soon";
      /** How long to wait, ms. */
      delay: number;
      /** Tries in all. */
      maxTries: number;
    }
  | {
      /** Try again when the device is online. */
      verdict: "when-online";
    };

/** What is known of one API. Plain JSON. Those of `fetch-with-policy/profiles` are written in the same form. */
export interface Profile {
  /** The API's name: "acme". */
  name: string;
  /** Host names it applies to. */
  hosts: string[];
  /**
   * As of a policy. Useful in a profile: `quotas` that no header reports, `credentials` (headers and parameters that say whose a request
   * is), `buckets` (paths whose parts have quotas of their own), and `early: false` where refusals count against the caller.
   */
  rateLimit?: Omit<RateLimitOptions, "scope">;
  /** As of a policy. */
  retry?: Omit<RetryOptions, "decide">;
  /** Headers that the generic reader cannot know, a quota each. */
  dialects?: HeaderDialect[];
  /**
   * The API hides errors under a success (GraphQL, JSON-RPC, Slack): at most 64 KiB of a copy of each body in JSON or XML, for at
   * most 1 s, is looked at for rate limits and spent allowances, under `error`, `errors` and `extensions` (of XML, in an `error`
   * or `fault`), and after a `status`, `success` or `ok` at the top whose value says that it failed (`"status": "0"`, `"ok": false`). A rate limit is then waited for and sent again as a 429 is, whatever the method; your response stays unread. Of a
   * batch all must be refused: one of which a part succeeded is yours. An error beside a `Retry-After` is waited for, too.
   * @default false
   */
  errorsUnder200?: boolean;
  /**
   * What the API means by its errors, for the explanation of an {@link HttpError} (`throwHttpErrors`), and for the policy: after a
   * response that a rule of kind "rate_limited" fits, the request waits and is sent again whatever the method; "unavailable" is treated
   * as a 503; after "quota_exhausted" nothing is sent again. Under a success that counts where `errorsUnder200` is set and the rule names the status.
   *
   * The policy goes by those of these rules whose `when` has nothing but `status`, `code`, `message`, `body` and `json`, tested by
   * templates, `equals`, `contains` and `startsWith`; others only explain. It looks at the body's texts and numbers as they stand:
   * `code` and `message` may stand anywhere in it, and of a pointer in `json` the last name counts. Its hosts are the profile's.
   * @default none
   */
  catalog?: Catalog;
}

/**
 * The headers of one quota, for an API whose names the generic reader cannot know. One of `limit`, `remaining`, `used` and
 * `reset` at least. A header that is listed here is read in no other way.
 *
 * @example
 * ```js
 * const policy = createPolicy({
 *   profiles: [
 *     {
 *       name: "acme",
 *       hosts: ["api.acme.example"],
 *       dialects: [{ limit: "x-calls-allowed", used: "x-calls-made", reset: "x-calls-back", resetUnit: "delta-min" }],
 *     },
 *   ],
 * });
 * ```
 */
export interface HeaderDialect {
  /** The quota's name. @default what `bucket` says, else none */
  name?: string;
  /** What is counted; see {@link CallOptions.cost}. @default "requests" */
  unit?: string;
  /** The header of the units a window. */
  limit?: string;
  /** The header of the units left. */
  remaining?: string;
  /** The header of the units taken; with a limit it shows what is left. */
  used?: string;
  /** The header that says when the quota resets. */
  reset?: string;
  /** What `reset` counts or is: "date" is an HTTP date or RFC 3339, "duration" is `1m30s` or ISO 8601. @default by the value's shape and size */
  resetUnit?: "epoch-s" | "epoch-ms" | "delta-s" | "delta-ms" | "delta-min" | "date" | "duration";
  /** The window's length in ms, if no header reports it. */
  window?: number;
  /** The header of the bucket's name: quotas of other names are others. */
  bucket?: string;
}

/**
 * The errors of an API, as rules. Plain JSON, no functions; the built-in APIs are written in the same form. Give it to
 * {@link createExplainer}, or to a {@link Profile} for what `throwHttpErrors` throws; check it by {@link defineCatalog}.
 *
 * Of the rules that hold, the first fixes kind, verdict and words, and all give causes and fields. First come your catalogs, then
 * the provider's, then what holds for all APIs, then the status; within a catalog the higher `priority`, then the rule of more
 * conditions, then the earlier one.
 */
export interface Catalog {
  /** The version of the format. */
  catalog: 1;
  /** The API: "acme". Ids of rules begin with it: "acme.frozen". `explanation.provider` says it. */
  provider: string;
  /** What it is called in sentences: "Acme responded 423". @default "The server" */
  name?: string;
  /** "api.acme.com", "*.acme.com", "localhost:8080". @default wherever no other API is recognised */
  hosts?: string[];
  /** APIs whose rules hold here too: `["clever"]` for a mirror of Clever. */
  extends?: string[];
  /** How to recognise the API by its responses if the host does not show it, as a rule's `when`. */
  recognise?: CatalogCondition;
  /** One for each error that is to be recognised. */
  rules: CatalogRule[];
  /** Reports, and the rules that must explain them. {@link defineCatalog} runs them; an explainer does not. */
  tests?: CatalogTest[];
}

/** One rule of a {@link Catalog}. */
export interface CatalogRule {
  /** Begins with the provider's name and a dot. Never rename it: it is what logs and links hold. */
  id: string;
  /** From 0 to 10000. Higher goes first. @default 0 */
  priority?: number;
  /** What must hold; see {@link CatalogCondition}. */
  when: CatalogCondition;
  /** What it means; see {@link CatalogMeaning}. */
  then: CatalogMeaning;
}

/**
 * How a text is tested, letters of ASCII in any case: a template, a list of which one must fit, `true` for any text, or an object
 * of which all members must hold.
 *
 * A template is anchored at both ends; `*` stands for anything, and `{name}` (lower-case letters) too, which then fills the hole of
 * that name in the rule's texts. {field}, {entity}, {code}, {in} and {id} take one word; {field} and {fields} become field errors. There are no
 * regular expressions: a test takes time linear in the text.
 */
export type CatalogText =
  | true
  | string
  | CatalogText[]
  | {
      /** The whole text, or one of a list. */
      equals?: string | number | boolean | (string | number | boolean)[];
      /** A part of the text. */
      contains?: string;
      /** How the text begins. */
      startsWith?: string;
      /** A template, or a list of which one must fit. */
      template?: string | string[];
      /** Greater than. Whole numbers here and below; a fraction in the text is dropped. */
      gt?: number;
      /** Greater than or equal. */
      gte?: number;
      /** Less than. */
      lt?: number;
      /** Less than or equal. */
      lte?: number;
    };
/** The same of what may be absent: `false` and `{ exists: false }` ask that it be so. */
export type CatalogPresence =
  | CatalogText
  | boolean
  | {
      /** Whether it must be there. */
      exists?: boolean;
      /** The same as `exists`. */
      present?: boolean;
    };

/**
 * A rule's `when`: it holds if all its members do. Of a 2xx only rules are asked that name a `status`.
 *
 * @example
 * ```js
 * const when = { status: [413, "4xx"], url: { param: "limit", gt: 10000 }, not: { bodyIs: "html" } };
 * ```
 */
export type CatalogCondition = {
  /** 404, "4xx", or a list. */
  status?: number | string | (number | string)[];
  /** The request's method. */
  method?: CatalogText;
  /** What `api.code` will say. */
  code?: CatalogText;
  /** Each message of the response, then its lines, then its parts between commas. */
  message?: CatalogText;
  /** The first 64 KiB. */
  body?: CatalogText;
  /** What was sent, where the report says. */
  requestBody?: CatalogText;
  /**
   * What is wrong with the request by its own look, under a status from 400 to 422: one of these, or a list. With the holes
   * that its texts may have: "placeholder" {placeholder}, "undefined" {value}, "null" {value}, "size" {param} {value} {most}, "empty-segment", "blank",
   * "encoded-twice"; "body-object", "broken-json" {place}, "body-undefined" {member}, "body-on-get"; "no-boundary", "unlabelled",
   * "json-as-text", "json-as-form", "form-as-json", "accept"; "redirected" {method}; "no-credentials", "auth-in-query" {param},
   * "auth-empty", "auth-undefined", "auth-placeholder", "auth-doubled", "auth-quoted", "auth-blank", "auth-basic", "auth-bare",
   * "auth-expired" {when}, "auth-scheme" {sent} {wanted}.
   */
  request?: string | string[];
  /**
   * By name: what was sent, where the report says. `false` holds where the request's headers are known and it is not one of
   * them. Evidence has the name alone, and holes of its templates stay empty: no value of a request's header is shown.
   */
  requestHeader?: Record<string, CatalogPresence>;
  /** By name. */
  header?: Record<string, CatalogPresence>;
  /** By JSON pointer (RFC 6901) into the body. A type's name alone asks for the type. */
  json?: Record<
    string,
    | CatalogPresence
    | {
        /** The type that the value must have. */
        type?: "missing" | "null" | "boolean" | "number" | "string" | "array" | "object";
      }
  >;
  /** `param`: a name, with the test of its value beside it; or tests by name. */
  url?: {
    /** The host of the request's URL. */
    host?: CatalogText;
    /** Its path. */
    path?: CatalogText;
    /** A parameter of its query. */
    param?: string | Record<string, CatalogPresence>;
    [test: string]: unknown;
  };
  /** The form that the body must be in, or a list: "html", "proxy", "text", "json", "empty". */
  bodyIs?: string | string[];
  /** The envelope's name, as `explanation.format`. */
  format?: CatalogText;
  /** Must not hold. */
  not?: CatalogCondition;
  /** One of these must hold. */
  any?: CatalogCondition[];
};

/**
 * A rule's `then`. Without `kind` it only adds causes and fields. Texts may have holes: {name} of a template in `when`, and
 * {url.limit} of a parameter that `when` asks for.
 *
 * @example
 * ```js
 * const then = {
 *   kind: "too_large",
 *   retry: { verdict: "never", until: "limit is 10000 or less" },
 *   field: "limit", in: "query", fieldReason: "range",
 *   causes: [{ id: "limit", confidence: "certain", text: "limit is {url.limit}; the maximum is 10000." }],
 *   action: "Use limit=10000 or less and page through the rest.",
 * };
 * ```
 */
export type CatalogMeaning = {
  /** What the failure is. @default the rule adds to another's */
  kind?: Exclude<Explanation["kind"], "success" | "network" | "aborted" | "unknown">;
  /** One of the kind's. @default "unknown", or what the status says */
  reason?: string;
  /** When to try again; a delay that the response itself gives goes before it. @default the kind's */
  retry?: Partial<Retry> & {
    /** Whether and when to try again. */
    verdict: Retry["verdict"];
  };
  /** Until when the same request is in vain; short for the verdict "never". */
  until?: string;
  /** A few words. @default the kind's */
  title?: string;
  /** A sentence, for the developer. @default made of status, code and message */
  whatHappened?: string;
  /** Likeliest first. */
  causes?: {
    /** Stable, within the rule. */
    id: string;
    /** A sentence, for the developer. */
    text: string;
    /** How sure it is. @default "likely" */
    confidence?: Cause["confidence"];
    /** How to find out. */
    check?: string;
  }[];
  /** For the developer: what to do now. */
  action?: string;
  /** `api.docsUrl`, if the response has no link. */
  docsUrl?: string;
  /** Your own text for end users, by its key in `messages`. @default `user.<kind>` */
  userMessageKey?: UserMessageKey | (string & {});
  /** The field, or fields, that it is about. */
  field?: string;
  /** The same for several. */
  fields?: string[];
  /** The part of the request that the field is in. */
  in?: FieldError["in"];
  /** What kind of mistake it is. */
  fieldReason?: FieldError["reason"];
  /** @default what the API says */
  fieldMessage?: string;
  /** `api.code`, if the response has none. */
  code?: string;
};

/** A report, and the id that must explain it. Without `url` it counts as a response of the catalog's API. */
export interface CatalogTest extends Record<string, unknown> {
  /** What must come of it. */
  expect: {
    /** The id of the rule that must decide. */
    id: string;
  };
}

/**
 * Checks a catalog and returns it: its version, unknown keys and wrong values anywhere, ids, kinds, reasons and verdicts, holes
 * that nothing fills, rules that another one always comes before, and the catalog's own tests. Call it in your tests or your build:
 * {@link createExplainer} takes catalogs without it, and then does not load it.
 *
 * @throws PolicyOptionError whose `field` names the rule and the place in it: "rules[acme.frozen].then.kind".
 *
 * @example
 * ```js
 * export const acme = defineCatalog({
 *   catalog: 1,
 *   provider: "acme",
 *   hosts: ["api.acme.com"],
 *   rules: [
 *     {
 *       id: "acme.seat-taken",
 *       when: { status: 409, message: "seat {seat} is taken" },
 *       then: { kind: "conflict", action: "Offer a seat other than {seat}.", userMessageKey: "acme.seat-taken" },
 *     },
 *   ],
 *   tests: [{ status: 409, body: '{"message":"Seat 12A is taken"}', expect: { id: "acme.seat-taken" } }],
 * });
 * ```
 */
export function defineCatalog(catalog: Catalog): Catalog;

/** The keys of the texts for end users that are built in. A rule of a catalog may have a key of its own (`userMessageKey`). */
export type UserMessageKey =
  | `user.${Explanation["kind"]}`
  | "user.success.message"
  | `user.validation_failed.${"exists" | "request"}`
  | `user.unauthenticated.${"session" | "expired" | "password" | "step_up" | "key"}`
  | `user.forbidden.${"key" | "account" | "region" | "blocked" | "bot_challenge"}`
  | `user.conflict.${"exists" | "changed" | "done"}`
  | "user.locked.pending"
  | `user.${"rate_limited" | "unavailable"}.after`
  | "user.quota_exhausted.plan"
  | `user.business_rule.${"declined" | "funds" | "sold_out" | "exists" | "done"}`
  | "user.server_error.check"
  | `user.network.${"connection" | "interrupted"}`
  | "user.timeout.check";

/**
 * Texts for end users by key: `userMessageKey` of an explanation, its `params` in the holes. `locale` is the language, as a BCP 47 tag.
 *
 * A text is in a subset of ICU MessageFormat, so that other i18n tools read it the same way: `{wait}`, `{wait, number}`,
 * `{wait, plural, =0 {…} one {# second} other {# seconds}}`, `{unit, select, minute {…} other {…}}`, nested 16 braces deep at most (eight
 * plurals in one another). `'{'` is a brace to be shown, and `''` an apostrophe. Of this package alone are `{seconds, relative}`
 * ("in 30 seconds") and `{seconds, duration}` ("30 seconds"), in the words of the host's `Intl`.
 *
 * A text with a mistake, or with an argument that the explanation does not have, is passed over; {@link defineMessages} finds it before.
 */
export interface Messages extends Partial<Record<UserMessageKey, string>> {
  /** The language of the texts, as a BCP 47 tag. */
  locale?: string;
  /** A catalog's own key: "acme.seat-taken". */
  [key: `${string}.${string}`]: string | undefined;
}

/** A pack of this package: all texts of one language. */
export type MessagePack = Record<UserMessageKey | "locale", string>;

/** A pack whose keys under "user." are known ones. */
type KnownMessages<Pack> = {
  [Key in keyof Pack]: Key extends UserMessageKey | "locale"
    ? string
    : Key extends `user.${string}`
      ? never
      : Key extends `${string}.${string}`
        ? string
        : never;
};

/**
 * Checks a pack of texts and returns it: unknown keys, values that are no texts, mistakes in ICU MessageFormat (a brace that is not
 * closed, a plural without `other`), arguments that no explanation has, and the locale. Call it in your tests or your build:
 * {@link createExplainer} reads packs without it and skips a text that cannot be shown.
 *
 * @param options `catalogs`: whose own keys are known, and no others; without them each key that has a dot and does not begin with
 * "user." may be one. `complete`: each kind must have a text.
 * @throws PolicyOptionError whose `field` is the key.
 *
 * @example
 * ```js
 * export const messages = defineMessages(
 *   {
 *     locale: "en",
 *     "user.rate_limited.after": "Slow down: {unit, select, second {{wait, plural, one {# second} other {# seconds}}} other {a while}}.",
 *     "acme.seat-taken": "This seat is taken.",
 *   },
 *   { catalogs: [acme] },
 * );
 * ```
 */
export function defineMessages<const Pack extends object>(
  pack: Pack & KnownMessages<Pack>,
  options?: { catalogs?: Catalog[]; complete?: boolean },
): Pack;

/** Where time and chance come from. Replace any of it in a test. */
export interface Host {
  /** The wall clock, as `Date.now()`. */
  now(): number;
  /** A clock that does not go back, as `performance.now()`. */
  monotonic(): number;
  /** From 0 up to, not including, 1. */
  random(): number;
  /** Calls `callback` after `ms`; gives a handle for `clearTimeout`. */
  setTimeout(callback: () => void, ms: number): unknown;
  /** Takes back a `setTimeout`. */
  clearTimeout(handle: unknown): void;
  /** `false`: a call whose network failed waits until it is not. `undefined`: not known. */
  online(): boolean | undefined;
}

/** What {@link RetryOptions.decide} receives. */
export interface RetryContext {
  /** The attempt that ended, from 1. */
  attempt: number;
  /** What was sent. */
  request: RequestView;
  /** The response, if one came. */
  response?: Response;
  /** What the host's fetch rejected with, if no response came. */
  error?: unknown;
  /** How long the wait would be, ms. */
  delay: number;
  /** What the policy decided. */
  decision: boolean;
}

/** The state of a policy as plain data; see {@link Policy.snapshot}. */
export type PolicySnapshot = {
  /** The version of the format. */
  version: 1;
  [key: string]: unknown;
};
