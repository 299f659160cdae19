// @ts-check
/**
 * Texts for end users: which pack speaks, and what its text says with the host's own `Intl` for plurals, numbers and waits.
 *
 * A text is a small part of ICU's message format: `{name}`, `{name, number}`, `{name, plural, one {# file} other {# files}}`
 * (`=0 {…}` too), and of this package `{name, relative}` ("in 30 seconds") and `{name, duration}` ("30 seconds") of a number of
 * seconds, in a unit that suits it and rounded up. What is malformed stays as it is written: a text never throws. Braces nest
 * {@link MAX_NESTING} deep, which `createExplainer` checks: each plural takes two, and time and stack are bounded by it.
 */

/** @typedef {import("../index.js").Explanation} Explanation */
/** @typedef {Record<string, string>} Pack */

/** Braces within braces: eight plurals in one another. */
export const MAX_NESTING = 16;

/** How deep the braces of a text nest. @param {string} text */
export function nesting(text) {
  let depth = 0;
  let deepest = 0;
  for (const char of text) {
    if (char === "{") deepest = Math.max(deepest, ++depth);
    else if (char === "}" && depth > 0) depth--;
  }
  return deepest;
}

/** Seconds of a unit. A wait is told in the largest of which it has two. */
const UNITS = /** @type {const} */ ([["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]]);

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
  if (chain.length === 0) return (explanation) => explanation;
  return (explanation) => {
    const { kind, params, userMessageKey } = explanation;
    // A rule's own key first; then what is said of its kind, with the wait if there is one.
    for (const key of [userMessageKey, ..."seconds" in params ? [`user.${kind}.after`] : [], `user.${kind}`]) {
      const pack = chain.find((pack) => Object.hasOwn(pack, key));
      if (pack !== undefined) {
        // Another language's rules would not fit the words.
        const tag = locale !== undefined && (pack.locale === undefined || script(locale) === script(pack.locale)) ? locale : pack.locale;
        explanation.userMessage = render(pack[key] ?? "", params, tag ?? "en");
        break;
      }
    }
    return explanation;
  };
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
 * @returns {string}
 */
export function render(text, params, locale) {
  let out = "";
  let at = 0;
  for (let open = text.indexOf("{"); open >= 0; open = text.indexOf("{", at)) {
    const end = closing(text, open);
    if (end < 0) break;
    out += text.slice(at, open) + hole(text.slice(open, end + 1), params, locale);
    at = end + 1;
  }
  return out + text.slice(at);
}

/** The brace that closes the one at `open`; -1 if none does. @param {string} text @param {number} open */
function closing(text, open) {
  let depth = 0;
  for (let at = open; at < text.length; at++) {
    if (text[at] === "{") depth++;
    else if (text[at] === "}" && --depth === 0) return at;
  }
  return -1;
}

/** @param {string} source with its braces @param {Record<string, string>} params @param {string} locale */
function hole(source, params, locale) {
  const [name = "", how = "", ...rest] = source.slice(1, -1).split(",");
  const value = Object.hasOwn(params, name.trim()) ? params[name.trim()] : undefined;
  if (value === undefined) return source;
  const number = Number(value);
  if (how.trim() === "" || !Number.isFinite(number)) return value;
  switch (how.trim()) {
    case "number":
      return new Intl.NumberFormat(locale).format(number);
    case "plural":
      return plural(rest.join(","), number, params, locale) ?? source;
    case "relative": {
      const [count, unit] = wait(number);
      return new Intl.RelativeTimeFormat(locale).format(count, unit);
    }
    case "duration": {
      const [count, unit] = wait(number);
      return new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay: "long" }).format(count);
    }
    default:
      return source;
  }
}

/** @param {number} seconds @returns {[number, "day" | "hour" | "minute" | "second"]} */
function wait(seconds) {
  const [unit, size] = UNITS.find(([, size]) => seconds >= 2 * size) ?? UNITS[3];
  return [Math.ceil(seconds / size), unit];
}

/** @param {string} source @param {number} number @param {Record<string, string>} params @param {string} locale */
function plural(source, number, params, locale) {
  /** @type {Record<string, string>} */
  const branches = {};
  let at = 0;
  for (let open = source.indexOf("{"); open >= 0; open = source.indexOf("{", at)) {
    const end = closing(source, open);
    if (end < 0) return undefined;
    branches[source.slice(at, open).trim()] = source.slice(open + 1, end);
    at = end + 1;
  }
  const branch = branches[`=${number}`] ?? branches[new Intl.PluralRules(locale).select(number)] ?? branches.other;
  const count = new Intl.NumberFormat(locale).format(number);
  return branch === undefined ? undefined : render(branch.replaceAll("#", () => count), params, locale);
}
