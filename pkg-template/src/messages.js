// @ts-check
/**
 * Texts for end users: which pack speaks, and what its text says with the host's own `Intl` for plurals and numbers. A text that
 * cannot be read, or names what the explanation does not have, is passed over: nobody is shown braces.
 */
import { parse } from "./message-format.js";

/** @typedef {import("../index.js").Explanation} Explanation */
/** @typedef {Record<string, string>} Pack */

/**
 * What puts an explanation's `userMessage` into the caller's words. The chain: the packs in their order, of a list those of
 * the locale's language, the closest first; then English.
 * @param {Pack[]} packs
 * @param {string | undefined} locale
 * @param {boolean} isList
 * @returns {(explanation: Explanation) => Explanation}
 */
export function speaker(packs, locale, isList) {
  const chain = isList && locale !== undefined ? ranked(packs, locale) : packs;
  return (explanation) => {
    explanation.userMessage = textOf(explanation, chain, locale) ?? explanation.userMessage;
    return explanation;
  };
}

/** The first text that can be shown. @param {Explanation} explanation @param {Pack[]} chain @param {string | undefined} locale */
function textOf({ kind, params, userMessageKey }, chain, locale) {
  // A rule's own key or a variant's first; then the kind's, with the wait if there is one.
  for (const key of [userMessageKey, ..."seconds" in params ? [`user.${kind}.after`] : [], `user.${kind}`]) {
    for (const pack of chain) {
      const text = Object.hasOwn(pack, key) ? pack[key] : undefined;
      // Another language's rules would not fit the words.
      const tag = locale !== undefined && (pack.locale === undefined || script(locale) === script(pack.locale)) ? locale : pack.locale;
      try {
        if (text !== undefined) return render(text, params, tag ?? "en");
      } catch {
        // The next one.
      }
    }
  }
  return undefined;
}

/** @param {Pack[]} packs @param {string} locale */
function ranked(packs, locale) {
  const closeness = (/** @type {Pack} */ { locale: tag }) => (tag === undefined ? Infinity : locale === tag || locale.startsWith(`${tag}-`) ? tag.length : 0);
  return packs.filter(({ locale: tag }) => tag === undefined || script(tag) === script(locale)).sort((a, b) => closeness(b) - closeness(a) || 0);
}

/** Language and script: zh-CN is read by who reads zh-Hans, not by who reads zh-TW. @param {string} tag */
function script(tag) {
  const { language, script } = new Intl.Locale(tag).maximize();
  return `${language}-${script}`;
}

/**
 * @param {string} text
 * @param {Record<string, string>} params
 * @param {string} locale
 * @throws where the text is malformed, or has an argument that is not in `params`
 */
export function render(text, params, locale) {
  return written(parse(text), params, locale);
}

/** @param {import("./message-format.js").Part[]} parts @param {Record<string, string>} params @param {string} locale @returns {string} */
function written(parts, params, locale) {
  return parts.map((part) => (typeof part === "string" ? part : filled(part, params, locale))).join("");
}

/** @param {import("./message-format.js").Argument} argument @param {Record<string, string>} params @param {string} locale */
function filled({ name, type, options = {} }, params, locale) {
  const value = Object.hasOwn(params, name) ? params[name] : undefined;
  const number = Number(value);
  const { other = [] } = options;
  if (value === undefined || (!["", "select"].includes(type) && !Number.isFinite(number))) throw new RangeError(name);
  switch (type) {
    case "number":
      return new Intl.NumberFormat(locale).format(number);
    case "plural":
      return written(options[`=${number}`] ?? options[new Intl.PluralRules(locale).select(number)] ?? other, params, locale);
    case "select":
      return written(options[value] ?? other, params, locale);
    case "relative":
      return new Intl.RelativeTimeFormat(locale).format(Number(params.wait), unitOf(params));
    case "duration":
      return new Intl.NumberFormat(locale, { style: "unit", unit: unitOf(params), unitDisplay: "long" }).format(Number(params.wait));
    default:
      return value;
  }
}

/** @param {Record<string, string>} params */
function unitOf({ unit }) {
  return /** @type {"second" | "minute" | "hour" | "day"} */ (unit);
}
