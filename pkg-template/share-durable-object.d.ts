/**
 * Quotas shared by the isolates of a Cloudflare Worker, through a Durable Object.
 *
 * @packageDocumentation
 */
import type { DurableObject } from "cloudflare:workers";
import type { Coordinator, ShareMessage, ShareReply } from "./share.js";

/**
 * The ledger as a Durable Object, one for each scope. Export it from the Worker's main module and bind it:
 *
 * ```jsonc
 * // wrangler.jsonc
 * "durable_objects": { "bindings": [{ "name": "QUOTAS", "class_name": "Quotas" }] },
 * "migrations": [{ "tag": "v1", "new_sqlite_classes": ["Quotas"] }]
 * ```
 *
 * It keeps the ledger in memory and writes no storage. After an eviction it begins with an empty ledger and learns from the next
 * messages what is lent out.
 */
export class Quotas extends DurableObject {
  /** Takes one message of a client and returns the reply. {@link durableObject} calls it. */
  exchange(message: ShareMessage): ShareReply;
}

/** The binding of {@link Quotas}. */
export interface QuotasNamespace {
  /** The id of the object with this name. */
  idFromName(name: string): any;
  /** The object. */
  get(id: any): any;
}

/** The secret by which scopes are hashed. */
export interface DurableObjectOptions {
  /** At least 16 characters. Scopes are hashed by it (HMAC-SHA-256) before an object is named by them. */
  secret: string;
}

/**
 * Shares quotas through `namespace`. It may be called at module scope, where `env` comes from "cloudflare:workers".
 *
 * @example
 * ```js
 * import { env } from "cloudflare:workers";
 * import { createPolicy } from "fetch-with-policy";
 * import { durableObject, Quotas } from "fetch-with-policy/share/durable-object";
 *
 * export { Quotas };
 * const policy = createPolicy({ coordinator: durableObject(env.QUOTAS, { secret: env.QUOTA_SECRET }) });
 * ```
 *
 * @throws {PolicyOptionError} if `namespace` is no binding of a Durable Object, or `secret` is missing or short
 */
export function durableObject(namespace: QuotasNamespace, options: DurableObjectOptions): Coordinator;
