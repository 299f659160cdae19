/**
 * Quotas shared by processes through Redis or Valkey.
 *
 * @packageDocumentation
 */
import type { Coordinator } from "./share.js";

export interface RedisOptions {
  /** At least 16 characters, the same in each process that shares. Scopes are hashed by it (HMAC-SHA-256) before they leave. */
  secret: string;
  /** The beginning of each key. @default "fetch-with-policy:" */
  prefix?: string;
}

/** A client of ioredis or iovalkey, of one server or a cluster. */
export interface IoredisLike {
  defineCommand: (...args: any[]) => unknown;
  eval: (...args: any[]) => Promise<unknown>;
  evalsha: (...args: any[]) => Promise<unknown>;
}

/** A client of the package `redis` (node-redis), a pool, or a cluster. */
export interface NodeRedisLike {
  eval: (...args: any[]) => Promise<unknown>;
  evalSha: (...args: any[]) => Promise<unknown>;
}

/** A client of `@upstash/redis`. */
export interface UpstashLike {
  createScript: (...args: any[]) => unknown;
  eval: (...args: any[]) => Promise<unknown>;
  evalsha: (...args: any[]) => Promise<unknown>;
}

/** A client of `@valkey/valkey-glide`. */
export interface GlideLike {
  customCommand: (...args: any[]) => Promise<unknown>;
}

/** Any other client: runs `script` with EVAL and returns its reply. */
export type RunScript = (script: string, keys: string[], args: string[]) => Promise<unknown>;

/**
 * Shares quotas through a Redis or Valkey server that your client is connected to. One script, and one key for each scope, which
 * expires by itself. The server's clock counts. After the first exchange only the script's hash goes over (EVALSHA); if the server has
 * forgotten the script, it is sent again.
 *
 * The store holds hashes, counts and durations only. If the server is away or slow, each process keeps to its quotas by itself
 * until it is back. The client is yours: closing it stays your task.
 *
 * @example
 * import Redis from "ioredis";
 * import { createPolicy } from "fetch-with-policy";
 * import { redis } from "fetch-with-policy/share/redis";
 *
 * const coordinator = redis(new Redis(process.env.REDIS_URL), { secret: process.env.QUOTA_SECRET });
 * const policy = createPolicy({ coordinator });
 *
 * @example Bun's own client
 * redis((script, keys, args) => Bun.redis.send("EVAL", [script, String(keys.length), ...keys, ...args]), { secret });
 *
 * @throws {PolicyOptionError} if `secret` is missing or short, or `client` is none of these
 */
export function redis(client: IoredisLike | NodeRedisLike | UpstashLike | GlideLike | RunScript, options: RedisOptions): Coordinator;
