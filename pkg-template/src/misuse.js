// @ts-check
/** Likely mistakes in how a policy is used, for who develops: reported to listeners, and only looked for where there are some. */
import { emit } from "./emit.js";
import { isOwn } from "./host.js";
import { OPTIONS } from "./option-schema.js";

/** Names of options that fetch has, too. */
const SHARED = /^(body|priority)$/;

/** Whether fetch ignores an option of this name in `init`. @param {string} name */
const isMisplaced = (name) => !SHARED.test(name) && OPTIONS.includes(`\n ${name};`);

/**
 * Reports each mistake once for each policy and those that are extended from it.
 * @param {import("./run.js").Run} run
 */
export function reportMisuse(run) {
  const { init, hooks, inside } = run;
  /** @type {(what: string, option?: string) => void} */
  const report = (what, option) => {
    const said = (inside.life.said ??= new Set());
    if (said.has(option ?? what)) return;
    said.add(option ?? what);
    emit(run, "misuse", 0, { what, ...(option && { option }) });
  };
  if (isOwn(hooks.fetch)) report("policy-as-fetch");
  for (const name in init) if (init[name] !== undefined && isMisplaced(name)) report("option-in-init", name);
}
