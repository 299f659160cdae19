// @ts-check
// As the policy loads it, for `throwHttpErrors`. Here it is the one explainer, which may have been told where its module is.
export * from "./explain.js";
