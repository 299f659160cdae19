// @ts-check
import { decode } from "./decode.js";
import { bind } from "#bind/explain";
import text from "#wasm/explain";

/** @type {WebAssembly.Module | undefined} */
let module;

/** The explain core, of which each instance is new: compiled from the inlined bytes, synchronously, at the first call. */
export const instantiate = () => bind((module ??= new WebAssembly.Module(decode(text))));
