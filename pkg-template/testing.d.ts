import type { FetchLike, HeaderDialect, Host } from "./index.js";

/**
 * A rate-limited API in memory, and a virtual clock: run what your code does in an hour in milliseconds, the same each time.
 *
 * It works with any client. `fetch` is the network; `host` is the clock and the randomness of a policy. Your own code that
 * sleeps uses `host.setTimeout`, or runs under the fake timers of your test tool with `clock: "host"`.
 *
 * @throws {PolicyOptionError} for a bad option; `field` is its path
 *
 * @example
 * ```js
 * const simulator = createSimulator({ limit: 60, window: 60_000, dialect: "github" });
 * const policy = createPolicy({ fetch: simulator.fetch, host: simulator.host, rateLimit: { maxWait: 3_600_000 } });
 *
 * const responses = await simulator.run(() =>
 *   Promise.all(Array.from({ length: 600 }, (_, n) => policy.fetch(`https://api.example.com/items/${n}`))),
 * );
 * assert(responses.every(({ ok }) => ok));
 * assert(simulator.rejections.length === 0);
 * ```
 *
 * @example An outage of three seconds, and one response that breaks off
 * ```js
 * simulator.outage(0, 3000, "network");
 * simulator.fail(1, "cut");
 * ```
 *
 * @example Under fake timers: vitest's, jest's or node:test's
 * ```js
 * vi.useFakeTimers();
 * const simulator = createSimulator({ clock: "host", limit: 10, window: 60_000 });
 * const policy = createPolicy({ fetch: simulator.fetch });
 * const responses = Promise.all(Array.from({ length: 20 }, () => policy.fetch("https://api.example.com/")));
 * await vi.advanceTimersByTimeAsync(70_000);
 * await responses;
 * ```
 */
export function createSimulator(options?: SimulatorOptions): Simulator;

/** What {@link createSimulator} takes: the quota, how it is reported, and what goes wrong. */
export interface SimulatorOptions {
  /** Chance: latencies, errors, and what `host.random` gives. The same seed is the same run. @default 1 */
  seed?: number;
  /** "virtual": time passes in `run` and `advance` only. "host": `Date` and `setTimeout`, as they stand at each use, fake ones too. @default "virtual" */
  clock?: "virtual" | "host";
  /** Where the virtual clock begins, epoch ms. @default 2027-01-01T00:00:00Z */
  start?: number;
  /** Requests that a window admits. @default 60 */
  limit?: number;
  /** Its length, ms. @default 60000 */
  window?: number;
  /** Several limits at once, instead of `limit` and `window`. A unit other than "requests" is taken by `cost`. */
  limits?: {
    /** Units that a window admits. */
    limit: number;
    /** The length of the window, ms. */
    window: number;
    /** The name that headers give it. */
    name?: string;
    /** What is counted. @default "requests" */
    unit?: string;
  }[];
  /**
   * What the windows are. "fixed": aligned to the clock; "first-request": each opens with a request; "sliding": the last
   * `window` ms at each instant; "token-bucket": `limit` at once, refilled evenly in `window`. @default "fixed"
   */
  algorithm?: "fixed" | "first-request" | "sliding" | "token-bucket";
  /** How the quota is reported: an API's name, your own {@link Dialect}, or headers in the form of a profile's `dialects` (then with Retry-After). @default "ietf-draft-10" */
  dialect?: DialectName | Dialect | DialectQuota | DialectQuota[];
  /** What a refusal's Retry-After is. @default the dialect's */
  retryAfter?: RetryAfterForm;
  /** How whole seconds are made. @default "ceil" */
  round?: "ceil" | "floor";
  /** Whether responses have a Date. @default true */
  date?: boolean;
  /** A round trip, ms, or its least and most, drawn evenly: requests overtake one another. @default [5, 30] */
  latency?: number | [least: number, most: number];
  /** How far the client's wall clock is ahead of the server's, ms. @default 0 */
  skew?: number;
  /** Responses are of another origin that exposes no header to the page. @default false */
  hidden?: boolean;
  /** Errors by chance. `share` is of all requests; they come before the quota, which a `counted` one takes from all the same. @default none */
  errors?: ErrorChance | ErrorChance[];
  /** What shares a quota, e.g. by token; undefined: no quota counts the request, and none is reported. A thousand are remembered. @default all share one */
  scope?: (request: Request) => string | undefined;
  /** What a request takes: of "requests", or by unit. @default 1 */
  cost?: (request: Request) => number | Record<string, number>;
  /** Headers of every response. */
  headers?: Record<string, string>;
  /** See {@link Simulator.respond}. */
  respond?: Responder;
}

/** Errors by chance. */
export interface ErrorChance {
  /** Of all requests, from 0 to 1. */
  share: number;
  /** What goes wrong. @default 503 */
  failure?: Failure;
  /** Whether the request also takes from the quota. @default false */
  counted?: boolean;
}

