// @ts-check
/**
 * `defineCatalog`: the lint of catalogs. The core takes any JSON and lets a rule with a mistake never hold; here each mistake
 * is named, before it is shipped. A file of its own, for the build or the tests: who only explains does not load it.
 */
import { check, checkWhen, fits, isRecord, list, oneOf } from "./catalog-words.js";
import { checkThen } from "./catalog-then.js";
import { checkReach } from "./catalog-reach.js";
import { PolicyOptionError } from "./errors.js";
import { ask, engineOf } from "./explain.js";

const TOP = "catalog provider name hosts extends recognise rules tests".split(" ");
const TEST = "status headers body method url requestBody requestHeaders redirected provider error online pageUrl responseType now expect".split(" ");
const NAME = /^\w[\w.-]{0,99}$/;
const HOST = /^(\*\.)?[a-z0-9.-]+(:\d+)?$|^\*$/;

// A member's name survives minifiers: see policy.js.
export const { defineCatalog } = {
  /**
   * Checks a catalog and gives it back.
   * @param {any} catalog
   * @returns {any}
   */
  defineCatalog(catalog) {
    checkCatalog(catalog);
    return catalog;
  },
};

/** @param {any} catalog */
function checkCatalog(catalog) {
  check(isRecord(catalog), "catalog", "an object");
  plain(catalog, "", []);
  oneOf(TOP, catalog, "");
  check(catalog.catalog === 1, "catalog", "1, the version of the format");
  check(fits(NAME, catalog.provider), "provider", 'the API\'s name: "acme"');
  if (catalog.name !== undefined) check(typeof catalog.name === "string" && catalog.name !== "", "name", "the name for sentences");
  for (const [index, host] of list(catalog.hosts, "hosts").entries()) {
    check(fits(HOST, host), `hosts[${index}]`, 'a host: "api.example.com", "*.example.com"');
  }
  for (const [index, name] of list(catalog.extends, "extends").entries()) {
    check(fits(NAME, name), `extends[${index}]`, "the name of an API or rule set");
  }
  if (catalog.recognise !== undefined) checkWhen(catalog.recognise, "recognise");
  check(Array.isArray(catalog.rules) && catalog.rules.length > 0, "rules", "an array of at least one rule");
  const ids = new Set();
  for (const [index, rule] of catalog.rules.entries()) {
    checkRule(rule, index, catalog.provider);
    check(!ids.has(rule.id), `rules[${rule.id}].id`, "an id of its own; an earlier rule has it");
    ids.add(rule.id);
  }
  checkReach(catalog.rules);
  for (const [index, test] of list(catalog.tests, "tests").entries()) run(catalog, test, `tests[${index}]`);
}

/** @param {any} rule @param {number} index @param {string} provider */
function checkRule(rule, index, provider) {
  check(isRecord(rule), `rules[${index}]`, "an object: { id, when, then }");
  const prefix = `${provider}.`;
  check(fits(NAME, rule.id) && rule.id.startsWith(prefix), `rules[${index}].id`, `"${prefix}" and a name`);
  const at = `rules[${rule.id}]`;
  oneOf(["id", "priority", "when", "then"], rule, at);
  const { priority = 0 } = rule;
  check(Number.isInteger(priority) && priority >= 0 && priority <= 10_000, `${at}.priority`, "a whole number from 0 to 10000");
  checkWhen(rule.when, `${at}.when`);
  checkThen(rule, at);
}

/** Only what JSON can carry. @param {any} value @param {string} at @param {object[]} above */
function plain(value, at, above) {
  const isPlain = value === null || ["string", "boolean"].includes(typeof value) || Number.isFinite(value);
  if (isPlain || (value === undefined && above.length > 0)) return;
  const tag = typeof value === "object" ? Object.getPrototypeOf(value) : undefined;
  const known = Array.isArray(value) || tag === null || (tag !== undefined && Object.getPrototypeOf(tag) === null);
  check(known && !above.includes(value) && above.length < 50, at || "catalog", "plain JSON");
  for (const [key, member] of Object.entries(value)) {
    // A rule is called by its id, an item by its place.
    const id = /^rules$/.test(at) && typeof member?.id === "string" ? member.id : key;
    plain(member, Array.isArray(value) ? `${at}[${id}]` : at === "" ? key : `${at}.${key}`, [...above, value]);
  }
}

/** @param {any} catalog @param {any} test @param {string} at */
function run(catalog, test, at) {
  check(isRecord(test), at, "a report, and expect: { id }");
  oneOf(TEST, test, at);
  check(isRecord(test.expect), `${at}.expect`, "{ id }");
  oneOf(["id"], test.expect, `${at}.expect`);
  const { expect, ...report } = test;
  check(typeof expect.id === "string", `${at}.expect.id`, "the id of a rule");
  check(Number.isInteger(report.status), `${at}.status`, "a status");
  for (const key of ["body", "method", "url", "requestBody", "provider"]) {
    check(["string", "undefined"].includes(typeof report[key]), `${at}.${key}`, "a text");
  }
  // Without an address the response is the catalog's own API's.
  if (report.provider === undefined && !/^https?:/.test(report.url ?? "")) report.provider = catalog.provider;
  const { id } = ask(engineOf([catalog]), report);
  if (id !== expect.id) {
    const isOwn = catalog.rules.some((/** @type {any} */ rule) => rule.id === expect.id);
    throw new PolicyOptionError(isOwn ? `rules[${expect.id}]` : `${at}.expect.id`, `the rule that explains ${at}; ${id} explains it`);
  }
}
