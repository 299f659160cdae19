// @ts-check
/**
 * `defineMessages`: the lint of packs. An explainer passes over a text that it cannot show; here each mistake is named, before it
 * is shipped. A file of its own, for the build or the tests: who only shows texts does not load it.
 */
import { check, isRecord, list, oneOf } from "./catalog-words.js";
import { PolicyOptionError } from "./errors.js";
import { parse } from "./message-format.js";

/** @typedef {import("./message-format.js").Part} Part */

/** What a text may be filled with, where a wait is known. */
const ARGUMENTS = ["seconds", "wait", "unit"];
/** The categories of plurals (CLDR). */
const CATEGORIES = ["zero", "one", "two", "few", "many", "other"];
/** Behind each kind the variants that have a text. A test compares them with the English pack, and that is compared with the core. */
const KINDS = {
  success: "message",
  invalid_request: "",
  malformed_body: "",
  validation_failed: "exists request",
  unauthenticated: "session expired password step_up key",
  forbidden: "key account region blocked bot_challenge",
  not_found: "",
  unexpected_response: "",
  not_supported: "",
  conflict: "exists changed done",
  locked: "pending",
  too_large: "",
  rate_limited: "after",
  quota_exhausted: "plan",
  business_rule: "declined funds sold_out exists done",
  server_error: "check",
  unavailable: "after",
  network: "connection interrupted",
  timeout: "check",
  aborted: "",
  unknown: "",
};
const KEYS = Object.entries(KINDS).flatMap(([kind, variants]) => [kind, ...variants.split(" ").filter(Boolean).map((variant) => `${kind}.${variant}`)].map((key) => `user.${key}`));
const OWN_KEY = /^\w[\w-]*(\.[\w-]+)+$/;

// A member's name survives minifiers: see policy.js.
export const { defineMessages } = {
  /**
   * Checks a pack and gives it back.
   * @param {any} pack
   * @param {any} [options]
   * @returns {any}
   */
  defineMessages(pack, options) {
    checkPack(pack, options);
    return pack;
  },
};

/** @param {any} pack @param {any} options */
function checkPack(pack, options = {}) {
  check(isRecord(options), "options", "an object: { catalogs, complete }");
  oneOf(["catalogs", "complete"], options, "options");
  check([undefined, true, false].includes(options.complete), "options.complete", "true or false");
  const own = keysOf(list(options.catalogs, "options.catalogs"));
  check(isRecord(pack), "messages", "texts by key");
  for (const [key, text] of Object.entries(pack)) {
    if (key === "locale") checkLocale(text);
    else checkText(key, text, own, options.catalogs !== undefined);
  }
  // A variant that is missing is shown by its kind's text; without that, English stands beside the pack's language.
  const missing = KEYS.find((key) => key.split(".").length === 2 && !Object.hasOwn(pack, key));
  check(options.complete !== true || missing === undefined, missing ?? "", "a text: each kind has one in a complete pack");
}

/** The keys that the rules of catalogs give. @param {any[]} catalogs @returns {string[]} */
function keysOf(catalogs) {
  return catalogs.flatMap((catalog, index) => {
    check(isRecord(catalog) && Array.isArray(catalog.rules), `options.catalogs[${index}]`, "a catalog");
    return catalog.rules.flatMap((/** @type {any} */ rule) => rule?.then?.userMessageKey ?? []);
  });
}

/** @param {string} key @param {unknown} text @param {string[]} own @param {boolean} isClosed whether no other catalog has a key */
function checkText(key, text, own, isClosed) {
  const isOwn = own.includes(key) || (!isClosed && OWN_KEY.test(key) && !key.startsWith("user."));
  if (!isOwn && !KEYS.includes(key)) {
    const closest = closestTo(key, [...KEYS, ...own]);
    throw new PolicyOptionError(key, "a known key", `unknown key "${key}"${closest === undefined ? "" : `; did you mean "${closest}"?`}`);
  }
  check(typeof text === "string" && text.trim() !== "", key, "a text");
  const known = isOwn || key.endsWith(".after") ? ARGUMENTS : [];
  checkParts(partsOf(key, text), key, known);
}

/** @param {string} key @param {string} text */
function partsOf(key, text) {
  try {
    return parse(text);
  } catch (error) {
    throw new PolicyOptionError(key, `ICU MessageFormat: ${/** @type {SyntaxError} */ (error).message}`);
  }
}

/** @param {Part[]} parts @param {string} key @param {string[]} known arguments */
function checkParts(parts, key, known) {
  for (const part of parts) {
    if (typeof part === "string") continue;
    const { name, type, options = {} } = part;
    check(known.includes(name), key, known.length === 0 ? `a text without {${name}}: it has no arguments` : `of arguments ${known.join(", ")}; there is no {${name}}`);
    check(name !== "unit" || type === "" || type === "select", key, "select for {unit}, which is a word");
    for (const [choice, inside] of Object.entries(options)) {
      check(type !== "plural" || choice.startsWith("=") || CATEGORIES.includes(choice), key, `plurals of =0, =1, ${CATEGORIES.join(", ")}; there is no "${choice}"`);
      checkParts(inside, key, known);
    }
  }
}

/** @param {unknown} tag */
function checkLocale(tag) {
  try {
    if (typeof tag === "string") return void new Intl.Locale(tag);
  } catch {
    // Reported below.
  }
  throw new PolicyOptionError("locale", 'a language tag (BCP 47): "de", "pt-BR"');
}

/** The key that differs least, with or without "user." in front, if not by more than a third. @param {string} key @param {string[]} known */
function closestTo(key, known) {
  const changes = (/** @type {string} */ other) => Math.min(distance(key, other), distance(`user.${key}`, other));
  const [closest = ""] = known.slice().sort((one, other) => changes(one) - changes(other));
  return key !== "" && changes(closest) <= closest.length / 3 ? closest : undefined;
}

/** Letters to add, drop or change. @param {string} one @param {string} other */
function distance(one, other) {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (const [line, char] of [...one.slice(0, 100)].entries()) {
    let before = line;
    let left = line + 1;
    row = row.map((above, index) => {
      if (index === 0) return left;
      const changed = before + (char === other[index - 1] ? 0 : 1);
      before = above;
      return (left = Math.min(changed, above + 1, left + 1));
    });
  }
  return row[other.length] ?? 0;
}
