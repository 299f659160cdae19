// ofetch over a policy. Its `retry` is off: by default it sends a failed GET once more, which would double the policy's sends.
import { createPolicy } from "fetch-with-policy";
import { createFetch } from "ofetch";

const policy = createPolicy();

export const createClient = (baseURL: string) => createFetch({ fetch: policy.fetch, defaults: { baseURL, retry: 0 } });
