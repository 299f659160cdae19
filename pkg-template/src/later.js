// @ts-check
// The explainer as the policy loads it, by import(), for `throwHttpErrors`: in the package a copy of explain.js, not an import
// of it. Were one file imported by name (in index.js) and by import(), esbuild's splitting would put it in a chunk that who
// imports only the policy loads at once: 130 kB.
export { ask, engineOf, reportOf } from "./explain.js";
