// Many calls with p-map. The policy alone keeps to the rate limit; `concurrency` bounds how many calls, and so how much memory, are
// under way at once. Choose it larger than the quota of one window, or it slows you down. There is nothing to switch off: leave
// out p-retry and p-throttle.
import { createPolicy } from "fetch-with-policy";
import pMap from "p-map";

interface Item {
  id: number;
}

const policy = createPolicy({ throwHttpErrors: true });

export const getItems = (urls: string[], signal?: AbortSignal): Promise<Item[]> =>
  pMap(urls, async (url): Promise<Item> => (await policy.fetch(url, { signal })).json(), {
    concurrency: 100,
    signal,
  });
