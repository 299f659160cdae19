// The types of texts for end users. Nothing here runs: that it compiles is the test.
import { createExplainer, defineMessages, explain } from "fetch-with-policy";
import type { MessagePack, Messages, UserMessageKey } from "fetch-with-policy";
import de from "fetch-with-policy/messages/de";
import en from "../../pkg-template/messages/en.json";

// The union of keys is that of the English pack, which is compared with the core's texts.
type EnglishKey = Exclude<keyof typeof en, "locale">;
export const keys: [Exclude<UserMessageKey, EnglishKey>, Exclude<EnglishKey, UserMessageKey>] extends [never, never] ? true : never = true;
export const pack: MessagePack = en;
const packOfOwn = defineMessages({ locale: "nl", "user.locked": "Even geduld.", "acme.sold": "Uitverkocht." }, { catalogs: [], complete: false });
export const lockedText: "Even geduld." = packOfOwn["user.locked"];
createExplainer({ messages: packOfOwn });
defineMessages(de, { complete: true });
// @ts-expect-error a key under "user." is a known one
defineMessages({ "user.lockd": "x" });
// @ts-expect-error a catalog's key has a dot
defineMessages({ locked: "x" });
// @ts-expect-error texts are texts
defineMessages({ "user.locked": 5 });
// @ts-expect-error an unknown option
defineMessages({}, { full: true });
// @ts-expect-error a key without a dot
export const dotless: Messages = { locked: "x" };
export const key: UserMessageKey = "user.unauthenticated.step_up";
// @ts-expect-error no such variant
export const wrongKey: UserMessageKey = "user.unauthenticated.stepup";

const explanation = explain(new Error("x"));
export const shown: string | undefined = de[explanation.userMessageKey as UserMessageKey];
export const isLocked: boolean = explanation.userMessageKey === "user.locked" || explanation.userMessageKey === "acme.sold";
const list: Record<string, string> = {};
createExplainer({ messages: [list, de, packOfOwn] });
