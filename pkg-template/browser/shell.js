// @ts-check
export * from "../src/shell.js";
