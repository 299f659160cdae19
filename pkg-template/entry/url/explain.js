// @ts-check
import { loader } from "../../url/load.js";
import * as glue from "#glue/explain";

/** The explain core: a file of its own, loaded at the first call that can wait for it. */
export const module = loader(glue, () => new URL("../explain.wasm", import.meta.url));
export const { core } = module;
