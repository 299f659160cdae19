// @ts-check
export * from "../src/catalog.js";
