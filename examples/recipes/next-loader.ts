// Data for a server component of Next.js. The policy looks up `globalThis.fetch` at each call, so Next's own is beneath it:
// `next.revalidate` and `next.tags` work as usual, and what comes from Next's cache takes nothing of the quota at the server.
// There is nothing to switch off. Time spent waiting delays the page, so the total is bounded.
import { createPolicy } from "fetch-with-policy";

interface Item {
  id: number;
}

const policy = createPolicy({ throwHttpErrors: true, timeout: { total: 60_000 } });

export async function getItem(url: string): Promise<Item> {
  const caching = { next: { revalidate: 60, tags: ["items"] } };
  const response = await policy.fetch(url, caching as RequestInit);
  return response.json();
}
