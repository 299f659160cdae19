// @ts-check
import { bare } from "./bare.js";
import { ours, oursTold } from "./ours.js";

/**
 * All that are compared. Each loads its packages when it is made, so that one alone runs without the others' packages.
 * @type {import("../run.js").Client[]}
 */
export const CLIENTS = [ours, oursTold, bare];
