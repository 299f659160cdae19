// TanStack Query over a policy. Its own `retry` is off: the policy retries already, and the default of 3 would multiply that
// to 16 sends of one failing query. `throwHttpErrors` makes a 404 or 500 an error of the query; fetch itself takes it for data.
// The signal is passed on, so that a query that nobody looks at any more leaves the policy's queue.
import { QueryClient, queryOptions } from "@tanstack/react-query";
import { createPolicy } from "fetch-with-policy";

interface Item {
  id: number;
}

const policy = createPolicy({ throwHttpErrors: true });

export const queryClient = new QueryClient({
  defaultOptions: { queries: { retry: false }, mutations: { retry: false } },
});

/** For `useQuery(itemQuery(url))`. */
export const itemQuery = (url: string) =>
  queryOptions({
    queryKey: ["item", url],
    queryFn: async ({ signal }): Promise<Item> => (await policy.fetch(url, { signal })).json(),
  });
