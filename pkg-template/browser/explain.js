// @ts-check
export * from "../src/explain.js";
