// Real clients, each with a fetch put under it and its own retries off. `get` and `post` ask for /items and give the JSON;
// without `fetch` they are as their makers ship them.
import { Octokit } from "@octokit/core";
import axios from "axios";
import ky from "ky";
import OpenAI from "openai";

export const clients = {
  "@octokit/core": (url, fetch) => {
    // It retries nothing by itself: that is a plugin's.
    const octokit = new Octokit({ baseUrl: url, auth: "a-token", request: { ...(fetch && { fetch }) } });
    const data = async (promise) => (await promise).data;
    return {
      get: (signal) => data(octokit.request("GET /items", { request: { ...(signal && { signal }) } })),
      post: (body) => data(octokit.request("POST /items", body)),
    };
  },
  axios: (url, fetch) => {
    const instance = axios.create({ baseURL: url, adapter: "fetch", headers: { authorization: "Bearer a-token" }, ...(fetch && { env: { fetch } }) });
    const data = async (promise) => (await promise).data;
    return {
      get: (signal) => data(instance.get("/items", { signal })),
      post: (body) => data(instance.post("/items", body)),
    };
  },
  ky: (url, fetch) => {
    const instance = ky.create({ headers: { authorization: "Bearer a-token" }, retry: 0, timeout: false, ...(fetch && { fetch }) });
    return {
      get: (signal) => instance.get(`${url}/items`, { signal }).json(),
      post: (json) => instance.post(`${url}/items`, { json }).json(),
    };
  },
  openai: (url, fetch) => {
    const client = new OpenAI({ apiKey: "a-token", baseURL: url, maxRetries: 0, ...(fetch && { fetch }) });
    return {
      get: (signal) => client.get("/items", { signal }),
      post: (body) => client.post("/items", { body }),
    };
  },
};
