/**
 * Quotas shared by several clients: by policies of one process, or through a store of yours. The other ways are entries of
 * their own: `fetch-with-policy/share/tabs`, `/share/redis`, `/share/durable-object`.
 *
 * @packageDocumentation
 */

/**
 * One client's message to a coordinator: hashes, counts and durations, nothing else. It is plain JSON.
 */
export interface ShareMessage {
  /** The version of this format. */
  version: 1;
  /** Who shares the quotas: a hash of the origin and the credentials, 32 hexadecimal digits. */
  scope: string;
  /** The policy that sends it: random, and new for each policy. */
  client: string;
  /** Requests that wait. */
  want: number;
  /** Requests sent so far of which no quota is known. */
  sent: number;
  /** For how much longer the server asked all of the scope to wait, ms; 0 if it did not. */
  held: number;
  /** What it reports of each quota of the scope. */
  quotas: SharedQuotaReport[];
}

/** What a client reports of one quota. */
export interface SharedQuotaReport {
  /** A hash of its name and unit, 8 hexadecimal digits. */
  id: string;
  /** Units per window. */
  limit: number;
  /** How the server counts: 0 a token bucket, 1 a sliding log, 2 windows. */
  mode: 0 | 1 | 2;
  /** Units of the current window that this client used; of a bucket, units that are missing in it, whoever used them. */
  used: number;
  /** Units of it that are gone, whoever used them, as far as the client knows. */
  taken: number;
  /** Units that wait. */
  want: number;
  /** Units that the client still holds: of this window, used ones included; of a bucket, tokens that it was given and did not use. */
  units: number;
  /** In how many ms what is used is available again; 0 if nobody knows. Of a bucket: how long ago the server reported what is missing, ms. */
  back: number;
  /** The window's length, or how long an empty bucket takes to fill, ms; 0 if nobody knows. */
  window: number;
  /** It wants to be the only one that tries whether the window is over. */
  alone: boolean;
  /** How new `know` is: a higher number replaces a lower one. */
  revision: number;
  /** What it knows of the quota, for other clients to read: at most 20 whole numbers. */
  know: number[];
}

/** The coordinator's reply to a {@link ShareMessage}. A reply that breaks a rule below counts as none. */
export interface ShareReply {
  /** Clients of the scope, this one included: 1 or more. */
  members: number;
  /** In how many ms it may help to ask again. */
  retry: number;
  /** For how much longer all of the scope have to wait, because the server asked one of them to, ms. */
  held: number;
  /** What it grants of each quota. */
  quotas: SharedQuotaReply[];
}

/** The reply on one quota. */
export interface SharedQuotaReply {
  /** As in the report. */
  id: string;
  /** As in the report. */
  limit: number;
  /** The client's units of this window, used ones included; of a bucket, the tokens that this reply gives it. From 0 to `limit`. */
  units: number;
  /** The client's units of the next window; of a bucket, in how many ms the last of its tokens is there. */
  next: number;
  /** For how long both hold, ms. */
  lease: number;
  /** Whether the clients want more than there is. Only then do shares bind. */
  scarce: boolean;
  /** For how long this client may be the only one that tries, ms; 0: it may not. */
  alone: number;
  /** How new `know` is. */
  revision: number;
  /** How long ago `know` was reported, ms. */
  age: number;
  /** What the clients know of the quota; empty if nothing newer than what the client reported. */
  know: number[];
}

/**
 * Where several policies share quotas: the option `coordinator`. Calls never depend on it: the first send of a scope does not
 * wait for it, no call waits for it longer than `patience` once, and none is rejected, lost or sent twice because of it.
 */
