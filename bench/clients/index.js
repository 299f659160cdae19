// @ts-check
import { bare } from "./bare.js";
import { cockatiel } from "./cockatiel.js";
import { discord } from "./discord.js";
import { effect, effectTold } from "./effect.js";
import { bottleneckKy, ky, pQueueKy } from "./ky.js";
import { octokit } from "./octokit.js";
import { ours, oursTold } from "./ours.js";
import { oursInPage } from "./shell.js";

/**
 * All that are compared, each set up as who knows it well would, with limits raised so that as few calls as can be are lost.
 * Each loads its packages when it is made, so that one alone runs without the others'.
 * @type {import("../run.js").Client[]}
 */
export const CLIENTS = [ours, oursInPage, oursTold, effect, effectTold, bottleneckKy, pQueueKy, ky, discord, octokit, cockatiel, bare];
