// @ts-check

// As in xtask/src/streams.rs, which takes modules apart.
const ROWS = 8;
const [OP, REST] = [0, ROWS - 1];
const TABLE = 0xf0;
const PREFIX = 0xf1;
const FOUR = 0xf2;
const EIGHT = 0xf3;
const OPCODES = 256;
const HEAD = OPCODES + 3 * REST;
/** The section of code. */
const CODE = 10;

/**
 * A module from its parts: what follows each opcode, how long each row is, and the rows.
 * @param {Uint8Array} parts
 * @returns {Uint8Array<ArrayBuffer>}
 */
export function join(parts) {
  const bytes = new Uint8Array(parts.length - HEAD);
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
  /** A number in LEB128. */
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
    const end = number(REST) + size;
    for (let groups = number(REST); groups > 0; groups--) {
      number(REST);
      take(REST, 1);
    }
    while (size < end) {
      take(OP, 1);
      const kinds = /** @type {number} */ (parts[/** @type {number} */ (bytes[size - 1])]);
      if (kinds < TABLE) {
        if (kinds !== 0) number((kinds & 15) - 1);
        if (kinds > 15) number((kinds >> 4) - 1);
      } else if (kinds === TABLE) {
        for (let labels = number(OP); labels >= 0; labels--) number(OP);
      } else if (kinds === PREFIX) {
        const sub = number(OP);
        if (sub > 7) take(OP, 2 - (sub % 2));
      } else if (kinds === FOUR || kinds === EIGHT) take(REST, kinds === FOUR ? 4 : 8);
    }
  };
  take(REST, 8);
  while (size < bytes.length) {
    take(REST, 1);
    const id = bytes[size - 1];
    const length = number(REST);
    if (id === CODE) for (let count = number(REST); count > 0; count--) body();
    else take(REST, length);
  }
  return bytes;
}
