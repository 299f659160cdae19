import type { Messages } from "../index.js";

/** Texts for end users in one language, for the `messages` of `createExplainer`. */
declare const messages: Messages;
export { messages, messages as default };