/**
 * What goes wrong: a status, with headers and a body or without; "network": `fetch` rejects, as for a refused connection;
 * "hang": no response ever; "cut": a 200 whose body breaks off.
 */
export type Failure =
  | number
  | "network"
  | "hang"
  | "cut"
  | {
      /** The status of the response. */
      status: number;
      /** Its headers. */
      headers?: Record<string, string>;
      /** Its body. @default `{"error":"unavailable"}` */
      body?: string;
    };

/** Responds to what the quota admits. The quota's headers are added; one that it sets itself stands. Undefined: `{"ok":true}`. A promise must not wait for more than the virtual clock. */
export type Responder = (request: Request, at: number) => Response | undefined | Promise<Response | undefined>;

/** A simulated API and its clock, made by {@link createSimulator}. */
export interface Simulator {
  /** The network: takes what `fetch` takes. Every address is the API's. */
  readonly fetch: FetchLike;
  /** The clock and the chance for `createPolicy`. */
  readonly host: Host;
  /** The server's time, epoch ms. */
  now(): number;
  /** Lets `ms` of the virtual clock pass, and all that is due in them. Rejects with a `PolicyError`, code "not-virtual", on the host's clock. */
  advance(ms: number): Promise<void>;
  /**
   * Lets virtual time pass until `work` has settled, and settles as it does. On the host's clock it only waits.
   * Rejects with a `PolicyError`, code "not-settled", where `within` (ms, a day by default) is over or nothing is left that could settle it.
   */
  run<T>(work: Promise<T> | (() => T | Promise<T>), options?: { within?: number }): Promise<T>;
  /** All that arrived, in order. Yours to empty where a long run has no use for it. */
  readonly requests: SimulatedRequest[];
  /** Those that the quota refused. */
  readonly rejections: readonly SimulatedRequest[];
  /** The next `count` requests fail. @default failure 503 */
  fail(count: number, failure?: Failure): void;
  /** Requests that arrive from `from` up to `to` fail; both in ms from now. @default failure 503 */
  outage(from: number, to: number, failure?: Failure): void;
  /** From now on, this responds to what the quota admits; undefined: the usual response. */
  respond(handler: Responder | undefined): void;
  /** The least time, ms, in which a client that knows all has so many calls admitted from now on, by a quota of which nothing is used. */
  floor(calls: number): number;
}

/** A request that arrived at the simulated API. */
export interface SimulatedRequest {
  /** When it arrived, epoch ms of the server's clock. */
  at: number;
  /** In capitals. */
  method: string;
  /** The whole URL. */
  url: string;
  /** Its body is unread, unless a responder read it. */
  request: Request;
  /** Admitted by the quota, refused by it, or failed on purpose. */
  outcome: "admitted" | "limited" | "failed";
  /** 0 if no response comes. */
  status: number;
}

/** How APIs report their quotas. "retry-after": a refusal says when to come back, and nothing else is reported; "none": not even that. */
export type DialectName =
  | "none"
  | "retry-after"
  | "ietf-draft-03"
  | "ietf-draft-07"
  | "ietf-draft-10"
  | "x-ratelimit"
  | "x-ratelimit-ms"
  | "x-ratelimit-delta"
  | "anthropic"
  | "clever"
  | "discord"
  | "github"
  | "gitlab"
  | "linear"
  | "okta"
  | "openai"
  | "openai-seconds"
  | "reddit"
  | "shopify"
  | "slack"
  | "stripe"
  | "twitter"
  | "zendesk";

/** "seconds" and "decimal": from now; "date": an HTTP date; "ms": Retry-After-Ms. */
export type RetryAfterForm = "none" | "seconds" | "decimal" | "date" | "ms";

/** A way to report quotas, as data. */
export interface Dialect {
  /** Sets of headers. */
  quotas?: DialectQuota[];
  /** The IETF drafts' RateLimit and RateLimit-Policy: dictionaries (07), or lists of all limits (08 and later). */
  fields?: "draft-07" | "draft-10";
  /** Other headers of all responses that report a quota. */
  headers?: Record<string, string>;
  /** Of refusals. @default "none" */
  retryAfter?: RetryAfterForm;
  /** Other headers of refusals. */
  refused?: Record<string, string>;
  /** Of refusals. @default 429 */
  status?: number;
  /** Of refusals; `{seconds}` is the wait. @default `{"error":"too many requests"}` */
  body?: string;
}

/**
 * The headers of one quota: they report the limit of its `unit` (and `name`, where it has one) that is closest to its end.
 * `resetUnit` is "epoch-s" by default; "date" is RFC 3339 here.
 */
export interface DialectQuota extends Omit<HeaderDialect, "resetUnit"> {
  /** What the reset counts or is. @default "epoch-s" */
  resetUnit?: HeaderDialect["resetUnit"] | "http-date";
  /** A header of the form `32/40`. */
  usedOfLimit?: string;
  /** The reset's seconds have three decimals. @default false */
  decimal?: boolean;
}
