// A tRPC client over a policy. `httpBatchLink` takes `fetch` in the same way. There is nothing to switch off in the client: leave
// out its `retryLink`, and under TanStack Query set `retry: false`. A query is a GET and is retried; a mutation is a POST and is not.
import { createTRPCClient, httpLink } from "@trpc/client";
import { createPolicy } from "fetch-with-policy";
import type { AppRouter } from "./support/trpc-router.ts";

const policy = createPolicy();

export const createClient = (url: string) => createTRPCClient<AppRouter>({ links: [httpLink({ url, fetch: policy.fetch })] });
