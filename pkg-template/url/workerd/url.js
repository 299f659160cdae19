// @ts-nocheck: in the package it lies beside the index.js that was built for workerd.
export * from "./index.js";
export const initPolicy = async () => {};
export const initExplain = async () => {};
