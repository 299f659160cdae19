// @ts-check
export * from "../src/format.js";
