import type { MessagePack } from "../index.js";

/** Texts for end users in one language, for the `messages` of `createExplainer`. */
declare const messages: MessagePack;
export { messages, messages as default };
