// @ts-check
/** What the lint says of rules beside one another: holes that nothing fills, and rules that another one always comes before. */
import { SIGNS, check } from "./catalog-words.js";

const HOLE = /\{([a-z]+|url\.[^{}]+)\}/g;
/** Words of `when` whose tests are of texts. */
const TEXTS = new Set(["method", "code", "message", "body", "requestBody", "format", "bodyIs"]);

/** @param {any[]} rules */
export function checkReach(rules) {
  rules.forEach(checkHoles);
  for (const [index, rule] of rules.entries()) {
    const before = rules.find((other, at) => other !== rule && other.then.kind !== undefined && goesBefore(other, at, rule, index) && isWider(other.when, rule.when));
    check(before === undefined || rule.then.kind === undefined, `rules[${rule.id}]`, `a rule that can be reached: wherever it holds, ${before?.id} holds and comes first`);
  }
}

/** @param {any} rule */
function checkHoles({ id, when, then }) {
  const bound = new Set();
  collect(when, bound);
  const texts = Object.entries(then).flatMap(([key, value]) => {
    if (key === "causes") return value.flatMap((/** @type {any} */ cause, /** @type {number} */ index) => [[`causes[${index}].text`, cause.text], [`causes[${index}].check`, cause.check]]);
    if (key === "fields") return value.map((/** @type {string} */ name, /** @type {number} */ index) => [`fields[${index}]`, name]);
    return [[key, value]];
  });
  for (const [key, text] of texts) {
    if (typeof text !== "string") continue;
    for (const [whole, name] of text.matchAll(HOLE)) {
      check(bound.has(name), `rules[${id}].then.${key}`, `holes that a template of when binds; none binds ${whole}`);
    }
  }
}

/** The holes of all templates, and the names of the URL's parameters that must be there. @param {any} value @param {Set<string>} bound */
function collect(value, bound) {
  if (typeof value === "string") for (const [, name] of value.matchAll(HOLE)) bound.add(/** @type {string} */ (name));
  if (typeof value !== "object" || value === null) return;
  for (const [key, member] of Object.entries(value)) {
    // What must not hold binds nothing, and a comparison with a plain text is no template.
    // Of a request's headers no value is told.
    if (["not", "equals", "contains", "startsWith", "requestHeader"].includes(key)) continue;
    if (key === "request") for (const name of [member].flat()) for (const hole of SIGNS[name] ?? []) bound.add(hole);
    if (key === "param") for (const name of typeof member === "string" ? [member] : Object.keys(member)) bound.add(`url.${name}`);
    collect(member, bound);
  }
}

/** By priority, then the number of conditions, then their order. @param {any} one @param {number} at @param {any} other @param {number} index */
function goesBefore(one, at, other, index) {
  const byPriority = (one.priority ?? 0) - (other.priority ?? 0);
  const byCount = Object.keys(one.when).length - Object.keys(other.when).length;
  return (byPriority || byCount || index - at) > 0;
}

/** Whether `wide` surely holds wherever `narrow` does. @param {any} wide @param {any} narrow */
function isWider(wide, narrow) {
  return Object.entries(wide).every(([word, test]) => {
    const other = narrow[word];
    if (other === undefined) return false;
    if (same(test, other)) return true;
    if (word === "status") return every(other, (status) => some(test, (wanted) => wanted === status || wanted === `${String(status)[0]}xx`));
    if (TEXTS.has(word)) return covers(test, other);
    // Conditions by name, all of which must hold.
    return ["header", "requestHeader", "json"].includes(word) && Object.entries(test).every(([name, want]) => name in other && (same(want, other[name]) || covers(want, other[name])));
  });
}

/** Whether each text that fits `narrow` fits `wide` too. @param {any} wide @param {any} narrow */
function covers(wide, narrow) {
  return every(narrow, (one) => some(wide, (want) => want === true || want === "*" || same(want, one) || loose(want, one)));
}

/** Whether a template of literals and stars fits all that another one of text does. @param {any} want @param {any} one */
function loose(want, one) {
  if (typeof want !== "string" || typeof one !== "string" || /\{[a-z]+\}/.test(want)) return false;
  // What stands for anything in the narrower one is a character that no literal has.
  const text = one.replace(/\*|\{[a-z]+\}/g, "\0").toLowerCase();
  const [first = "", ...rest] = want.toLowerCase().split("*");
  const last = rest.pop();
  if (last === undefined) return text === first;
  if (!text.startsWith(first) || !text.endsWith(last)) return false;
  let at = first.length;
  for (const piece of rest) {
    const found = text.indexOf(piece, at);
    if (found < 0) return false;
    at = found + piece.length;
  }
  return at <= text.length - last.length;
}

/** @param {any} value @param {(one: any) => boolean} test */
const every = (value, test) => (Array.isArray(value) ? value.every(test) : test(value));
/** @param {any} value @param {(one: any) => boolean} test */
const some = (value, test) => (Array.isArray(value) ? value.some(test) : test(value));
/** @param {any} one @param {any} other */
const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);
