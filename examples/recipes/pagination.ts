// All pages of a list, by the header Link (rel="next"), with resume: after an abort, a crash or a new deploy it goes on with the page
// that was not finished. There is nothing to switch off. The place is stored after you are done with a page, so a page
// may come twice, but none is left out: save its records by their id.
import { createPolicy } from "fetch-with-policy";

/** Where the place is kept: a file, a row of a table. `null`: all pages are done. */
export interface Place {
  load(): Promise<string | null | undefined>;
  save(next: string | null): Promise<void>;
}

const policy = createPolicy({ throwHttpErrors: true });

export async function* pages<T>(first: string, place: Place, signal?: AbortSignal): AsyncGenerator<T[], void, undefined> {
  const stored = await place.load();
  let url = stored === undefined ? first : stored;
  while (url !== null) {
    const response = await policy.fetch(url, { signal });
    yield (await response.json()) as T[];
    url = nextPage(response.headers.get("link"), url);
    await place.save(url);
  }
}

function nextPage(link: string | null, current: string): string | null {
  const target = /<([^>]*)>\s*;[^,]*\brel="?next"?/i.exec(link ?? "")?.[1];
  if (target === undefined) return null;
  const next = new URL(target, current);
  // Your credentials go where the link says.
  if (next.origin !== new URL(current).origin) throw new Error(`the next page is on another server: ${next.origin}`);
  return next.href;
}
