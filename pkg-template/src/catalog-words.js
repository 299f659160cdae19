// @ts-check
/** The words of a rule's `when`, and what may stand under each: the lint's half of `src/explain/catalogs/condition.rs`. */
import { PolicyOptionError } from "./errors.js";

const COMPARISONS = ["gt", "gte", "lt", "lte"];
const TESTS = ["equals", "contains", "startsWith", "template", ...COMPARISONS];
const BODIES = ["empty", "html", "json", "proxy", "text", "xml"];
const TYPES = ["missing", "null", "boolean", "number", "string", "array", "object"];

/** What may be wrong with a request by its own look, and the holes that its rule may use. @type {Record<string, string[]>} */
export const SIGNS = {
  placeholder: ["placeholder"],
  undefined: ["value"],
  null: ["value"],
  size: ["param", "value", "most"],
  "empty-segment": [],
  blank: [],
  "encoded-twice": [],
  "body-object": [],
  "broken-json": ["place"],
  "body-undefined": ["member"],
  "body-on-get": [],
  "no-boundary": [],
  unlabelled: [],
  "json-as-text": [],
  "json-as-form": [],
  "form-as-json": [],
  accept: [],
  redirected: ["method"],
  "no-credentials": [],
  "auth-in-query": ["param"],
  "auth-empty": [],
  "auth-undefined": [],
  "auth-placeholder": [],
  "auth-doubled": [],
  "auth-quoted": [],
  "auth-blank": [],
  "auth-basic": [],
  "auth-bare": [],
  "auth-expired": ["when"],
  "auth-scheme": ["sent", "wanted"],
};

/** @param {unknown} holds @param {string} field @param {string} expected @returns {asserts holds} */
export function check(holds, field, expected) {
  if (!holds) throw new PolicyOptionError(field, expected);
}

