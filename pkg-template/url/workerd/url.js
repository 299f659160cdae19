// @ts-nocheck: in the package it lies beside the index.js that was built for hosts that import a .wasm.
export * from "./index.js";
export const initPolicy = async () => {};
export const initExplain = async () => {};
