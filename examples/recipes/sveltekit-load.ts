// A `load` function of SvelteKit. `extend({ fetch })` puts the policy over the fetch of the event, which adds cookies on the server
// and hands data to the page without a second request. The quota is kept in the one policy of the module, whatever the event.
// There is nothing to switch off. Time spent waiting delays the page, so the total is bounded.
import { createPolicy } from "fetch-with-policy";

interface Item {
  id: number;
}

const policy = createPolicy({ throwHttpErrors: true, timeout: { total: 60_000 } });

/** As `PageLoad` of "./$types". */
export const load = async ({ fetch, params }: { fetch: typeof globalThis.fetch; params: { url: string } }) => {
  const response = await policy.extend({ fetch }).fetch(params.url);
  return { item: (await response.json()) as Item };
};
