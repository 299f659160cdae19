// @ts-check
/**
 * The reader of texts for end users: a subset of ICU MessageFormat, which other i18n tools read the same way.
 *
 * `{name}`, `{name, number}`, `{name, plural, =0 {…} one {…} other {…}}` with `#` for the number, and `{name, select, a {…} other {…}}`,
 * nested. An apostrophe before a brace, `<` or `>` (in a plural `#` too) makes what follows literal, up to the next apostrophe; two
 * apostrophes are one. Of this package are `{name, relative}` and `{name, duration}`. All else is a SyntaxError, a `}` without a `{`
 * too, so that no brace is shown that was not quoted.
 */

/** Braces within braces: eight plurals in one another. Time and stack are bounded by it. */
const MAX_DEPTH = 16;

const SPACE = /[ \t\r\n]*/y;
const COMMA = /,[ \t\r\n]*/y;
const WORD = /\w+[ \t\r\n]*/y;
const CASE = /(=\d+|\w+)[ \t\r\n]*/y;
/** What is literal, and what is quoted: two apostrophes, or from one to the next or the end. */
const LITERAL = /''|'[{}<>](''|[^'])*'?|[^'{}]+|'/y;
/** The same where `#` is a number. */
const COUNTED = /''|'[{}<>#](''|[^'])*'?|[^'{}#]+|'/y;

/** @typedef {{ name: string, type: string, options?: Record<string, Part[]> }} Argument */
/** @typedef {string | Argument} Part */

/**
 * @param {string} text
 * @returns {Part[]}
 * @throws {SyntaxError} whose message says what was expected where
 */
export function parse(text) {
  let at = 0;

  const fail = (/** @type {string} */ expected) => {
    throw new SyntaxError(`${expected} at character ${at}`);
  };
  /** What stands here of this form, without the space behind it. @param {RegExp} form @param {string} [expected] */
  const take = (form, expected) => {
    form.lastIndex = at;
    const found = form.exec(text)?.[0] ?? "";
    if (found === "" && expected !== undefined) fail(expected);
    at += found.length;
    return found;
  };
  const word = (/** @type {RegExp} */ form, /** @type {string} */ expected) => take(form, expected).trim();

  /** @template T @param {number} depth @param {() => T} read */
  const inBraces = (depth, read) => {
    if (text[at] !== "{") fail("{");
    if (depth > MAX_DEPTH) fail(`braces at most ${MAX_DEPTH} deep`);
    at++;
    const inside = read();
    if (text[at] !== "}") fail("}");
    at++;
    return inside;
  };

  /** `counted` is the argument whose number `#` is. @param {number} depth @param {string} [counted] */
  const message = (depth, counted) => {
    /** @type {Part[]} */
    const parts = [];
    while (at < text.length && text[at] !== "}") {
      if (text[at] === "{") {
        parts.push(argument(depth + 1));
      } else if (text[at] === "#" && counted !== undefined) {
        parts.push({ name: counted, type: "number" });
        at++;
      } else {
        parts.push(unquoted(take(counted === undefined ? LITERAL : COUNTED)));
      }
    }
    return parts;
  };

  /** @param {number} depth @returns {Argument} */
  const argument = (depth) =>
    inBraces(depth, () => {
      take(SPACE);
      const name = word(WORD, "a name");
      const type = take(COMMA) && word(WORD, "a type");
      if (type === "plural" || type === "select") return { name, type, options: choices(depth, name, type === "plural") };
      if (!["", "number", "relative", "duration"].includes(type)) fail("number, plural or select");
      return { name, type };
    });

  /** @param {number} depth @param {string} name @param {boolean} isPlural */
  const choices = (depth, name, isPlural) => {
    /** @type {Record<string, Part[]>} */
    const options = Object.create(null);
    take(COMMA, "a comma and texts to choose from");
    while (at < text.length && text[at] !== "}") {
      const choice = word(isPlural ? CASE : WORD, "the name of a choice");
      if (choice in options) fail("one text for each choice");
      options[choice] = inBraces(depth + 1, () => message(depth + 1, isPlural ? name : undefined));
      take(SPACE);
    }
    if (options.other === undefined) fail("a text for other");
    return options;
  };

  const parts = message(0);
  if (at < text.length) fail("no } without a {");
  return parts;
}

/** @param {string} literal */
function unquoted(literal) {
  if (literal === "''") return "'";
  return literal.length > 1 && literal[0] === "'" ? literal.slice(1).replace(/''|'$/g, (found) => found.slice(1)) : literal;
}
