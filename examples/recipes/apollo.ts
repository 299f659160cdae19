// Apollo Client over a policy. Apollo retries nothing by itself: leave out `RetryLink`. It sends queries as POST, which the policy
// does not retry after a 500, so queries have a fetch of their own that may. Mutations are never sent twice.
import { ApolloClient, ApolloLink, HttpLink, InMemoryCache } from "@apollo/client";
import { createPolicy } from "fetch-with-policy";
import { OperationTypeNode } from "graphql";

const policy = createPolicy();
const queries = policy.extend({ retry: { retryNonIdempotent: true } });

export const createClient = (uri: string) =>
  new ApolloClient({
    cache: new InMemoryCache(),
    link: ApolloLink.split(
      ({ operationType }) => operationType === OperationTypeNode.QUERY,
      new HttpLink({ uri, fetch: queries.fetch }),
      new HttpLink({ uri, fetch: policy.fetch }),
    ),
  });
