/**
 * Quotas shared beyond one realm: by several policies of one process, or through a store of your own. The other ways are entries of
 * their own: `fetch-with-policy/share/tabs`, `/share/redis`, `/share/durable-object`.
 *
 * @packageDocumentation
 */

/**
 * One client's message to a coordinator: hashes, counts and durations, nothing else. It fits any store that keeps JSON.
 */
export interface ShareMessage {
  version: 1;
  /** Who shares the quotas: a hash of the origin and the credentials, 32 hexadecimal digits. */
  scope: string;
  /** The policy that sends it: random, and new for each policy. */
  client: string;
  /** Requests that wait. */
  want: number;
  /** Requests sent so far of which no quota is known. */
  sent: number;
  /** For how long the server asked all of the scope to wait, ms. */
  held: number;
  quotas: SharedQuotaReport[];
}

/** What a client reports of one quota. */
export interface SharedQuotaReport {
  /** A hash of its name and unit, 8 hexadecimal digits. */
  id: string;
  /** Units a window. */
  limit: number;
  /** How the server counts: 0 a bucket, 1 a sliding log, 2 windows. */
  mode: 0 | 1 | 2;
  /** Units of the open window that this client used; of a bucket, units that are missing in it, whoever used them. */
  used: number;
  /** Units of it that are gone, whoever used them, as far as the client knows. */
  taken: number;
  /** Units that wait. */
  want: number;
  /** Units that the client still holds: of this window, used ones included; of a bucket, tokens that it was given and did not use. */
  units: number;
  /** Until what is used comes back, ms; 0 where nobody knows. Of a bucket: how long ago the server told what is missing. */
  back: number;
  /** The window's length, or how long an empty bucket takes to fill, ms; 0 where nobody knows. */
  window: number;
  /** It wants to try alone whether the window is over. */
  alone: boolean;
  /** How new what it knows is. */
  revision: number;
  /** What it knows, for other clients to read: at most 20 whole numbers. */
  know: number[];
}

/** The coordinator's reply to a {@link ShareMessage}. A reply that breaks a rule below counts as none. */
export interface ShareReply {
  /** Clients of the scope, this one included: 1 or more. */
  members: number;
  /** When asking again may help, ms. */
  retry: number;
  /** For how long all of the scope are asked to wait, ms. */
  held: number;
  quotas: SharedQuotaReply[];
}

/** The reply on one quota. */
export interface SharedQuotaReply {
  /** As in the report. */
  id: string;
  limit: number;
  /** Units of this window, used ones included; of a bucket, tokens given out with this reply. From 0 to `limit`. */
  units: number;
  /** Units of the next window; of a bucket, in how many ms the last of the tokens is there. */
  next: number;
  /** For how long both hold, ms. */
  lease: number;
  /** Whether there is less than all want: only then do shares bind. */
  scarce: boolean;
  /** For how long this client may try alone, ms; 0: it may not. */
  alone: number;
  revision: number;
  /** How long ago `know` was reported, ms. */
  age: number;
  know: number[];
}

/**
 * Where quotas are shared beyond one policy. Calls never depend on it: the first send of a scope does not wait for it, no call waits
 * for it longer than `patience` once, and none is rejected, lost or sent twice because of it.
 */
export interface Coordinator {
  /**
   * Takes one message and gives the reply. Must be atomic for each `message.scope`. It may reject, hang or give nonsense:
   * then what the policy itself knows serves.
   */
  exchange(message: ShareMessage, signal: AbortSignal): Promise<ShareReply>;
  /** Calls `news` with a scope of which others changed something, where this host can be called at any time. Returns how to stop that. */
  subscribe?(news: (scope: string, client: string) => void): () => void;
  /** How long a reply is waited for, ms. @default 500 */
  patience?: number;
}

/**
 * One step of the ledger, which all coordinators run: pure, and without a clock. It knows shares of limits and nothing of HTTP.
 *
 * `state` is what the step before returned, or undefined for an empty ledger; it is plain JSON. `now` is the coordinator's clock, in
 * ms; clocks of the realms do not enter. `news` tells that other realms have something to learn.
 */
export function ledger(state: unknown, message: ShareMessage, now: number): { state: unknown; reply: ShareReply; news: boolean };

/**
 * A coordinator in memory: for several policies of one process, and for tests.
 *
 * @example
 * import { createPolicy } from "fetch-with-policy";
 * import { createLedger } from "fetch-with-policy/share";
 *
 * const coordinator = createLedger();
 * const importer = createPolicy({ coordinator });
 * const exporter = createPolicy({ coordinator, retry: false });
 */
export function createLedger(): Coordinator;

/** A store that can replace a value only if nobody else did. */
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
 * @example Deno KV
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
 *
 * @throws {PolicyOptionError} if `update` is no function, or `secret` is missing or short
 */
export function storeCoordinator(options: StoreOptions): Coordinator;
