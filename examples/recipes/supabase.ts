// supabase-js over a policy. `db.retry` is off: the SDK sends a GET up to three times more after a 503, a 520 or a network
// error, each of which the policy retries already. The quota is counted for each `apikey` and each signed-in user.
import { createClient as createSupabase } from "@supabase/supabase-js";
import { createPolicy } from "fetch-with-policy";

const policy = createPolicy();

export const createClient = (url: string, key: string) =>
  createSupabase(url, key, { global: { fetch: policy.fetch }, db: { retry: false }, auth: { persistSession: false } });