/** @param {unknown} value @returns {value is Record<string, any>} */
export function isRecord(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether it is a text of this form; a pattern's own `test` takes anything. @param {RegExp} pattern @param {unknown} value */
export function fits(pattern, value) {
  return typeof value === "string" && pattern.test(value);
}

/** Refuses members that are none of `known`. @param {string[]} known @param {object} value @param {string} at */
export function oneOf(known, value, at) {
  for (const key of Object.keys(value)) {
    check(known.includes(key), at === "" ? key : `${at}.${key}`, `one of ${known.join(", ")}`);
  }
}

/** A list that may be absent. @param {any} value @param {string} at @returns {any[]} */
export function list(value, at) {
  check(value === undefined || Array.isArray(value), at, "an array");
  return value ?? [];
}

/** @param {any} value */
const alternatives = (value) => (Array.isArray(value) ? value : [value]);

/** @type {Record<string, (value: any, at: string) => void>} */
const WORDS = {
  status: (value, at) => {
    const isStatus = (/** @type {any} */ status) => (Number.isInteger(status) && status >= 100 && status <= 999) || fits(/^[1-9]xx$/, status);
    check(alternatives(value).length > 0 && alternatives(value).every(isStatus), at, 'a status, a class ("4xx"), or a list of them');
  },
  method: checkText,
  code: checkText,
  message: checkText,
  body: checkText,
  requestBody: checkText,
  format: checkText,
  bodyIs: (value, at) => check(alternatives(value).length > 0 && alternatives(value).every((name) => BODIES.includes(name)), at, `of ${BODIES.join(", ")}`),
  request: (value, at) => check(alternatives(value).length > 0 && alternatives(value).every((name) => typeof name === "string" && Object.hasOwn(SIGNS, name)), at, `of ${Object.keys(SIGNS).join(", ")}`),
  requestHeader: (value, at) => members(value, at, /^[\w!#$%&'*+.^`|~-]+$/, "a header's name", (test, at) => checkPresence(test, at, [])),
  header: (value, at) => members(value, at, /^[\w!#$%&'*+.^`|~-]+$/, "a header's name", (test, at) => checkPresence(test, at, [])),
  json: (value, at) => members(value, at, /^(\/|$)/, "a JSON pointer (RFC 6901)", (test, at) => checkPresence(test, at, ["type"])),
  url: checkUrl,
  not: checkWhen,
  any: (value, at) => {
    check(Array.isArray(value) && value.length > 0, at, "a list of conditions");
    value.forEach((/** @type {any} */ when, /** @type {number} */ index) => checkWhen(when, `${at}[${index}]`));
  },
};

/** @param {any} when @param {string} at */
export function checkWhen(when, at) {
  check(isRecord(when) && Object.keys(when).length > 0, at, "an object of at least one condition");
  oneOf(Object.keys(WORDS), when, at);
  for (const [word, value] of Object.entries(when)) WORDS[word]?.(value, `${at}.${word}`);
}

/** A template, `true`, a list, or an object of comparisons. @param {any} test @param {string} at @param {string[]} [more] */
function checkText(test, at, more = []) {
  if (Array.isArray(test)) {
    check(test.length > 0, at, "a list of at least one test");
    return test.forEach((one, index) => checkText(one, `${at}[${index}]`));
  }
  if (!isRecord(test)) {
    check(test === true || typeof test === "string", at, "a template, a list of them, or an object of " + TESTS.join(", "));
    return;
  }
  check(Object.keys(test).length > 0, at, "an object of at least one test");
  oneOf([...TESTS, ...more], test, at);
  for (const [key, value] of Object.entries(test)) {
    const here = `${at}.${key}`;
    if (COMPARISONS.includes(key)) check(Number.isSafeInteger(value) && value >= 0 && value < 1e15, here, "a whole number of 0 or more");
    else if (key === "equals") check(alternatives(value).length > 0 && alternatives(value).every((one) => ["string", "number", "boolean"].includes(typeof one)), here, "a text, a number, true or false, or a list of them");
    else if (key === "template") checkText(value, here);
    else if (!more.includes(key)) check(typeof value === "string" && value !== "", here, "a text");
  }
}

/** A text's test that may also ask whether there is any. @param {any} test @param {string} at @param {string[]} more */
function checkPresence(test, at, more) {
  if (typeof test === "boolean") return;
  if (!isRecord(test)) return checkText(test, at);
  for (const key of ["exists", "present"]) {
    if (key in test) check(typeof test[key] === "boolean", `${at}.${key}`, "true or false");
  }
  if (more.includes("type") && "type" in test) check(TYPES.includes(test.type), `${at}.type`, `one of ${TYPES.join(", ")}`);
  checkText(test, at, [...more, "exists", "present"]);
}

/** @param {any} value @param {string} at @param {RegExp} name @param {string} expected @param {(test: any, at: string) => void} each */
function members(value, at, name, expected, each) {
  check(isRecord(value) && Object.keys(value).length > 0, at, `an object by ${expected}`);
  for (const [key, test] of Object.entries(value)) {
    check(name.test(key), `${at}.${key}`, expected);
    each(test, `${at}.${key}`);
  }
}

/** @param {any} url @param {string} at */
function checkUrl(url, at) {
  check(isRecord(url) && Object.keys(url).length > 0, at, "an object of host, path, param");
  const { host, path, param, ...rest } = url;
  if (host !== undefined) checkText(host, `${at}.host`);
  if (path !== undefined) checkText(path, `${at}.path`);
  if (isRecord(param)) {
    members(param, `${at}.param`, /./, "a parameter's name", (test, at) => checkPresence(test, at, []));
  } else if (param !== undefined) {
    check(typeof param === "string" && param !== "", `${at}.param`, "a parameter's name, or an object of names and tests");
    if (Object.keys(rest).length > 0) checkPresence(rest, at, []);
    return;
  }
  oneOf(["host", "path", "param"], url, at);
}