export interface Coordinator {
  /**
   * Takes one message and returns the reply. It must be atomic for each `message.scope`. `signal` aborts once the policy no longer
   * waits for the reply. If it rejects, never settles or returns nonsense, the policy keeps to what it knows itself.
   */
  exchange(message: ShareMessage, signal: AbortSignal): Promise<ShareReply>;
  /**
   * Calls `news` with a scope, and the client that wrote, whenever other clients changed something that the policy should know.
   * Returns a function that ends this. Optional: without it the policy asks again by itself.
   */
  subscribe?(news: (scope: string, client: string) => void): () => void;
  /** How long the policy waits for a reply, ms. @default 500 */
  patience?: number;
}

/**
 * One step of the ledger, which all coordinators run: a pure function, without a clock. It divides units and knows nothing of HTTP.
 *
 * `state` is what the step before returned, or undefined for an empty ledger; it is plain JSON and may be changed in place. `now` is the
 * coordinator's clock, ms; clocks of the clients do not matter.
 */
export function ledger(state: unknown, message: ShareMessage, now: number): LedgerStep;

/** What {@link ledger} returns. */
export interface LedgerStep {
  /** The new state. */
  state: unknown;
  /** The reply to the client. */
  reply: ShareReply;
  /** Whether other clients have something to learn. */
  news: boolean;
}

/**
 * A coordinator in memory: for several policies of one process, and for tests.
 *
 * @example
 * ```js
 * import { createPolicy } from "fetch-with-policy";
 * import { createLedger } from "fetch-with-policy/share";
 *
 * const coordinator = createLedger();
 * const importer = createPolicy({ coordinator });
 * const exporter = createPolicy({ coordinator, retry: false });
 * ```
 */
export function createLedger(options?: LedgerOptions): Coordinator;

/** The clock of {@link createLedger}. */
export interface LedgerOptions {
  /** The clock, epoch ms. With a simulator's virtual clock, give `simulator.host.now`. @default Date.now */
  now?: () => number;
}

/** A store that can replace a value only if nobody else did: one with compare-and-swap. */
export interface StoreOptions {
  /**
   * Replaces the value of `key`, in one step. Read the old value (undefined or null if there is none), call `change` with it, write
   * the new value only if the old one is still there, and else begin again; return the result that `change` gave for the value
   * that was written.
   *
   * - `change` may run several times. Values are plain JSON. Its second argument is the store's clock in ms, if the store has one;
   *   without it, `Date.now()` counts, and the machines' clocks should agree to some hundred ms.
   * - `ttl`, ms: the value may be dropped once nobody wrote it for so long.
   * - `signal` aborts when the policy no longer waits: end the loop then.
   */
  update: <T>(key: string, change: (old: unknown, now?: number) => [value: unknown, result: T], ttl: number, signal: AbortSignal) => Promise<T>;
  /** At least 16 characters, the same wherever the quotas are shared. Scopes are hashed by it (HMAC-SHA-256) before they leave. */
  secret: string;
  /** The beginning of each key. @default "fetch-with-policy:" */
  prefix?: string;
}

/**
 * A coordinator over a store with compare-and-swap: Deno KV, Postgres, etcd, DynamoDB and others. Each exchange is a read and a
 * write. Writers of one quota take turns, so it suits some ten processes; for more use `fetch-with-policy/share/redis`.
 *
 * @example
 * With Deno KV:
 * ```js
 * import { storeCoordinator } from "fetch-with-policy/share";
 *
 * const kv = await Deno.openKv();
 * const coordinator = storeCoordinator({
 *   secret: Deno.env.get("QUOTA_SECRET"),
 *   async update(key, change, ttl, signal) {
 *     for (;;) {
 *       signal.throwIfAborted();
 *       const entry = await kv.get([key]);
 *       const [value, result] = change(entry.value);
 *       const { ok } = await kv.atomic().check(entry).set([key], value, { expireIn: ttl }).commit();
 *       if (ok) return result;
 *     }
 *   },
 * });
 * ```
 *
 * @throws {PolicyOptionError} if `update` is no function, or `secret` is missing or short
 */
export function storeCoordinator(options: StoreOptions): Coordinator;
