// The OpenAI SDK over a policy. `maxRetries` is 0: the SDK's 2 retries would make 12 sends of one failing request.
// A completion is a POST. After a 429 it is sent again; after a 500 it is not, since it may have been charged already.
// Set `retry: { retryNonIdempotent: true }` if you prefer to pay twice.
import { createPolicy } from "fetch-with-policy";
import { openai } from "fetch-with-policy/profiles";
import OpenAI from "openai";

const policy = createPolicy({ profiles: [openai] });

export const createClient = (apiKey: string, baseURL?: string) => new OpenAI({ apiKey, baseURL, fetch: policy.fetch, maxRetries: 0 });
