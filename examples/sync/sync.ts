// All records of an API, page by page, into a store. What is done already is not asked for again.
import { createPolicy, type PolicyEvent } from "fetch-with-policy";
import pMap from "p-map";
import type { Item, Store } from "./store.ts";

export interface Progress {
  /** Pages that are saved, those of earlier runs included. */
  done: number;
  pages: number;
  sends: number;
  /** Sends that the server refused by a 429. */
  limited: number;
}

export interface SyncOptions {
  /** The list: it takes `page` and `per_page`, and reports `X-Total-Pages`. */
  url: string;
  store: Store;
  perPage?: number;
  signal?: AbortSignal;
  onProgress?: (progress: Progress) => void;
}

/** Rejects with the first page that cannot be had, or the signal's reason. What was saved until then stays saved. */
export async function sync({ url, store, perPage = 100, signal, onProgress }: SyncOptions): Promise<Progress> {
  const progress: Progress = { done: 0, pages: 0, sends: 0, limited: 0 };
  const policy = createPolicy({
    throwHttpErrors: true,
    // Nobody waits in front of a screen: a quota that resets in an hour is waited for, too.
    rateLimit: { maxWait: 3_600_000 },
    retry: { maxAttempts: 8 },
    timeout: { attempt: 30_000 },
    onEvent: (event: PolicyEvent) => {
      if (event.type === "attempt") progress.sends++;
      if (event.type === "response" && event.status === 429) progress.limited++;
    },
  });
  const snapshot = store.loadPolicy();
  if (snapshot) policy.restore(snapshot);

  const read = async (page: number): Promise<Response> => {
    const query = new URLSearchParams({ page: String(page), per_page: String(perPage) });
    return policy.fetch(`${url}?${query}`, { signal });
  };
  const save = async (page: number, response: Response): Promise<void> => {
    store.savePage(page, (await response.json()) as Item[]);
    progress.done++;
    onProgress?.({ ...progress });
  };

  try {
    const done = store.donePages();
    // The first page says how many there are, so it is read in each run.
    const first = await read(1);
    progress.pages = Number(first.headers.get("x-total-pages"));
    if (!(progress.pages >= 1)) throw new Error("the API reports no X-Total-Pages");
    done.delete(1);
    progress.done = done.size;
    await save(1, first);

    const open = Array.from({ length: progress.pages - 1 }, (_, index) => index + 2).filter((page) => !done.has(page));
    // The policy keeps to the rate limit; `concurrency` bounds the memory.
    await pMap(open, async (page) => save(page, await read(page)), { concurrency: 50, signal });
    return progress;
  } finally {
    store.savePolicy(policy.snapshot());
  }
}
