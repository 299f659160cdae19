// @ts-check
// Each client library, connected to one server: what redis() takes, raw commands, and the end.
// A library is loaded when it is opened: eight processes on a small machine take long enough to start.

/** @typedef {{ client: any, close: () => unknown }} Opened */

// What fails is the exchange's to tell; an "error" that nobody listens to would end the process.
const quiet = (/** @type {any} */ client) => (client.on("error", () => {}), client);

/** @type {Record<string, (port: number) => Promise<Opened>>} */
export const CLIENTS = {
  async ioredis(port) {
    const client = await ioredis(port);
    return { client, close: () => client.disconnect() };
  },
  async iovalkey(port) {
    const { default: Iovalkey } = await import("iovalkey");
    const client = quiet(new Iovalkey(port, "127.0.0.1"));
    return { client, close: () => client.disconnect() };
  },
  async "node-redis"(port) {
    const { createClient } = await import("redis");
    const client = quiet(createClient({ socket: { port, host: "127.0.0.1" } }));
    await client.connect();
    return { client, close: () => client.destroy() };
  },
  async "node-redis, a pool"(port) {
    const { createClientPool } = await import("redis");
    const client = quiet(createClientPool({ socket: { port, host: "127.0.0.1" } }));
    await client.connect();
    return { client, close: () => client.destroy() };
  },
  async "@upstash/redis"(port) {
    return upstash(port, {});
  },
  async "@upstash/redis without parsing"(port) {
    return upstash(port, { automaticDeserialization: false });
  },
  async "@valkey/valkey-glide"(port) {
    const { GlideClient, Logger } = await import("@valkey/valkey-glide");
    // It would print each reply that is an error.
    Logger.setLoggerConfig("off");
    const client = await GlideClient.createClient({ addresses: [{ host: "127.0.0.1", port }] });
    return { client, close: () => client.close() };
  },
  async "a function"(port) {
    const client = await ioredis(port);
    const run = (/** @type {string} */ script, /** @type {string[]} */ keys, /** @type {string[]} */ args) => client.call("EVAL", [script, keys.length, ...keys, ...args]);
    return { client: run, close: () => client.disconnect() };
  },
};

/** @param {number} port */
async function ioredis(port) {
  const { Redis } = await import("ioredis");
  return quiet(new Redis(port, "127.0.0.1"));
}

/** @param {number} port @param {object} options @returns {Promise<Opened>} */
async function upstash(port, options) {
  const [{ Redis }, { startBridge }] = await Promise.all([import("@upstash/redis"), import("./upstash-bridge.js")]);
  const bridge = await startBridge(port);
  return { client: new Redis({ url: bridge.address, token: "token", retry: false, ...options }), close: bridge.stop };
}

/** A connection for the test's own commands. @param {import("node:test").TestContext} context @param {number} port */
export async function commands(context, port) {
  const client = await ioredis(port);
  context.after(() => client.disconnect());
  return (/** @type {string[]} */ ...[name = "", ...args]) => client.call(name, args);
}
