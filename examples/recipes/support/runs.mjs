// @ts-check
// How each recipe is run: against a server at `url`, `start` gives a function that asks for an item and returns the id that it got.
import { startChromium } from "./chromium.mjs";
import { startThread } from "./thread.mjs";
import { startWorkerd } from "./workerd.mjs";

/** @typedef {(id: number) => Promise<unknown>} Ask gives the id of the item; rejects where the response was an error */
/**
 * @typedef {object} Started
 * @property {Ask} ask
 * @property {(ids: number[]) => Promise<unknown[]>} [all] where the recipe itself asks for many; else `ask` is called for all at once
 * @property {() => unknown} [stop]
 */
/**
 * @typedef {object} Run
 * @property {(url: string) => Promise<Ask | Started>} start
 * @property {import("./server.mjs").Shape} [shape]
 * @property {string} [dialect]
 * @property {number[]} [failures] statuses that must not be sent more than four times; 500 if absent
 */

export const idOf = (/** @type {string} */ path) => Number(/(\d+)(?!.*\d)/.exec(path)?.[1]);
/** @type {import("./server.mjs").Shape} */
export const page = (path) => ({
  body: JSON.stringify([idOf(path)]),
  headers: { link: `</pages/1>; rel="first", </pages/${idOf(path) + 1}>; rel="next"` },
});
/** @type {import("./server.mjs").Shape} */
const graphql = (path, body) => {
  const variables = body === "" ? new URL(path, "http://api").searchParams.get("variables") : JSON.stringify(JSON.parse(body).variables);
  return JSON.stringify({ data: { item: { id: JSON.parse(variables ?? "{}").id } } });
};
const QUERY = "query Item($id: Int!) { item(id: $id) { id } }";

