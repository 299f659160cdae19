import type { Profile } from "./index.js";

/** Clever's API: 1200 requests a minute for each bearer token, five retries at 1, 2, 4, 8 and 16 s. */
export const clever: Profile;
/** Unit21's API: a locked object is tried again after a few seconds, a conflict is not. */
export const unit21: Profile;
