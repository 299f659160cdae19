// Data for a server component of Next.js. Cache the result above the policy, by "use cache" (with `cacheComponents` in next.config),
// and leave out `next.revalidate` of fetch, which caches beneath it: a response from a cache still carries its old rate-limit
// headers, which the policy may take for new. Time spent waiting delays the page, so the total is bounded.
import { createPolicy } from "fetch-with-policy";

interface Item {
  id: number;
}

const policy = createPolicy({ throwHttpErrors: true, timeout: { total: 60_000 } });

export async function getItem(url: string): Promise<Item> {
  "use cache";
  return (await policy.fetch(url)).json();
}
