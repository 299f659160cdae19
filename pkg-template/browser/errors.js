// @ts-check
export * from "../src/errors.js";
