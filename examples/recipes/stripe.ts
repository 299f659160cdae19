// Stripe's SDK over a policy, by its fetch client. `maxNetworkRetries` is 0: the SDK's retries would multiply the policy's.
// With it the SDK no longer sets an Idempotency-Key, so the policy does: Stripe then knows a POST that is sent again.
// `timeout` of the SDK also counts the time that a call waits for its rate limit; 80 seconds are its default.
import { createPolicy } from "fetch-with-policy";
import { stripe } from "fetch-with-policy/profiles";
import Stripe from "stripe";

const policy = createPolicy({ profiles: [stripe], idempotencyKey: "auto" });

export const createClient = (apiKey: string, options?: Stripe.StripeConfig) =>
  new Stripe(apiKey, { ...options, httpClient: Stripe.createFetchHttpClient(policy.fetch), maxNetworkRetries: 0 });