/** @type {Record<string, Run>} */
export const runs = {
  // In a DOM, since it retries nothing by itself on a server.
  "tanstack-query": { start: (url) => startThread("tanstack-query", url) },
  swr: { start: (url) => startThread("swr", url), dialect: "draft-3" },
  ky: {
    async start(url) {
      const client = (await import("../ky.ts")).createClient(url);
      return async (id) => /** @type {any} */ (await client.get(`items/${id}`).json()).id;
    },
    dialect: "github",
  },
  ofetch: {
    async start(url) {
      const client = (await import("../ofetch.ts")).createClient(url);
      return async (id) => (await client(`/items/${id}`)).id;
    },
  },
  wretch: {
    async start(url) {
      const client = (await import("../wretch.ts")).createClient(url);
      return async (id) => /** @type {any} */ (await client.get(`/items/${id}`).json()).id;
    },
    dialect: "draft-3",
  },
  axios: {
    async start(url) {
      const client = (await import("../axios.ts")).createClient(url);
      return async (id) => (await client.get(`/items/${id}`)).data.id;
    },
  },
  octokit: {
    async start(url) {
      const client = (await import("../octokit.ts")).createClient("a-token", url);
      return async (issue_number) => (await client.rest.issues.get({ owner: "acme", repo: "app", issue_number })).data.id;
    },
    dialect: "github",
  },
  openai: {
    async start(url) {
      const client = (await import("../openai.ts")).createClient("a-token", url);
      return async (id) => Number((await client.models.retrieve(String(id))).id);
    },
    dialect: "openai",
  },
  anthropic: {
    async start(url) {
      const client = (await import("../anthropic.ts")).createClient("a-token", url);
      return async (id) => Number((await client.models.retrieve(String(id))).id);
    },
    dialect: "anthropic",
  },
  stripe: {
    async start(url) {
      const { hostname, port } = new URL(url);
      const client = (await import("../stripe.ts")).createClient("a-token", { host: hostname, port, protocol: "http" });
      return async (id) => Number((await client.customers.retrieve(String(id))).id);
    },
  },
  supabase: {
    async start(url) {
      const client = (await import("../supabase.ts")).createClient(url, "a-key");
      return async (id) => (await client.from("items").select().eq("id", id).single().throwOnError()).data.id;
    },
    failures: [500, 520],
  },
  trpc: {
    async start(url) {
      const client = (await import("../trpc.ts")).createClient(url);
      return async (id) => (await client.item.query(id)).id;
    },
    shape: (path) => JSON.stringify({ result: { data: { id: idOf(decodeURIComponent(path)) } } }),
  },
  urql: {
    async start(url) {
      const client = (await import("../urql.ts")).createClient(url);
      return async (id) => {
        const { data, error } = await client.query(QUERY, { id }).toPromise();
        if (error) throw error;
        return data.item.id;
      };
    },
    shape: graphql,
  },
  apollo: {
    async start(url) {
      const client = (await import("../apollo.ts")).createClient(url);
      const { gql } = await import("@apollo/client");
      const query = gql(QUERY);
      return async (id) => /** @type {any} */ ((await client.query({ query, variables: { id } })).data).item.id;
    },
    shape: graphql,
  },
  "graphql-request": {
    async start(url) {
      const client = (await import("../graphql-request.ts")).createClient(url);
      return async (id) => /** @type {any} */ (await client.request(QUERY, { id })).item.id;
    },
    shape: graphql,
  },
  "openapi-fetch": {
    async start(url) {
      const client = (await import("../openapi-fetch.ts")).createClient(url);
      return async (id) => {
        const { data, response } = await client.GET("/items/{id}", { params: { path: { id } } });
        if (data === undefined) throw new Error(String(response.status));
        return data.id;
      };
    },
  },
  "aws-sdk": {
    async start(url) {
      const credentials = { accessKeyId: "a-key", secretAccessKey: "a-secret" };
      const client = (await import("../aws-sdk.ts")).createClient({ region: "eu-central-1", endpoint: url, forcePathStyle: true, credentials });
      const { GetObjectCommand } = await import("@aws-sdk/client-s3");
      return async (id) => {
        const { Body } = await client.send(new GetObjectCommand({ Bucket: "bucket", Key: `${id}.json` }));
        return JSON.parse((await Body?.transformToString()) ?? "null").id;
      };
    },
    shape: (path) => JSON.stringify({ id: idOf(path.replace(/\?.*/, "")) }),
  },
  "hono-proxy": {
    async start(url) {
      const app = (await import("../hono-proxy.ts")).createApp(url);
      return async (id) => {
        const response = await app.request(`/api/items/${id}`);
        if (!response.ok) throw new Error(String(response.status));
        return (await response.json()).id;
      };
    },
  },
  "sveltekit-load": {
    async start(url) {
      const { load } = await import("../sveltekit-load.ts");
      return async (id) => (await load({ fetch, params: { url: `${url}/items/${id}` } })).item.id;
    },
  },
  "next-loader": {
    async start(url) {
      const { getItem } = await import("../next-loader.ts");
      return async (id) => (await getItem(`${url}/items/${id}`)).id;
    },
  },
  msw: { start: (url) => startThread("msw", url) },
  "service-worker": { start: startChromium },
  "durable-object": { start: (url) => startWorkerd(url) },
  pagination: {
    async start(url) {
      const { pages } = await import("../pagination.ts");
      const all = async (/** @type {number[]} */ ids) => {
        const found = [];
        const place = { load: async () => undefined, save: async () => {} };
        for await (const page of pages(`${url}/pages/${ids[0]}`, place)) {
          found.push(...page);
          if (found.length === ids.length) break;
        }
        return found;
      };
      return { ask: async (id) => (await all([id]))[0], all };
    },
    shape: page,
  },
  "p-map": {
    async start(url) {
      const { getItems } = await import("../p-map.ts");
      const all = async (/** @type {number[]} */ ids) => (await getItems(ids.map((id) => `${url}/items/${id}`))).map(({ id }) => id);
      return { ask: async (id) => (await all([id]))[0], all };
    },
  },
};
