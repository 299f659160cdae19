/**
 * Quotas shared by processes through Redis or Valkey.
 *
 * @packageDocumentation
 */
import type { Coordinator } from "./share.js";

/** The secret by which scopes are hashed, and the names of keys. */
export interface RedisOptions {
  /** At least 16 characters, the same in each process that shares. Scopes are hashed by it (HMAC-SHA-256) before they leave. */
  secret: string;
  /** The beginning of each key. @default "fetch-with-policy:" */
  prefix?: string;
}

/** A client of ioredis or iovalkey, of one server or a cluster. */
export interface IoredisLike {
  /** Tells it from other clients. */
  defineCommand: (...args: any[]) => unknown;
  /** Runs a script. */
  eval: (...args: any[]) => Promise<unknown>;
  /** Runs a script that the server knows, by its hash. */
  evalsha: (...args: any[]) => Promise<unknown>;
}

/** A client of the package `redis` (node-redis), a pool, or a cluster. */
export interface NodeRedisLike {
  /** Runs a script. */
  eval: (...args: any[]) => Promise<unknown>;
  /** Runs a script that the server knows, by its hash. */
  evalSha: (...args: any[]) => Promise<unknown>;
}

/** A client of `@upstash/redis`. */
export interface UpstashLike {
  /** Tells it from other clients. */
  createScript: (...args: any[]) => unknown;
  /** Runs a script. */
  eval: (...args: any[]) => Promise<unknown>;
  /** Runs a script that the server knows, by its hash. */
  evalsha: (...args: any[]) => Promise<unknown>;
}

/** A client of `@valkey/valkey-glide`. */
export interface GlideLike {
  /** Runs any command. */
  customCommand: (...args: any[]) => Promise<unknown>;
}

/** Any other client: runs `script` with EVAL and returns its reply. */
export type RunScript = (script: string, keys: string[], args: string[]) => Promise<unknown>;

/**
 * Shares quotas through a Redis or Valkey server that your client is connected to. It runs one script and keeps one key for each scope,
 * which expires by itself. The clock is the server's. After the first exchange only the script's hash goes over (EVALSHA); if the server has
 * forgotten the script, it is sent again.
 *
 * The server holds hashes, counts and durations only. If it is away or slow, each process keeps to its quotas by itself
 * until it is back. The policy does not close your client.
 *
 * @example
 * ```js
 * import Redis from "ioredis";
 * import { createPolicy } from "fetch-with-policy";
 * import { redis } from "fetch-with-policy/share/redis";
 *
 * const coordinator = redis(new Redis("redis://localhost"), { secret: "at least 16 characters" });
 * const policy = createPolicy({ coordinator });
 * ```
 *
 * @example
 * With Bun's own client:
 * ```js
 * import { redis } from "fetch-with-policy/share/redis";
 *
 * const coordinator = redis((script, keys, args) => Bun.redis.send("EVAL", [script, String(keys.length), ...keys, ...args]), {
 *   secret: "at least 16 characters",
 * });
 * ```
 *
 * @throws {PolicyOptionError} if `secret` is missing or short, or `client` is none of these
 */
export function redis(client: IoredisLike | NodeRedisLike | UpstashLike | GlideLike | RunScript, options: RedisOptions): Coordinator;
