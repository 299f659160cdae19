// @ts-check
import { join } from "node:path";

const tool = (/** @type {string} */ name) => join(import.meta.dirname, "node_modules/.bin", name);

/**
 * Node, Deno and Bun, as a command that runs a file.
 * @type {Record<string, (file: string) => string[]>}
 */
export const SERVERS = {
  "node 20": (file) => [process.env["NODE_20"] ?? "", file],
  "node 24": (file) => [process.env["NODE_24"] ?? "", file],
  deno: (file) => [tool("deno"), "run", "-A", "--node-modules-dir=manual", file],
  bun: (file) => [tool("bun"), file],
};
