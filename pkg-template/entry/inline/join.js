// @ts-check

// As in xtask/src/streams.rs, which takes modules apart.
const ROWS = 13;
const [OP, LABEL, TYPE, LOCAL, DECLARED, REST] = [0, 2, 3, 7, 11, ROWS - 1];
const TABLE = 0xf0;
const PREFIX = 0xf1;
const FOUR = 0xf2;
const EIGHT = 0xf3;
const OPCODES = 256;
const HEAD = OPCODES + 3 * REST;
/** The section of code. */
const CODE = 10;
/** The opcode that ends a block or a function. */
const END = 0x0b;

/**
 * A module from its parts: what follows each opcode, how long each row is, and the rows.
 * @param {Uint8Array} parts
 * @returns {Uint8Array<ArrayBuffer>}
 */
export function join(parts) {
  const steps = joining(parts);
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}

/**
 * The same, a function of the module a step.
 * @param {Uint8Array} parts
 * @returns {Generator<void, Uint8Array<ArrayBuffer>>}
 */
export function* joining(parts) {
  // Sizes of functions are in no row, and of a local, its number may be longer than what is in its row.
  const bytes = new Uint8Array(2 * parts.length);
  const next = new Uint32Array(ROWS);
  for (let row = 0, at = HEAD; row < ROWS; row++) {
    next[row] = at;
    const length = OPCODES + 3 * row;
    at += /** @type {number} */ (parts[length]) | (/** @type {number} */ (parts[length + 1]) << 8) | (/** @type {number} */ (parts[length + 2]) << 16);
  }
  let size = 0;
  const take = (/** @type {number} */ row, /** @type {number} */ count) => {
    const from = /** @type {number} */ (next[row]);
    for (let n = 0; n < count; n++) bytes[size++] = /** @type {number} */ (parts[from + n]);
    next[row] = from + count;
  };
  // The locals of a function, the last used first; those that are not in it follow in their order.
  const recent = new Uint32Array(65_536);
  let known = 0;
  const local = () => {
    const start = size;
    const rank = number(LOCAL);
    size = start;
    while (known <= rank) recent[known] = known++;
    const local = /** @type {number} */ (recent[rank]);
    recent.copyWithin(1, 0, rank);
    recent[0] = local;
    put(local);
  };
  /** Writes a number in LEB128. */
  const put = (/** @type {number} */ value) => {
    for (; value > 127; value >>>= 7) bytes[size++] = (value & 127) | 128;
    bytes[size++] = value;
  };
  /** Copies a number in LEB128. */
  const number = (/** @type {number} */ row) => {
    let at = /** @type {number} */ (next[row]);
    let value = 0;
    let shift = 0;
    let byte = 0;
    do {
      byte = bytes[size++] = /** @type {number} */ (parts[at++]);
      value |= (byte & 127) << shift;
      shift += 7;
    } while (byte > 127);
    next[row] = at;
    return value >>> 0;
  };
  const body = () => {
    const start = size;
    for (let groups = number(DECLARED); groups > 0; groups--) {
      number(DECLARED);
      take(DECLARED, 1);
    }
    known = 0;
    for (let depth = 0; depth >= 0; ) {
      take(OP, 1);
      const opcode = /** @type {number} */ (bytes[size - 1]);
      const kinds = /** @type {number} */ (parts[opcode]);
      if (kinds === TYPE + 1) depth++;
      else if (opcode === END) depth--;
      if (kinds < TABLE) {
        if (kinds === LOCAL + 1) local();
        else if (kinds !== 0) number((kinds & 15) - 1);
        if (kinds > 15) number((kinds >> 4) - 1);
      } else if (kinds === TABLE) {
        for (let labels = number(LABEL); labels >= 0; labels--) number(LABEL);
      } else if (kinds === PREFIX) {
        const sub = number(OP);
        if (sub > 7) take(OP, 2 - (sub % 2));
      } else if (kinds === FOUR || kinds === EIGHT) take(REST, kinds === FOUR ? 4 : 8);
    }
    // The size comes first.
    const code = bytes.slice(start, size);
    size = start;
    put(code.length);
    bytes.set(code, size);
    size += code.length;
  };
  take(REST, 8);
  while (/** @type {number} */ (next[REST]) < parts.length) {
    take(REST, 1);
    const id = bytes[size - 1];
    const length = number(REST);
    if (id === CODE) for (let count = number(REST); count > 0; count--) yield body();
    else take(REST, length);
  }
  return bytes.subarray(0, size);
}
