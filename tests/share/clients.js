// @ts-check
// Each client library, connected to one server: what redis() takes, raw commands, and the end.
import { Redis as Upstash } from "@upstash/redis";
import { GlideClient, Logger } from "@valkey/valkey-glide";
import { Redis as Ioredis } from "ioredis";
import Iovalkey from "iovalkey";
import { createClient, createClientPool } from "redis";
import { startBridge } from "./upstash-bridge.js";

/** @typedef {{ client: any, close: () => unknown }} Opened */

// It would print each reply that is an error.
Logger.setLoggerConfig("off");
// What fails is the exchange's to tell; an "error" that nobody listens to would end the process.
const quiet = (/** @type {any} */ client) => (client.on("error", () => {}), client);

/** @type {Record<string, (port: number) => Promise<Opened>>} */
export const CLIENTS = {
  async ioredis(port) {
    const client = quiet(new Ioredis(port, "127.0.0.1"));
    return { client, close: () => client.disconnect() };
  },
  async iovalkey(port) {
    const client = quiet(new Iovalkey(port, "127.0.0.1"));
    return { client, close: () => client.disconnect() };
  },
  async "node-redis"(port) {
    const client = quiet(createClient({ socket: { port, host: "127.0.0.1" } }));
    await client.connect();
    return { client, close: () => client.destroy() };
  },
  async "node-redis, a pool"(port) {
    const client = quiet(createClientPool({ socket: { port, host: "127.0.0.1" } }));
    await client.connect();
    return { client, close: () => client.destroy() };
  },
  async "@upstash/redis"(port) {
    const bridge = await startBridge(port);
    return { client: new Upstash({ url: bridge.address, token: "token", retry: false }), close: bridge.stop };
  },
  async "@upstash/redis without parsing"(port) {
    const bridge = await startBridge(port);
    return { client: new Upstash({ url: bridge.address, token: "token", retry: false, automaticDeserialization: false }), close: bridge.stop };
  },
  async "@valkey/valkey-glide"(port) {
    const client = await GlideClient.createClient({ addresses: [{ host: "127.0.0.1", port }] });
    return { client, close: () => client.close() };
  },
  async "a function"(port) {
    const client = quiet(new Ioredis(port, "127.0.0.1"));
    const run = (/** @type {string} */ script, /** @type {string[]} */ keys, /** @type {string[]} */ args) => client.call("EVAL", [script, keys.length, ...keys, ...args]);
    return { client: run, close: () => client.disconnect() };
  },
};

/** A connection for the test's own commands. @param {import("node:test").TestContext} context @param {number} port */
export function commands(context, port) {
  const client = quiet(new Ioredis(port, "127.0.0.1"));
  context.after(() => client.disconnect());
  return (/** @type {string[]} */ ...[name = "", ...args]) => client.call(name, args);
}
