// @ts-check
/**
 * Checks options before there is a core, by tables that are printed from the core's own, and gives what the core keeps of them:
 * by place, without names. Nothing here loads WebAssembly, so a bad option throws at once.
 */
import { PolicyOptionError } from "./errors.js";
import { KINDS, ROWS, UNKNOWN, WINGS } from "./option-schema.js";

/**
 * An option as the core takes it: its place, the number that it is kept as, and its text; of a catalog, the catalog itself.
 * @typedef {[place: number, number: number, text: any]} Leaf
 *
 * @typedef {object} Row
 * @property {string} path as a pattern: `*` is any index, `**` any name
 * @property {number} place
 * @property {typeof KINDS[number]} kind
 * @property {string[]} aliases what other libraries call it
 * @property {Row[]} needs the members that must be there
 */

/** Longer names are no misspelled ones. */
const LONGEST = 32;
/** @type {Record<string, string>} */
const LETTERS = { function: "c", number: "n", object: "o", string: "s" };

/** @type {Map<string, Row> | undefined} */
let schema;

/** All options by their paths. */
function readSchema() {
  /** @type {Map<string, Row>} */
  const rows = new Map();
  const lines = ROWS.split("\n");
  // A profile has options of its own for what comes last.
  lines.push(...lines.slice(WINGS).map((line) => `profiles.*.${line}`));
  for (const line of lines) {
    const [path, kind, ...aliases] = line.split(" ");
    /** @type {Row} */
    const row = { path, place: rows.size, kind: KINDS[parseInt(kind)], aliases, needs: [] };
    rows.set(path, row);
    if (kind.endsWith("!")) rows.get(path.replace(/\.\w+$/, ""))?.needs.push(row);
  }
  return rows;
}

/**
 * Reads all options of an object of the caller's, in its order.
 * @param {unknown} options
 * @param {Leaf[]} [base] the options that they are set over
 * @returns {Leaf[]}
 * @throws {PolicyOptionError} for the first one that is bad
 */
export function checkOptions(options, base = []) {
  const rows = (schema ??= readSchema());
  /** @type {Leaf[]} */
  const leaves = [];
  /** The first one that is missing: thrown where no other is bad. @type {PolicyOptionError | undefined} */
  let missing;
  /** @type {(value: any, field: string, name: string, row: Row | undefined) => void} */
  const visit = (value, field, name, row) => {
    if (row === undefined) throw new PolicyOptionError(field, UNKNOWN, `unknown option "${field}"${similar(rows, field, name)}`);
    const { path, place, kind, needs } = row;
    const number = numberOf(value, kind);
    if (number === undefined) throw new PolicyOptionError(field, kind[0]);
    const before = leaves.length;
    const isKept = kind[1] === "k";
    leaves.push([place, number, isKept || typeof value === "string" ? value : name]);
    if (isKept || typeof value !== "object") return;
    for (const key of Object.keys(value)) {
      const member = value[key];
      // A name with a dot is no path.
      const known = /^\w+$/.test(key) ? rows.get(join(path, key)) : undefined;
      if (member !== undefined) visit(member, join(field, key), key, known ?? rows.get(join(path, "*")) ?? rows.get(join(path, "**")));
    }
    const set = leaves.slice(before);
    // What is below an index belongs to that element alone.
    if (!path.includes("*")) set.push(...base);
    for (const { path, place, kind } of needs) {
      if (!set.some((leaf) => leaf[0] === place)) missing ??= new PolicyOptionError(join(field, lastOf(path)), kind[0]);
    }
  };
  if (options !== undefined) visit(options, "", "", rows.get(""));
  if (missing !== undefined) throw missing;
  return leaves;
}

/** @param {string} path @param {string} name */
const join = (path, name) => (path === "" ? name : `${path}.${name}`);
/** @param {string} path */
const lastOf = (path) => path.replace(/.*\./, "");

/**
 * The number that a value is kept as; undefined where it is not taken.
 * @param {any} value
 * @param {typeof KINDS[number]} kind
 */
function numberOf(value, [expected, takes, pattern, least, most, step]) {
  const letter = value === null ? "-" : typeof value === "boolean" ? `${value}`[0] : Array.isArray(value) ? "l" : LETTERS[typeof value];
  const place = Math.max(takes.indexOf(letter), letter === "o" ? takes.indexOf("k") : letter === "s" ? takes.indexOf("w") : -1);
  if (place < 0) return undefined;
  if (letter === "n") {
    if (!(value >= /** @type {number} */ (least) && value <= /** @type {number} */ (most))) return undefined;
    // Beyond 32 bits a count is no limit, and any number will do.
    if (step === 1 && value % 1 !== 0 && value < 2 ** 32 - 1) return undefined;
    return step === 2 ? Math.ceil(value) : value;
  }
  if (takes[place] === "w") {
    // Every second piece between the quotes is a word.
    const word = expected.split('"').indexOf(value);
    return word % 2 === 1 ? place + (word >> 1) : undefined;
  }
  if (pattern === undefined) return place;
  const fits = new RegExp(pattern);
  const isFit = letter === "s" ? fits.test(value) : Object.keys(value).some((key) => value[key] !== undefined && fits.test(key));
  return isFit ? place : undefined;
}

/**
 * The end of the message on an unknown option: the option that was probably meant, if there is one. At the same level, or a
 * wing's, it is called so by other libraries, or its name is the closest one by edit distance. A third of a name may be wrong.
 * @param {Map<string, Row>} rows
 * @param {string} field
 * @param {string} name
 */
function similar(rows, field, name) {
  const front = field.slice(0, field.length - name.length);
  const level = front.replace(/\.\d+(?=\.)/g, ".*");
  let [least, best] = [LONGEST, ""];
  for (const { path, aliases } of rows.values()) {
    const rest = path.slice(level.length);
    if (!path.startsWith(level) || !/^((retry|rateLimit)\.)?\w+$/.test(rest)) continue;
    const far = aliases.includes(name) ? 0 : distance(name.toLowerCase(), lastOf(rest).toLowerCase());
    if (far < least && far * 3 <= name.length + 1) [least, best] = [far, rest];
  }
  return best && `; did you mean "${front}${best}"?`;
}

/** How many letters must be put in, taken out or changed (Levenshtein). @param {string} a @param {string} b */
function distance(a, b) {
  if (a.length > LONGEST) return LONGEST;
  const row = Array.from(`${b}.`, (_, n) => n);
  for (let x = 0; x < a.length; x++) {
    let corner = x;
    row[0] = x + 1;
    for (let y = 0; y < b.length; y++) {
      const change = corner + Number(a[x] !== b[y]);
      corner = row[y + 1];
      row[y + 1] = Math.min(change, corner + 1, row[y] + 1);
    }
  }
  return row[b.length];
}
