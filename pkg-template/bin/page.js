// @ts-check
/** A rule's page as text. */

/** @param {import("../index.js").RulePage} of */
export function page({ id, kind, title, whatHappened, causes, action, docsUrl }) {
  const section = (/** @type {string} */ label, /** @type {string[]} */ lines) => (lines.some(Boolean) ? `\n${label}\n${lines.map((line) => `  ${line}\n`).join("")}` : "");
  return (
    `${title}\n  ${id} · ${kind}\n` +
    section("What happened", [whatHappened]) +
    section("Causes", causes.map((cause, index) => `${index + 1}. ${cause}`)) +
    section("What to do", [action]) +
    section("Documentation", docsUrl === undefined ? [] : [docsUrl])
  );
}
