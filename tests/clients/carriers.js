// Real clients as their makers ship them, each with its own retries off. Each asks the server at `url` and fails by its answer;
// what it throws, or gives back as its error, is what a caller has at hand.
import Anthropic from "@anthropic-ai/sdk";
import { ApolloClient, HttpLink, InMemoryCache, gql } from "@apollo/client";
import { SQSClient, SendMessageCommand } from "@aws-sdk/client-sqs";
import { Client, credentials } from "@grpc/grpc-js";
import { request as octokit } from "@octokit/request";
import { FunctionsClient } from "@supabase/functions-js";
import { PostgrestClient } from "@supabase/postgrest-js";
import { createTRPCClient, httpLink } from "@trpc/client";
import axios from "axios";
import { request as gaxios } from "gaxios";
import got from "got";
import { GraphQLClient } from "graphql-request";
import ky from "ky";
import { ofetch } from "ofetch";
import OpenAI from "openai";
import Stripe from "stripe";
import superagent from "superagent";
import wretch from "wretch";

/** What `promise` rejects with. */
export const caught = (promise) =>
  promise.then(
    (value) => {
      throw new Error(`no error: ${JSON.stringify(value)}`);
    },
    (error) => error,
  );

const query = "query Items { items { id } }";

/** @type {Record<string, (url: string) => Promise<unknown>>} */
export const rest = {
  axios: (url) => caught(axios.get(`${url}/items`, { headers: { authorization: "Bearer a-token" } })),
  "axios over fetch": (url) => caught(axios.post(`${url}/items`, { a: 1 }, { adapter: "fetch" })),
  ky: (url) => caught(ky.get(`${url}/items`, { retry: 0 }).json()),
  got: (url) => caught(got(`${url}/items`, { retry: { limit: 0 } }).json()),
  ofetch: (url) => caught(ofetch(`${url}/items`, { retry: 0 })),
  wretch: (url) => caught(wretch(`${url}/items`).get().json()),
  superagent: (url) => caught(superagent.get(`${url}/items`).then((response) => response)),
  gaxios: (url) => caught(gaxios({ url: `${url}/items`, retry: false })),
  "@octokit/request": (url) => caught(octokit("GET /items", { baseUrl: url })),
  openai: (url) => caught(new OpenAI({ apiKey: "a-token", baseURL: url, maxRetries: 0 }).models.list()),
  "@anthropic-ai/sdk": (url) => caught(new Anthropic({ apiKey: "a-token", baseURL: url, maxRetries: 0 }).models.list()),
  stripe: (url) => {
    const { hostname, port } = new URL(url);
    return caught(new Stripe("a-token", { host: hostname, port, protocol: "http", maxNetworkRetries: 0 }).customers.retrieve("cus_1"));
  },
  "@supabase/functions-js": async (url) => (await new FunctionsClient(url).invoke("items")).error,
  "@supabase/postgrest-js": async (url) => (await new PostgrestClient(url).from("items").select()).error,
  "@supabase/postgrest-js, thrown": (url) => caught(Promise.resolve(new PostgrestClient(url).from("items").select().throwOnError())),
};

/** @type {Record<string, (url: string) => Promise<unknown>>} */
export const graphql = {
  "graphql-request": (url) => caught(new GraphQLClient(url).request(query)),
  "@apollo/client": (url) => caught(new ApolloClient({ link: new HttpLink({ uri: url }), cache: new InMemoryCache() }).query({ query: gql(query) })),
};

/** @param {string} url */
export const trpc = (url) => caught(/** @type {any} */ (createTRPCClient({ links: [httpLink({ url })] })).items.query());

/** @param {string} url */
export const aws = (url) =>
  caught(
    new SQSClient({ endpoint: url, region: "us-east-1", maxAttempts: 1, credentials: { accessKeyId: "a", secretAccessKey: "b" } }).send(
      new SendMessageCommand({ QueueUrl: `${url}/1/items`, MessageBody: "a" }),
    ),
  );

/** A unary call of /items.Items/List. @param {string} address host and port */
export function grpc(address) {
  const client = new Client(address, credentials.createInsecure());
  const empty = { serialize: () => Buffer.alloc(0), deserialize: () => ({}) };
  return new Promise((resolve) => {
    client.makeUnaryRequest("/items.Items/List", empty.serialize, empty.deserialize, {}, (error) => {
      client.close();
      resolve(error);
    });
  });
}
