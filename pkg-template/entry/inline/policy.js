// @ts-check
import { decode } from "./decode.js";
import { bind } from "#bind/policy";
import text from "#wasm/policy";

/** Whether one call may wake another here. */
export const nudges = true;

/** @type {WebAssembly.Module | undefined} */
let module;

/** The policy core, of which each instance is new: compiled from the inlined bytes, synchronously, at the first call. */
export const instantiate = () => bind((module ??= new WebAssembly.Module(decode(text))));
