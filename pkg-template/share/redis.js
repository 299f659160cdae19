// @ts-check
/**
 * Quotas shared by processes through Redis or Valkey: the ledger is one script and one key for each scope. The script goes
 * over once; after that only its hash does, until the server forgets it.
 */
import { PolicyOptionError } from "../src/errors.js";
import script from "#share/redis.lua";
import { hex, scopeNames } from "./secret.js";

/** @typedef {(script: string, keys: string[], args: string[]) => Promise<unknown>} Run */
/** @typedef {{ hashed: (hash: string, key: string, message: string) => Promise<unknown>, whole: (key: string, message: string) => Promise<unknown> }} Calls */

/**
 * @param {any} client
 * @param {import("../share-redis.js").RedisOptions} options
 * @returns {import("../share.js").Coordinator}
 */
export function redis(client, options) {
  const { secret, prefix = "fetch-with-policy:" } = options ?? {};
  if (typeof prefix !== "string" || /[{}]/.test(prefix)) throw new PolicyOptionError("prefix", "a string without { and }");
  const nameOf = scopeNames(secret, "redis()");
  const run = runner(client);
  return {
    async exchange(message, signal) {
      const scope = await nameOf(message.scope);
      signal.throwIfAborted();
      const reply = await run(`${prefix}{${scope}}`, JSON.stringify({ ...message, scope }));
      // @upstash/redis parses what looks like JSON.
      return typeof reply === "string" ? JSON.parse(reply) : reply;
    },
  };
}

/** @param {any} client @returns {(key: string, message: string) => Promise<unknown>} */
function runner(client) {
  if (isClient(client) === false && typeof client === "function") return (key, message) => client(script, [key], [message]);
  const { hashed, whole } = callsOf(client);
  let hash = "";
  return async (key, message) => {
    if (hash === "") hash = hex(await crypto.subtle.digest("SHA-1", new TextEncoder().encode(script)));
    try {
      return await hashed(hash, key, message);
    } catch (error) {
      // NOSCRIPT, or what a client makes of it.
      if (!/noscript/i.test(String(/** @type {any} */ (error)?.message))) throw error;
      return whole(key, message);
    }
  };
}

const isClient = (/** @type {any} */ client) => ["createScript", "evalSha", "defineCommand", "customCommand"].some((name) => typeof client?.[name] === "function");

/**
 * How each library wants its arguments.
 * @param {any} client
 * @returns {Calls}
 */
function callsOf(client) {
  const has = (/** @type {string} */ name) => typeof client?.[name] === "function";
  // @upstash/redis
  if (has("createScript")) return { hashed: (hash, key, message) => client.evalsha(hash, [key], [message]), whole: (key, message) => client.eval(script, [key], [message]) };
  // node-redis
  if (has("evalSha")) {
    return { hashed: (hash, key, message) => client.evalSha(hash, { keys: [key], arguments: [message] }), whole: (key, message) => client.eval(script, { keys: [key], arguments: [message] }) };
  }
  // ioredis, iovalkey
  if (has("defineCommand")) return { hashed: (hash, key, message) => client.evalsha(hash, 1, key, message), whole: (key, message) => client.eval(script, 1, key, message) };
  // @valkey/valkey-glide
  if (has("customCommand")) {
    return { hashed: (hash, key, message) => client.customCommand(["EVALSHA", hash, "1", key, message]), whole: (key, message) => client.customCommand(["EVAL", script, "1", key, message]) };
  }
  throw new PolicyOptionError("client", "a client of ioredis, node-redis, @upstash/redis, iovalkey or @valkey/valkey-glide, or a function (script, keys, args) => Promise<string>");
}
