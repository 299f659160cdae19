// @ts-check
export * from "../src/registered.js";
