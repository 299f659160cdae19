// @ts-check
// In Node, Deno and Bun. What is lost must not keep the process: it ends with what it prints.
import { contend } from "./contended.js";

const [api = "", calls = ""] = globalThis.process.argv.slice(2);
console.log(JSON.stringify(await contend(api, "main", Number(calls))));
globalThis.process.exit(0);
