// The Anthropic SDK over a policy. `maxRetries` is 0: the SDK's 2 retries would make 12 sends of one failing request.
// A message is a POST. After a 429 it is sent again; after a 500 it is not, since it may have been charged already.
// Set `retry: { retryNonIdempotent: true }` if you prefer to pay twice.
import Anthropic from "@anthropic-ai/sdk";
import { createPolicy } from "fetch-with-policy";
import { anthropic } from "fetch-with-policy/profiles";

const policy = createPolicy({ profiles: [anthropic] });

export const createClient = (apiKey: string, baseURL?: string) => new Anthropic({ apiKey, baseURL, fetch: policy.fetch, maxRetries: 0 });
