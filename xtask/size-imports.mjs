// @ts-check
// What an import costs a page in each bundler, beside what others use: brotli -11 of each file, in bytes.
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { WEIGHED } from "../tests/bundlers/weigh.js";
import { consumer } from "../tests/packaging/consumer.js";
import { brotli } from "./weight.mjs";

const IMPORTS = {
  fetchWithPolicy: 'import { fetchWithPolicy } from "fetch-with-policy"; globalThis.used = [fetchWithPolicy];',
  "+ explainResponse": 'import { explainResponse, fetchWithPolicy } from "fetch-with-policy"; globalThis.used = [explainResponse, fetchWithPolicy];',
  explain: 'import { explain } from "fetch-with-policy"; globalThis.used = [explain];',
  everything: 'import * as all from "fetch-with-policy"; globalThis.used = { ...all };',
};
// What somebody would use in place of it, set up as in bench/clients: their own code is what weighs.
const PEERS = {
  ky: 'import ky from "ky"; globalThis.used = [ky];',
  ofetch: 'import { ofetch } from "ofetch"; globalThis.used = [ofetch];',
  axios: 'import axios from "axios"; globalThis.used = [axios];',
  effect:
    'import { Effect, Schedule } from "effect"; import { FetchHttpClient, HttpBody, HttpClient, HttpClientRequest } from "effect/http"; import { RateLimiter } from "effect/persistence";' +
    "globalThis.used = [Effect.runPromise, Effect.provide, Schedule.exponential, FetchHttpClient.layer, HttpBody.text, HttpClient.withRateLimiter, HttpClient.retryTransient, HttpClientRequest.make, RateLimiter.make, RateLimiter.layerStoreMemory];",
  "bottleneck + p-retry + cockatiel":
    'import Bottleneck from "bottleneck"; import retry, { AbortError } from "p-retry"; import { circuitBreaker, ConsecutiveBreaker, handleAll, timeout, wrap } from "cockatiel";' +
    "globalThis.used = [Bottleneck, retry, AbortError, circuitBreaker, ConsecutiveBreaker, handleAll, timeout, wrap];",
};
/** The packages that the peers are. */
const PACKAGES = ["ky", "ofetch", "axios", "effect", "bottleneck", "p-retry", "cockatiel"];

/** Prints two tables: bytes before the first call, and in all. Takes some minutes. */
export async function printImports() {
  const installed = consumer();
  const versions = PACKAGES.map((name) => link(installed.folder, name));
  /** @type {Record<string, Record<string, [first: number, all: number] | undefined>>} */
  const rows = {};
  for (const [name, code] of Object.entries({ ...IMPORTS, ...PEERS })) {
    const script = `app-${Object.keys(rows).length}.js`;
    writeFileSync(join(installed.folder, script), code);
    const row = (rows[name] = /** @type {Record<string, [number, number] | undefined>} */ ({}));
    for (const [bundler, weigh] of Object.entries(WEIGHED)) {
      try {
        const { first, all } = await weigh(installed.folder, script, join(installed.folder, `${bundler.replace(/\W/g, "")}-${script}`));
        row[bundler] = [brotli(first), brotli(all)];
      } catch (error) {
        // rollup by itself takes no CommonJS, and parcel reads no `exports`, of which some peers have nothing else.
        if (name in IMPORTS) throw error;
      }
    }
  }
  installed.remove();
  const bundlers = Object.keys(WEIGHED);
  const width = Math.max(...Object.keys(rows).map((name) => name.length));
  for (const [part, title] of ["brotli, before the first call", "brotli, in all"].entries()) {
    console.log([title.padEnd(width + 2), ...bundlers.map((name) => name.padStart(14))].join(" "));
    for (const [name, row] of Object.entries(rows)) {
      console.log([`  ${name.padEnd(width)}`, ...bundlers.map((bundler) => `${row[bundler]?.[part] ?? "-"}`.padStart(14))].join(" "));
    }
  }
  console.log(versions.join(", "));
}

/** Puts a peer beside the package, from where the bench has it. Gives its name and version. */
function link(/** @type {string} */ folder, /** @type {string} */ name) {
  const [at, home] = [join(folder, "node_modules", name), resolve("bench/node_modules", name)];
  mkdirSync(dirname(at), { recursive: true });
  symlinkSync(home, at, "dir");
  return `${name} ${JSON.parse(readFileSync(join(home, "package.json"), "utf8")).version}`;
}
