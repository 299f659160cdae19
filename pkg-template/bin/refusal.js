// @ts-check
/** Wrong usage: EX_USAGE of sysexits.h. */
export const USAGE = 64;
/** Input that is not there or none of the known forms: EX_DATAERR. */
export const UNREADABLE = 65;

/** A defect of the command itself: EX_SOFTWARE. */
export const DEFECT = 70;

/** Why nothing can be explained, in a line, and the exit code. */
export class Refusal extends Error {
  /** @param {number} code @param {string} message */
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}
