// @ts-check
// How much of a response crosses to the core: what it reads, and no more, since the memory of a module never shrinks. Each
// character of a text is at least one of its bytes.

/** What the core reads of a body: bytes. */
export const MAX_BODY = 65536;

/** One byte more than the core reads of a header's value, so that it sees that there is more. */
export const MAX_VALUE = 4097;
