// @ts-check
// Servers that are down, tenants, redirects, tokens, and hosts that fail in ways of their own.
import { refusedConnection } from "../world/play.js";
import { ORIGIN, atOnce, every, get, oneByOne } from "./load.js";
import { downFor, failed, good, hint, limited, refused } from "./servers.js";

const SECOND = 1000;

/** 150 calls to a server that is down for 20 s. @param {string} name @param {string} title @param {(left: number, t: number) => Record<string, string>} told @param {number} [status] @returns {import("./cases.js").Wild} */
const down = (name, title, told, status = 503) => ({
  name,
  title,
  shown: true,
  server: () => downFor(20 * SECOND, (left, t) => failed(status, told(left, t))),
  load: every(150, 100),
  most: { refused: 50, time: 40 * SECOND },
});

/** @param {number} at */
const httpDate = (at) => new Date(at).toUTCString();

const KEYS = ["x-auth-token", "x-shopify-access-token", "apikey", "x-rapidapi-key", "circle-token", "dd-api-key", "x-xero-tenant-id", "stripe-account", "x-redmine-api-key", "x-mbx-apikey", "x-client-secret"];

/** Ten calls of one tenant, then ten of another. @param {(tenant: string) => import("../world/play.js").Planned[]} call @returns {import("../world/play.js").Load} */
const tenants = (call) => {
  const ten = (/** @type {string} */ tenant, /** @type {number} */ at) => Array.from({ length: 10 }, () => call(tenant).map((one) => ({ ...one, at }))).flat();
  return { calls: [...ten("a", 0), ...ten("b", 500)] };
};

/** Ten a minute for each value of a credential, whatever it is called. */
const perTenant = () =>
  limited({ limit: 10, window: 60 * SECOND, key: ({ headers, url }) => JSON.stringify([new URL(url).hostname, [...headers].filter(([, value]) => /tenant-|Bearer/.test(value)), new URL(url).searchParams.get("api_key")]), tell: ({ t, info }) => ({ "x-ratelimit-limit": "10", "x-ratelimit-remaining": String(info.remaining), "x-ratelimit-reset": String(Math.ceil((info.resetAt - t) / 1000)) }) });

const CODES = {
  code: ["ERR_HTTP2_GOAWAY_SESSION", "ERR_HTTP2_INVALID_SESSION", "UND_ERR_INFO", "UND_ERR_CLOSED", "EAI_FAIL", "EAI_NODATA", "ENOTCONN", "EADDRNOTAVAIL", "EMFILE", "ERR_STREAM_PREMATURE_CLOSE", "ConnectionClosed", "FailedToOpenSocket"],
  message: ["other side closed", "The socket connection was closed unexpectedly"],
};
/** What hosts throw where a connection breaks. */
const THROWN = [
  ...CODES.code.map((code) => new TypeError("fetch failed", { cause: Object.assign(new Error(code), { code }) })),
  ...CODES.message.map((message) => new TypeError(message)),
  new Error("disconnected: peer disconnected without gracefully ending TLS session"),
];

/** Refreshes a token once where an answer says that it has expired. */
function refreshing() {
  let token = "old";
  /** @type {Promise<void> | undefined} */
  let under;
  const refresh = async () => {
    await new Promise((resolve) => setTimeout(resolve, 200));
    token = "new";
  };
  return async (/** @type {any} */ _view, /** @type {number} */ _attempt, /** @type {any} */ last) => {
    if (last?.status === 401 && token === "old") await (under ??= refresh());
    return { authorization: `Bearer ${token}` };
  };
}

