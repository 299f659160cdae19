// @ts-check
import { compile } from "./read.js";
import { bind } from "#bind/explain";
import spare from "#brotli/explain";

/** @type {WebAssembly.Module | undefined} */
let module;

/** The explain core, of which each instance is new: read from the disk and compiled, synchronously, at the first call. */
export const instantiate = () => bind((module ??= compile(new URL("./explain.wasm", import.meta.url), spare)));
