import type { Profile } from "./index.js";
export const clever: Profile;
export const unit21: Profile;
