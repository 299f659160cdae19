// @ts-check
export * from "../src/define-messages.js";
