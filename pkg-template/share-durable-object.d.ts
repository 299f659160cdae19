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
  exchange(message: ShareMessage): ShareReply;
}

/** The binding of {@link Quotas}. */
export interface QuotasNamespace {
  idFromName(name: string): any;
  get(id: any): any;
}

export interface DurableObjectOptions {
  /**
   * At least 16 characters. Scopes are hashed by it (HMAC-SHA-256) before they name an object. Without it they do as they are: a hash of
   * the origin and of the credentials, which the account's own logs may show.
   */
  secret?: string;
}

/**
 * Shares quotas through `namespace`. It may be called at module scope, where `env` comes from "cloudflare:workers".
 *
 * @example
 * import { env } from "cloudflare:workers";
 * import { createPolicy } from "fetch-with-policy";
 * import { durableObject, Quotas } from "fetch-with-policy/share/durable-object";
 *
 * export { Quotas };
 * const policy = createPolicy({ coordinator: durableObject(env.QUOTAS) });
 *
 * @throws {PolicyOptionError} if `namespace` is no binding of a Durable Object, or `secret` is short
 */
export function durableObject(namespace: QuotasNamespace, options?: DurableObjectOptions): Coordinator;
