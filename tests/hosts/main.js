// @ts-check
// The suite in Node, Deno and Bun: started in a folder where the package is installed. It must end by itself.
import { runAll } from "./suite.js";

const [host = "", api = "", dead = ""] = globalThis.process.argv.slice(2);
console.log(JSON.stringify(await runAll({ host, api, dead })));
