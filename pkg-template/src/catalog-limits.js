// @ts-check
/**
 * The rules of a profile's catalog that the policy goes by, as lines for the core (`hints/limits.rs`): kind, statuses and tests,
 * parted by tabs. The explainer's matcher is larger than the policy's readers, so only conditions on texts are handed over.
 */
const KINDS = ["rate_limited", "quota_exhausted", "unavailable"];
const OR = "\x1f";

/**
 * @param {any} catalog
 * @returns {string}
 */
export function limitsOf(catalog) {
  /** @type {any[]} */
  const rules = Array.isArray(catalog?.rules) ? [...catalog.rules] : [];
  const rank = (/** @type {any} */ rule) => (Number(rule?.priority) || 0) * 100 + Object.keys(rule?.when ?? {}).length;
  rules.sort((one, other) => rank(other) - rank(one));
  return rules.flatMap((rule) => (KINDS.includes(rule?.then?.kind) ? lineOf(rule.then.kind, rule.when) : [])).join("\n");
}

/**
 * A rule's line; none where it asks for more than texts.
 * @param {string} kind
 * @param {any} when
 */
function lineOf(kind, when) {
  const { status, code, message, body, json, ...others } = when ?? {};
  /** @type {[string, unknown][]} */
  const tests = [["", code], ["", message], ["body", body], ...Object.entries(json ?? {}).map(memberOf)];
  const asked = tests.filter(([, test]) => test !== undefined).flatMap(([place, test]) => testsOf(place, test));
  if (Object.keys(others).length > 0 || asked.includes("") || (status === undefined && asked.length === 0)) return [];
  return [[kind, [status ?? []].flat().join(","), ...asked].join("\t")];
}

/**
 * The member that a JSON pointer ends in; of an element of a list, the list's.
 * @param {[string, unknown]} entry
 * @returns {[string, unknown]}
 */
function memberOf([pointer, test]) {
  const name = pointer.split("/").filter((part) => !/^\d*$/.test(part)).pop();
  return [`/${name?.replaceAll("~1", "/").replaceAll("~0", "~")}`, test];
}

/**
 * The tests of one text, all of which must hold: a place, `=`, and patterns. "" for one that these lines have no form for.
 * @param {string} place
 * @param {any} test
 * @returns {string[]}
 */
function testsOf(place, test) {
  const say = (/** @type {unknown} */ patterns, before = "", after = "") => {
    const list = [patterns].flat();
    const isPlain = list.every((pattern) => ["string", "number", "boolean"].includes(typeof pattern));
    return isPlain ? `${place}=${list.map((pattern) => before + clean(pattern) + after).join(OR)}` : "";
  };
  if (test === true) return [say("*")];
  if (typeof test === "string" || Array.isArray(test)) return [say([test].flat().map(holes))];
  if (typeof test !== "object" || test === null) return [""];
  return Object.entries(test).map(([word, value]) => {
    if (word === "equals") return say(value);
    if (word === "contains") return say(value, "*", "*");
    if (word === "startsWith") return say(value, "", "*");
    return word === "template" ? say([value].flat().map(holes)) : "";
  });
}

/** @param {unknown} template */
function holes(template) {
  return typeof template === "string" ? template.replace(/\{[a-z]+\}/g, "*") : undefined;
}

/** One line, and no separator of ours. @param {unknown} text */
function clean(text) {
  return `${text}`.replace(/[\s\x1f]+/g, " ");
}
