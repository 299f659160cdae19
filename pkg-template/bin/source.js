// @ts-check
/** The bytes of a file or of standard input, up to a bound: a device or a pipe may never end. */
import { closeSync, openSync, readSync } from "node:fs";
import { Refusal, UNREADABLE } from "./refusal.js";

/** What is read at most, MiB. HARs of long sessions have some tens. */
export const MAX_MIB = 64;
const MAX = MAX_MIB * 1024 * 1024;
/** How long a non-blocking pipe without bytes is left alone: ms. */
const POLL = 10;

/** @param {string | undefined} file standard input, if there is none or it is "-" */
export function bytes(file) {
  const name = file ?? "standard input";
  let descriptor = 0;
  try {
    if (file !== undefined && file !== "-") descriptor = openSync(file, "r");
    const read = readUpTo(descriptor, MAX + 1);
    if (read.length <= MAX) return read;
  } catch (error) {
    throw new Refusal(UNREADABLE, `cannot read ${name}: ${/** @type {any} */ (error).code}`);
  } finally {
    if (descriptor !== 0) closeSync(descriptor);
  }
  throw new Refusal(UNREADABLE, `cannot read ${name}: it has more than ${MAX_MIB} MiB`);
}

/** @param {number} descriptor @param {number} most bytes */
function readUpTo(descriptor, most) {
  let buffer = new Uint8Array(65_536);
  let size = 0;
  while (size < most) {
    if (size === buffer.length) {
      const larger = new Uint8Array(Math.min(2 * size, most));
      larger.set(buffer);
      buffer = larger;
    }
    const read = more(descriptor, buffer, size);
    if (read === 0) break;
    size += read;
  }
  return buffer.subarray(0, size);
}

/** @param {number} descriptor @param {Uint8Array} buffer @param {number} at */
function more(descriptor, buffer, at) {
  for (;;) {
    try {
      return readSync(descriptor, buffer, at, buffer.length - at, null);
    } catch (error) {
      const { code } = /** @type {any} */ (error);
      // How Windows says that a pipe ended.
      if (code === "EOF") return 0;
      // A pipe that another process made non-blocking has nothing yet.
      if (code !== "EAGAIN") throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, POLL);
    }
  }
}
