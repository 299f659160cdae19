// @ts-check
// Limits that only a body tells, under statuses of every kind.
import { atOnce, get, oneByOne, post } from "./load.js";
import { good, limited, refused } from "./servers.js";

const UNDER_200 = { profiles: [{ name: "acme", hosts: ["api.example.com"], errorsUnder200: true }] };
const SHORT = { limit: 20, window: 10_000 };

/** Refuses in the first `lasts` ms after the first request. @param {number} lasts @param {import("../world/play.js").Answer} refusal */
const pausing = (lasts, refusal) => () => {
  /** @type {number | undefined} */
  let until;
  return (/** @type {number} */ t) => ((until ??= t + lasts), t < until ? refusal : good());
};

/** A profile whose catalog says which body under 200 is a refusal. @param {string} body a template */
const ruled = (body) => ({
  profiles: [
    {
      name: "acme",
      hosts: ["api.example.com"],
      errorsUnder200: true,
      catalog: {
        catalog: 1,
        provider: "acme",
        hosts: ["api.example.com"],
        rules: [{ id: "acme.rate", when: { status: 200, body }, then: { kind: "rate_limited", action: "Send fewer." } }],
      },
    },
  ],
});

/** A limit whose refusals are a 200. @param {string} name @param {string} title @param {string} body @returns {import("./cases.js").Wild} */
const under200 = (name, title, body) => ({
  name,
  title,
  server: () => limited({ ...SHORT, refuse: () => refused(200, {}, body) }),
  load: atOnce(60, () => post("/")),
  options: UNDER_200,
  most: { refused: 20 },
});

/** @type {import("./cases.js").Wild[]} */
export const bodies = [
  {
    name: "esi",
    title: "420 for 36 s after too many errors (EVE Online)",
    shown: true,
    server: () => {
      /** @type {number | undefined} */
      let until;
      return (t) => {
        until ??= t + 36_000;
        const left = Math.ceil((until - t) / 1000);
        const headers = { "x-esi-error-limit-remain": left > 0 ? "0" : "100", "x-esi-error-limit-reset": String(left > 0 ? left : 60) };
        return left > 0 ? refused(420, headers, '{"error":"This software has exceeded the error limit for ESI."}') : good(headers);
      };
    },
    load: oneByOne(25, 20),
    most: { refused: 1 },
  },
  {
    name: "feishu",
    title: "5 a second, refused by 400 (Feishu)",
    shown: true,
    server: () => limited({ limit: 5, window: 1000, refuse: () => refused(400, { "x-ogw-ratelimit-limit": "5", "x-ogw-ratelimit-reset": "1" }, '{"code":99991400,"msg":"request trigger frequency limit"}') }),
    load: atOnce(20),
    most: { refused: 15, time: 8000 },
  },
  {
    name: "xml",
    title: "XML under 200 that says Throttled, told by a rule",
    server: () => limited({ ...SHORT, refuse: () => ({ ...refused(200, {}, "<Response><Errors><Error><Code>Throttled</Code><Message>Request is throttled.</Message></Error></Errors></Response>"), headers: { "content-type": "text/xml" } }) }),
    load: atOnce(60),
    options: ruled("*<code>throttled</code>*"),
    most: { refused: 20 },
  },
  under200("json-rpc", "JSON-RPC, code 429 under 200", '{"jsonrpc":"2.0","id":1,"error":{"code":429,"message":"Your app has exceeded its compute units per second capacity."}}'),
  under200("json-rpc-list", "JSON-RPC, a refused batch", '[{"jsonrpc":"2.0","id":1,"error":{"code":429,"message":"Too many requests"}}]'),
  under200("graphql", "GraphQL, THROTTLED in a list", '[{"errors":[{"message":"Throttled","extensions":{"code":"THROTTLED"}}]}]'),
  {
    name: "maxlag",
    title: "200 with maxlag and Retry-After 5 (Wikidata)",
    server: pausing(5000, refused(200, { "retry-after": "5" }, '{"error":{"code":"maxlag","info":"Waiting for all: 5.3 seconds lagged.","lag":5.3}}')),
    load: atOnce(10),
    options: UNDER_200,
    most: { refused: 10 },
  },
  {
    name: "monday",
    title: "200 that says 'reset in 16 seconds' (monday.com)",
    server: pausing(16_000, refused(200, {}, '{"errors":["Complexity budget exhausted, query cost 222250 budget remaining 214980 out of 10000000 reset in 16 seconds"],"error_code":"complexityBudgetExhausted","status_code":429}')),
    load: atOnce(10, () => post("/v2")),
    options: UNDER_200,
    most: { refused: 10 },
  },
  {
    name: "infura",
    title: "429 whose body says backoff_seconds 30 (Infura)",
    shown: true,
    server: pausing(30_000, refused(429, {}, '{"jsonrpc":"2.0","id":1,"error":{"code":-32005,"message":"project ID request rate exceeded","data":{"backoff_seconds":30.0}}}')),
    load: atOnce(10, () => post("/v3/project")),
    most: { refused: 10 },
  },
  {
    name: "monthly",
    title: "a monthly capacity that is used up (Alchemy): one send a call",
    server: () => () => refused(429, {}, '{"jsonrpc":"2.0","id":1,"error":{"code":429,"message":"Monthly capacity limit exceeded. Visit the dashboard to upgrade your scaling policy for continued service."}}'),
    load: oneByOne(10, 100),
    isServed: () => true,
    most: { refused: 10 },
  },
  {
    name: "too-large",
    title: "one request over the limit (OpenAI), 20 small ones after it",
    server: () => async (_, request) => {
      const headers = { "x-ratelimit-limit-requests": "500", "x-ratelimit-remaining-requests": "499", "x-ratelimit-limit-tokens": "30000", "x-ratelimit-remaining-tokens": "30000" };
      const isBig = (await request.text()).includes("big");
      if (!isBig) return good(headers);
      return refused(429, headers, '{"error":{"message":"Request too large for gpt-4o in organization org-x on tokens per min (TPM): Limit 30000, Requested 36055. The input or output tokens must be reduced in order to run successfully.","type":"tokens","code":"rate_limit_exceeded"}}');
    },
    load: { calls: [post("/v1/chat", { text: "big" }), ...Array.from({ length: 20 }, () => post("/v1/chat", { text: "small" }, { at: 100 }))] },
    watched: (n) => n > 0,
    most: { refused: 1, longest: 200 },
  },
  {
    name: "etherscan",
    title: "5 a second, refused by 200 with a message (Etherscan), told by a rule",
    server: () => limited({ limit: 5, window: 1000, refuse: () => refused(200, {}, '{"status":"0","message":"NOTOK","result":"Max calls per sec rate limit reached (5/sec)"}') }),
    load: atOnce(30, () => get("/api")),
    options: ruled("*rate limit reached*"),
    most: { refused: 20 },
  },
];
