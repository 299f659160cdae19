// @ts-check
import { loader } from "../../url/load.js";
import { bind } from "#bind/explain";

/** The explain core: a file of its own, loaded at the first call that can wait for it. */
export const module = loader(bind, () => new URL("../explain.wasm", import.meta.url));
export const { instantiate } = module;
