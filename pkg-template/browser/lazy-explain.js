// @ts-check
export * from "../src/lazy-explain.js";
