// graphql-request over a policy. It retries nothing by itself. With `method: "GET"` it sends queries as GET, which the policy retries,
// and mutations still as POST, which it does not. If your server takes no GET, see the recipe for Apollo.
import { createPolicy } from "fetch-with-policy";
import { GraphQLClient } from "graphql-request";

const policy = createPolicy();

export const createClient = (url: string) => new GraphQLClient(url, { fetch: policy.fetch, method: "GET" });
