// @ts-check
/** A rule's page as text, and the pack of texts of a language. */
import { Refusal, USAGE } from "./refusal.js";

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

/**
 * The closest pack to a language tag: its own, that of its script (zh-CN: zh-Hans), its region (pt: pt-BR), its language.
 * @param {string} tag
 * @returns {Promise<Record<string, string>>}
 */
export async function textsOf(tag) {
  for (const name of names(tag)) {
    const pack = await import(`fetch-with-policy/messages/${name}`).catch(() => undefined);
    if (pack !== undefined) return pack.default;
  }
  throw new Refusal(USAGE, `--lang: expected the tag of a language with texts, such as en, de or pt-BR; there are none in ${tag}`);
}

/** @param {string} tag @returns {string[]} */
function names(tag) {
  try {
    const { language, script, region } = new Intl.Locale(tag).maximize();
    return [new Intl.Locale(tag).baseName, `${language}-${script}`, `${language}-${region}`, language];
  } catch {
    return [];
  }
}
