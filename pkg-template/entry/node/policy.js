// @ts-check
import { compile } from "./read.js";
import { bind } from "#bind/policy";
import spare from "#brotli/policy";

/** Whether one call may wake another here. */
export const nudges = true;

/** @type {WebAssembly.Module | undefined} */
let module;

/** The policy core, of which each instance is new: read from the disk and compiled, synchronously, at the first call. */
export const instantiate = () => bind((module ??= compile(new URL("./policy.wasm", import.meta.url), spare)));
