// @ts-check
import { decode } from "../inline/decode.js";
import { bind } from "#bind/policy";
import text from "#wasm/policy";

/** Whether one call may wake another here. */
export const nudges = true;

/** @type {WebAssembly.Module} */
let module;

/** Settles once the module is compiled, which the page does not wait for. */
export const ready = WebAssembly.compile(decode(text)).then((compiled) => void (module = compiled));

/** The policy core, of which each instance is new. */
export const instantiate = () => bind(module);
