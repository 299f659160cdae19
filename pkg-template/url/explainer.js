// @ts-check
export * from "../src/explainer.js";