/** @type {import("./cases.js").Wild[]} */
export const states = [
  down("down-bare", "down 20 s: 503", () => ({})),
  down("down-seconds", "down 20 s: 503 with Retry-After", (left) => ({ "retry-after": String(Math.ceil(left / SECOND)) })),
  down("down-date", "down 20 s: 503 with a date, cut to the second", (left, t) => ({ "retry-after": httpDate(t + left) })),
  down("down-zero", "down 20 s: 503 with Retry-After 0", () => ({ "retry-after": "0" })),
  {
    name: "tenants-prepare",
    title: "10 a minute for each tenant, whose token prepare sets",
    server: perTenant,
    load: tenants((tenant) => [{ url: `${ORIGIN}/v1/items`, init: { headers: { "x-wanted": tenant } } }]),
    options: { prepare: (/** @type {Request} */ { headers }) => ({ authorization: `Bearer ${new Headers(headers).get("x-wanted")}` }) },
    alone: true,
    watched: (n) => n >= 10,
    most: { refused: 0, longest: 200 },
  },
  {
    name: "tenants",
    title: `10 a minute for each tenant, by ${KEYS.length} headers and a query parameter`,
    server: perTenant,
    load: tenants((tenant) => [
      ...KEYS.map((name) => ({ url: `https://${name}.example.com/v1/items`, init: { headers: { [name]: `tenant-${tenant}-4f1c` } } })),
      { url: `${ORIGIN}/v1/items?api_key=tenant-${tenant}-4f1c` },
    ]),
    watched: (n) => n >= 10 * (KEYS.length + 1),
    most: { refused: 0, longest: 200 },
  },
  {
    name: "redirect",
    title: "a redirect to a CDN that refuses with Retry-After 50",
    server: () => {
      /** @type {number | undefined} */
      let until;
      return (t, { url }) => {
        if (!url.includes("/download/")) return good();
        until ??= t + 50 * SECOND;
        const answer = t < until ? refused(429, hint.seconds(/** @type {any} */ ({ wait: until - t }))) : good();
        return { ...answer, url: "https://cdn.other.example/blob" };
      };
    },
    load: { calls: [get("/download/1"), ...every(10, 100, () => get("/users")).calls.map((call) => ({ ...call, at: (call.at ?? 0) + 500 }))] },
    watched: (n) => n > 0,
    most: { refused: 1, longest: 200 },
  },
  {
    name: "codes",
    title: "15 ways in which a connection breaks, once each",
    server: () => {
      const left = new Map(THROWN.map((error, n) => [`h${n}.example.com`, error]));
      return (_, { url }) => {
        const { hostname } = new URL(url);
        const error = left.get(hostname);
        left.delete(hostname);
        return error === undefined ? good() : { status: 0, outcome: "failed", throws: error };
      };
    },
    load: atOnce(THROWN.length, (n) => ({ url: `https://h${n}.example.com/` })),
    most: { refused: THROWN.length },
  },
  {
    name: "subrequests",
    title: "40 calls to a 503, the host forbids more than 50 requests",
    server: () => {
      let sent = 0;
      return () => (++sent > 50 ? { status: 0, outcome: "failed", throws: new Error("Too many subrequests by single Worker invocation.") } : failed(503));
    },
    load: atOnce(40),
    isServed: ({ status }) => status === 503,
    most: { refused: 51 },
  },
  ...[{ statuses: [401, 408, 429, 500, 502, 503, 504] }, { decide: (/** @type {any} */ { response }) => (response?.status === 401 ? true : undefined) }].map((retry, n) => ({
    name: `expired-${n === 0 ? "statuses" : "decide"}`,
    title: `100 calls whose token has expired, by ${n === 0 ? "statuses" : "decide"}`,
    server: () => (/** @type {number} */ _t, /** @type {Request} */ { headers }) => (headers.get("authorization") === "Bearer new" ? good() : failed(401)),
    load: atOnce(100, () => ({ url: `${ORIGIN}/v1/items` })),
    get options() {
      return { retry, prepare: refreshing() };
    },
    alone: true,
    most: { refused: 100 },
  })),
  {
    name: "refused-connection",
    title: "down 20 s: connections refused",
    server: () => downFor(20 * SECOND, () => ({ status: 0, outcome: "failed", throws: refusedConnection() })),
    load: every(150, 100),
    most: { refused: 50, time: 40 * SECOND },
  },
  { name: "plain", title: "no limit, calls one by one", server: () => () => good(), load: oneByOne(50), most: { refused: 0, median: 40 } },
];
