// axios over a policy: its adapter "fetch" takes the fetch of `env`. axios itself retries nothing; leave axios-retry out.
// `timeout` of axios would count the time that a call waits for its rate limit, so the policy has the time limit.
import axios from "axios";
import { createPolicy } from "fetch-with-policy";

const policy = createPolicy({ timeout: { total: 60_000 } });

export const createClient = (baseURL: string) => axios.create({ baseURL, adapter: "fetch", env: { fetch: policy.fetch } });
