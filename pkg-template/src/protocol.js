// @ts-check
// Generated from src/wasm/protocol.rs: `PROTOCOL=write cargo test --test it protocol`. The test fails where the two differ.

// What happened to a call: of `Engine.tell`.
/** It begins. */
export const BEGIN = 0;
/** Its wait is over, or it is time for a further send. */
export const ELAPSE = 1;
/** Its signal fired. */
export const ABORT = 2;
/** The caller's `decide` returned true. */
export const YES = 3;
/** It returned false. */
export const NO = 4;
/** It returned something else. */
export const UNDECIDED = 5;
/** A wait for being online is over, and the host is online. */
export const ONLINE = 6;
/** The same, and the host is not. */
export const OFFLINE = 7;
/** Its time is over while the caller's own code is awaited. */
export const EXPIRE = 8;
/** Of no call: the core knows by now what a page sent before it was loaded. */
export const ADOPTED = 9;
/** @typedef {typeof BEGIN | typeof ELAPSE | typeof ABORT | typeof YES | typeof NO | typeof UNDECIDED | typeof ONLINE | typeof OFFLINE | typeof EXPIRE | typeof ADOPTED} Event */

// What to do next: returned for each event.
/** The core refused the event. */
export const REFUSED = -1;
/** Send. */
export const SEND = 0;
/** Wait. */
export const WAIT = 1;
/** End with the last result. */
export const RESOLVE = 2;
/** End with an error. */
export const REJECT = 3;
/** Ask the caller's `decide`. */
export const ASK = 4;
/** Read the front of the body. */
export const PEEK = 5;
/** Send, and another time while there is no response. */
export const HEDGE = 6;
/** Let go of this send's result and go on with those that are in flight. */
export const AWAIT = 7;
/** The core has failed: the shell's own, which the core never returns. */
export const FAILED = 8;
/** Have the caller make the headers of the next send, and keep the last result meanwhile. */
export const PREPARE = 9;
/** @typedef {typeof REFUSED | typeof SEND | typeof WAIT | typeof RESOLVE | typeof REJECT | typeof ASK | typeof PEEK | typeof HEDGE | typeof AWAIT | typeof FAILED | typeof PREPARE} Action */

// A detail of a call's last action: of `Engine.detail`.
/** Of `WAIT`: how long. Of `SEND`, `HEDGE` and `PREPARE`: how long at most, 0 for no limit. Of `ASK`: how long it would wait. Of `PEEK`: how long the front may take. All in ms. Of an end: when to try again, epoch ms, 0 where that is not known. */
export const TIME = 0;
/** Of `WAIT`: whether `woken` ends it, so that it needs no timer of its own. Of `RESOLVE`: whether to throw the response. Of `ASK`: whether to retry where the caller does not decide. */
export const FLAG = 1;
/** Of `WAIT` and of an end: a number for the text of `Engine.reason`, 0 for "". Of `PEEK`: how many KiB to read. */
export const CODE = 2;
/** What became of the route's circuit: one of `Circuit`. */
export const CIRCUIT = 3;
/** Of `HEDGE` and `AWAIT`: in how many ms to tell `ELAPSE` for a further send, or `NEVER`. */
export const NEXT_SEND = 4;
/** How long the call may still take, ms; 0 for no limit. */
export const LEFT = 5;
/** @typedef {typeof TIME | typeof FLAG | typeof CODE | typeof CIRCUIT | typeof NEXT_SEND | typeof LEFT} Detail */

// In the place of a time or of a call's number.
/** There is none. */
export const NEVER = -1;
/** @typedef {typeof NEVER} Absent */

// What became of a circuit.
/** Nothing. */
export const UNCHANGED = 0;
/** It closed. */
export const CLOSED = 1;
/** It half-opened. */
export const HALF_OPEN = 2;
/** It opened. */
export const OPEN = 3;
/** @typedef {typeof UNCHANGED | typeof CLOSED | typeof HALF_OPEN | typeof OPEN} Circuit */

// A question about a call: of `Engine.is`.
/** Whether it may be sent more than once, so that its body is to be kept. */
export const REPEATABLE = 0;
/** Whether to make up an idempotency key for it. */
export const KEYLESS = 1;
/** @typedef {typeof REPEATABLE | typeof KEYLESS} Question */

// Which quotas `Engine.quotas` returns, as JSON.
/** The one that the call's last wait was for, or the header that asked for the wait and until when; "" for neither. Without what changes with each call that waits, so that thousands may share one text. */
export const AWAITED = 0;
/** An array of those that the call's last response reported. */
export const REPORTED = 1;
/** An array of all, of whatever call. */
export const ALL = 2;
/** The same with the keys of their scopes. */
export const SNAPSHOT = 3;
/** @typedef {typeof AWAITED | typeof REPORTED | typeof ALL | typeof SNAPSHOT} Quotas */

// Which names of headers `names` returns, in lower case.
/** A pattern of those of a request that `Engine.start` does not want. */
export const UNWANTED = 0;
/** A pattern of those of a response that `Engine.respond` wants. */
export const WANTED = 1;
/** The one that carries an idempotency key. */
export const KEY = 2;
/** @typedef {typeof UNWANTED | typeof WANTED | typeof KEY} Names */
