// ky over a policy. Two options of ky are off: `retry`, because the policy retries, and `timeout`, because its 10 seconds
// also count the time that a call waits for its rate limit. `timeout.total` of the policy bounds a call instead.
import { createPolicy } from "fetch-with-policy";
import ky from "ky";

const policy = createPolicy({ timeout: { total: 60_000 } });

export const createClient = (prefix: string) => ky.create({ prefix, fetch: policy.fetch, retry: 0, timeout: false });
