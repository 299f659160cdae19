// urql over a policy. It retries nothing by itself: leave out `retryExchange`. urql sends a query as a GET, which the policy
// retries, and a mutation, or a query whose URL is over 2,048 characters, as a POST, which it does not.
import { cacheExchange, Client, fetchExchange } from "@urql/core";
import { createPolicy } from "fetch-with-policy";

const policy = createPolicy();

export const createClient = (url: string) => new Client({ url, fetch: policy.fetch, exchanges: [cacheExchange, fetchExchange] });
