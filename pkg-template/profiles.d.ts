import type { Profile } from "./index.js";

/**
 * Profiles of known APIs. Their headers are read without one; a profile adds what no header reports: quotas, how often to
 * try, and whether errors hide under a 200. Each is data: `{ ...stripe, rateLimit: { quotas: [{ limit: 25, window: 1000 }] } }`
 * is another.
 */

/** Anthropic's API (`api.anthropic.com`); its headers report its quotas. */
export const anthropic: Profile;
/** Clever's API: 1200 requests a minute for each bearer token, five retries at 1, 2, 4, 8 and 16 s. */
export const clever: Profile;
/** Discord's API: its headers report each bucket; beside them 50 requests a second in all (its documentation, "Global Rate Limit"). */
export const discord: Profile;
/**
 * GitHub's API (`api.github.com`): at most 100 requests under way at once (its documentation, "secondary rate limits"). Its GraphQL
 * reports a limit under a 200 too; if you use it, `{ ...github, errorsUnder200: true }` reads every JSON response.
 */
export const github: Profile;
/** GitLab.com; its headers report its quotas. For your own host: `{ ...gitlab, hosts: ["gitlab.example.com"] }`. */
export const gitlab: Profile;
/** OpenAI's API (`api.openai.com`); its headers report its quotas. */
export const openai: Profile;
/** Shopify's Admin and Storefront APIs (`*.myshopify.com`): GraphQL's THROTTLED under a 200 is waited for. */
export const shopify: Profile;
/** Slack's Web API: `ratelimited` under a 200 is waited for, as a 429 is. */
export const slack: Profile;
/** Stripe's API: 100 requests a second in live mode, which no header reports (its documentation, "Rate limits"); a sandbox has 25. */
export const stripe: Profile;
/** Twilio's APIs (`*.twilio.com`), whose limits are of concurrency and are reported by a 429 only. */
export const twilio: Profile;
/** Unit21's API: a locked object is tried again after a few seconds, a conflict is not. */
export const unit21: Profile;
