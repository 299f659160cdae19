// @ts-check
import { loader } from "../../url/load.js";
import { bind } from "#bind/policy";

/** Whether one call may wake another here. */
export const nudges = true;

/** The policy core: a file of its own, loaded at the first call that can wait for it. */
export const module = loader(bind, () => new URL("../policy.wasm", import.meta.url));
export const { instantiate } = module;
