// @ts-check
/**
 * Checks options without the core, by tables that are generated from it, and returns them as the core keeps them: by place, without
 * names. It loads no WebAssembly, so a bad option throws synchronously.
 */
import { PolicyOptionError } from "./policy-errors.js";
import { OPTIONS, UNKNOWN, GROUPS } from "./option-schema.js";

/**
 * An option as the core takes it: its place, the number that it is kept as, and its text; of a catalog, the catalog itself.
 * @typedef {[place: number, number: number, text: any]} Leaf
 *
 * An option: see `OPTIONS`. `aliases` are its names in other libraries, and `!` if it is required; an option that is kept unread has
 * no members.
 * @typedef {[place: number, kind: string[], aliases: string[], members: Map<string, any>]} Row
 */

/** Longer names get no suggestion. */
const LONGEST = 20;

/** @type {Row | undefined} */
let schema;

/** The row of the whole object. @returns {Row} */
function readSchema() {
  /** @type {string[][]} */
  const kinds = [];
  const lines = OPTIONS.split("\n");
  /** By depth. @type {Row[]} */
  const parents = [[0, [], [], new Map()]];
  let place = 0;
  const read = (/** @type {string} */ line) => {
    const [names, ...kind] = line.split(";");
    const [name, ...aliases] = names.trim().split(" ");
    const depth = line.search(/\S/);
    parents[depth][3].set(name, (parents[depth + 1] = [place++, kinds[kind[1] ? kinds.push(kind) - 1 : Number(kind[0])], aliases, new Map()]));
  };
  lines.forEach(read);
  const root = parents[1];
  parents[1] = root[3].get("profiles")[3].get("*");
  lines.slice(GROUPS).forEach(read);
  return root;
}

/**
 * Checks all options of an object, in its order.
 * @param {unknown} options
 * @param {Leaf[]} [base] the options that it extends
 * @returns {Leaf[]}
 * @throws {PolicyOptionError} for the first bad option
 */
export function checkOptions(options = {}, base = []) {
  // The first call of most pages: the schema is not read for it.
  if (options?.constructor === Object && Object.keys(options).length === 0) return [[0, 0, ""]];
  // It has members that are names of options.
  if (typeof /** @type {any} */ (options)?.quotas === "function") throw new PolicyOptionError("", "options, not a policy");
  /** @type {Leaf[]} */
  const leaves = [];
  /** The first required option that is missing: thrown if no other is bad. @type {PolicyOptionError | undefined} */
  let missing;
  /** @type {(value: any, field: string, name: string, row: Row) => void} */
  const visit = (value, field, name, [place, kind, , members]) => {
    const number = numberOf(value, kind);
    if (number === undefined) throw new PolicyOptionError(field, kind[0], misplaced(value, field, kind, members));
    const start = leaves.length;
    const isObject = typeof value === "object";
    const isOpen = isObject && members.size > 0;
    leaves.push([place, number, isOpen || !(isObject || typeof value === "string") ? name : value]);
    if (!isOpen) return;
    const front = field && `${field}.`;
    for (const key of Object.keys(value)) {
      const member = value[key];
      // An option that is undefined is not given; an element that is undefined is a mistake.
      if (member === undefined && !Array.isArray(value)) continue;
      const row = members.get(key) ?? members.get("*");
      if (!row) throw new PolicyOptionError(front + key, UNKNOWN, `unknown option "${front}${key}"${similar(members, front, key)}`);
      visit(member, front + key, key, row);
    }
    // An element of a list does not extend an element of the base.
    const set = leaves.slice(start).concat(field.includes(".") ? [] : base);
    for (const [key, [place, kind, aliases]] of members) {
      if (aliases.includes("!") && !set.some((leaf) => leaf[0] === place)) missing ??= new PolicyOptionError(front + key, kind[0]);
    }
  };
  visit(options, "", "", (schema ??= readSchema()));
  if (missing) throw missing;
  return leaves;
}

/**
 * The number that stands for a value; undefined if the option does not accept it.
 * @param {any} value
 * @param {any[]} kind
 * @returns {number | undefined}
 */
function numberOf(value, [expected, takes, pattern, least, most, step]) {
  const type = value === null || typeof value === "boolean" ? `${value}` : Array.isArray(value) ? "array" : typeof value;
  const place = takes.split(" ").indexOf(type);
  if (place < 0) return undefined;
  if (type === "number") {
    // Above 32 bits a count is no limit: fractions do not matter.
    const isFit = value >= least && value <= most && (step !== "1" || value % 1 === 0 || value > 2 ** 32 - 1);
    return isFit ? (step === "2" ? Math.ceil(value) : value) : undefined;
  }
  if (pattern) {
    const texts = type === "string" ? [value] : Object.keys(value).filter((key) => value[key] !== undefined);
    return texts.some((text) => text.match(pattern)) ? place : undefined;
  }
  const pieces = expected.split('"');
  if (type !== "string" || pieces.length < 2) return place;
  // Every second piece is a word in quotes.
  const word = pieces.indexOf(value);
  return word % 2 === 1 ? place + (word >> 1) : undefined;
}

/**
 * The message on a value that may be meant for the first option of its group: `timeout: 5000`. Undefined if it is not.
 * @param {any} value
 * @param {string} field
 * @param {string[]} kind
 * @param {Map<string, Row>} members
 */
function misplaced(value, field, kind, members) {
  const [[name, [, first]] = ["", []]] = /** @type {any} */ (members);
  if (field && /^\w/.test(name) && numberOf(value, first) !== undefined) return `${field}: expected ${kind[0]}; did you mean "${field}.${name}", ${first[0]}?`;
}

/**
 * The end of the message on an unknown option: "did you mean" with the option that has this name in other libraries, or the closest
 * one by edit distance, of the same level or of a group below it. A third of the name may be wrong.
 * @param {Map<string, Row>} level
 * @param {string} front
 * @param {string} name
 */
function similar(level, front, name) {
  let [least, best] = [name.length > LONGEST ? 0 : Math.floor((name.length + 4) / 3), ""];
  for (const group of ["", "retry", "rateLimit"]) {
    for (const [known, [, , aliases]] of (group ? level.get(group)?.[3] : level) ?? []) {
      const far = aliases.includes(name) ? 0 : distance(name.toLowerCase(), known.toLowerCase(), least);
      if (far < least) [least, best] = [far, (group && `${group}.`) + known];
    }
  }
  return best && `; did you mean "${front}${best}"?`;
}

/**
 * How many letters must be inserted, removed or changed (Levenshtein); from `many` on, any number that is not less.
 * @param {string} a
 * @param {string} b
 * @param {number} many
 * @returns {number}
 */
function distance(a, b, many) {
  if (!a || !b || many <= 0) return a.length + b.length;
  const [nextA, nextB] = [a.slice(1), b.slice(1)];
  if (a[0] === b[0]) return distance(nextA, nextB, many);
  return 1 + Math.min(distance(nextA, b, many - 1), distance(a, nextB, many - 1), distance(nextA, nextB, many - 1));
}
