// The simulator and the entry with files, as a user's test names them.
import { createPolicy, type HeaderDialect } from "fetch-with-policy";
import { createSimulator, type Dialect, type Failure, type Simulator } from "fetch-with-policy/testing";
import { createPolicy as createLater, fetchWithPolicy, initExplain, initPolicy } from "fetch-with-policy/url";

const own: HeaderDialect = { remaining: "x-left", reset: "x-back", resetUnit: "delta-min" };
const row: Dialect = { quotas: [own, { usedOfLimit: "x-calls" }], retryAfter: "decimal", status: 403, body: "{seconds}" };
export const failures: Failure[] = [503, "network", "hang", "cut", { status: 500, body: "" }];

const simulator: Simulator = createSimulator({
  seed: 2,
  limits: [{ limit: 10, window: 1000 }, { limit: 500, window: 60_000, unit: "tokens" }],
  dialect: row,
  latency: [1, 2],
  errors: [{ share: 0.1, failure: "cut" }],
  scope: (request) => request.headers.get("authorization") ?? undefined,
  cost: () => ({ tokens: 5 }),
  respond: (request, at) => (request.method === "GET" ? undefined : new Response(String(at))),
});
createSimulator({ dialect: own });
createSimulator({ dialect: [own] });
// @ts-expect-error there is no such dialect
createSimulator({ dialect: "acme" });
// @ts-expect-error nor such an algorithm
createSimulator({ algorithm: "leaky" });

const policy = createPolicy({ fetch: simulator.fetch, host: simulator.host });
export const status: number = (await simulator.run(() => policy.fetch("https://api.example.com/"), { within: 1000 })).status;
export const at: number[] = simulator.rejections.map((request) => request.at);

await initPolicy("https://cdn.example.com/policy.wasm");
await initExplain(fetch("https://cdn.example.com/explain.wasm"));
export const later: Promise<Response> = fetchWithPolicy("/", undefined, createLater());
