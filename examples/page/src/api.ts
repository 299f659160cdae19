// The API: one policy for the whole page, and the queries over it.
import { QueryClient, queryOptions } from "@tanstack/react-query";
import { createPolicy } from "fetch-with-policy";
import { calls } from "./waits.ts";

export interface Item {
  id: number;
  name: string;
}

export interface Order {
  name: string;
  zip: string;
}

const policy = createPolicy({
  // A response that is not ok becomes an error of the query.
  throwHttpErrors: true,
  // Somebody sits in front of the page: no call takes longer than this, waits included.
  timeout: { total: 60_000 },
  onEvent: calls.onEvent,
});

// The policy retries. TanStack's own retries would multiply its sends.
export const queryClient = new QueryClient({
  defaultOptions: { queries: { retry: false, staleTime: 60_000 }, mutations: { retry: false } },
});

export const itemQuery = (id: number) =>
  queryOptions({
    queryKey: ["items", id],
    queryFn: async ({ signal }): Promise<Item> => (await policy.fetch(`/api/items/${id}`, { signal })).json(),
  });

export async function sendOrder(order: Order): Promise<{ id: number }> {
  const headers = { "content-type": "application/json" };
  // It goes before the items that wait: somebody has clicked.
  const response = await policy.fetch("/api/orders", { method: "POST", headers, body: JSON.stringify(order) }, { priority: 1 });
  return response.json();
}
