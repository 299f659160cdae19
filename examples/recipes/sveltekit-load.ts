// A `load` function of SvelteKit. `extend({ fetch })` puts the policy over the fetch of the event, which hands the data to the page without
// a second request; what is known of quotas is kept in the one policy of the module. There is nothing to switch off. On the server
// this fetch adds the user's cookies beneath the policy: if the API counts by user, name the user in `rateLimit.scope`.
// Time spent waiting delays the page, so the total is bounded.
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
