// @ts-check
// As the core loads it, for `throwHttpErrors`: the explainer of the page, which has one.
export * from "./explain.js";
