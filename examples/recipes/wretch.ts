// wretch over a policy, by its `polyfills`. There is nothing to switch off: wretch retries only with its middleware `retry`,
// which you should leave out.
import { createPolicy } from "fetch-with-policy";
import wretch from "wretch";

const policy = createPolicy();

export const createClient = (url: string) => wretch(url).polyfills({ fetch: policy.fetch });
