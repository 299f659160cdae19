// @ts-check
/** Turns anything into the facts of a report: plain texts. Nothing in here throws. */
import { MAX_BODY, MAX_VALUE } from "./limits.js";

/** Longer messages and codes are cut here. */
const MAX_LINE = 4096;
/** Errors of a chain of causes that are followed. */
const MAX_CAUSES = 5;
/** Of a report. */
const MEMBERS = "status headers body method url requestBody requestHeaders redirected provider error online pageUrl responseType now".split(" ");
const BREAKS = /[\r\n]+/g;
/** Header lines that cross. */
const MAX_HEADERS = 200;

/**
 * What `read` gives, or undefined where it throws.
 * @template T
 * @param {() => T} read
 * @returns {T | undefined}
 */
export function look(read) {
  try {
    return read();
  } catch {
    return undefined;
  }
}

/**
 * A text as it is, cut to what the core reads of a body, which is more than it reads of all else; of anything else, an empty one.
 * @param {unknown} value
 * @param {number} [most]
 */
export function text(value, most = MAX_BODY) {
  return typeof value === "string" ? value.slice(0, most) : "";
}

/**
 * @param {unknown} value
 * @param {string} name
 * @returns {unknown}
 */
function member(value, name) {
  if ((typeof value !== "object" && typeof value !== "function") || value === null) return undefined;
  return look(() => /** @type {any} */ (value)[name]);
}

/** @typedef {ReturnType<typeof facts>} Facts */

/**
 * The report that the core reads: lines of `name:value`, lines of headers, the body, the request's body, what was thrown,
 * and lines of the request's headers.
 * @param {unknown} value a report (see `isReport`), or what fetch rejected with
 */
export function facts(value) {
  const report = isReport(value);
  const of = (/** @type {string} */ name) => (report ? member(value, name) : undefined);
  const status = of("status");
  const body = of("body");
  const now = of("now");
  const online = of("online");
  const page = report ? of("pageUrl") : look(() => globalThis.location.href);
  // What was just thrown was thrown here; a report may come from anywhere.
  const connected = typeof online === "boolean" ? online : report ? undefined : look(() => globalThis.navigator.onLine);
  const told = [
    typeof status === "number" && Number.isInteger(status) ? `status:${status}` : "",
    line("method", of("method"), MAX_LINE),
    line("url", of("url")),
    line("provider", of("provider"), MAX_LINE),
    typeof connected === "boolean" ? `online:${connected}` : "",
    line("pageUrl", page),
    of("redirected") === true ? "redirected:true" : "",
    line("responseType", of("responseType"), MAX_LINE),
    `now:${Math.trunc(typeof now === "number" && Number.isFinite(now) ? now : Date.now())}`,
  ];
  const thrown = report ? of("error") : value;
  return /** @type {const} */ ([
    told.join("\n"),
    lines(of("headers")),
    typeof body === "string" ? text(body) : undefined,
    text(of("requestBody")),
    thrown === undefined ? "" : JSON.stringify(chain(thrown)),
    lines(of("requestHeaders")),
  ]);
}

/**
 * @param {string} name
 * @param {unknown} value
 * @param {number} [most]
 */
function line(name, value, most) {
  const fact = text(value, most);
  return fact === "" ? "" : `${name}:${fact.replace(BREAKS, " ")}`;
}

/**
 * An object with a `status`, with an `error` that is one, or a plain object that has members of a report and no others. Errors with
 * a `status` (those of many clients) are thrown values.
 * @param {unknown} value
 */
function isReport(value) {
  if (typeof value !== "object" || value === null || isError(value)) return false;
  return look(() => "status" in value || isError(member(value, "error")) || hasOnlyMembers(value)) === true;
}

/** @param {object} value */
function hasOnlyMembers(value) {
  const above = Object.getPrototypeOf(value);
  // Of any realm: the prototype of an object literal has none itself.
  if (above !== null && Object.getPrototypeOf(above) !== null) return false;
  const names = Object.keys(value);
  return names.length > 0 && names.every((name) => MEMBERS.includes(name));
}

/**
 * Across realms and for DOMException: by its tag or its members, not by its class.
 * @param {unknown} value
 */
function isError(value) {
  const tag = look(() => Object.prototype.toString.call(value));
  if (tag === "[object Error]" || tag === "[object DOMException]") return true;
  return typeof member(value, "name") === "string" && typeof member(value, "message") === "string";
}

/**
 * Name, message and code of an error and its causes.
 * @param {unknown} error
 */
function chain(error) {
  /** @type {[string, string, string][]} */
  const out = [];
  let next = error;
  while (next !== undefined && next !== null && out.length < MAX_CAUSES) {
    if (typeof next !== "object" && typeof next !== "function") {
      const value = next;
      out.push(["", text(look(() => String(value)), MAX_LINE) || "value", ""]);
      break;
    }
    const code = member(next, "code");
    const name = text(member(next, "name"), MAX_LINE) || (isError(next) ? "Error" : "");
    // An object that is no error has no words of its own; that it was thrown is all there is to know.
    const message = text(member(next, "message"), MAX_LINE) || (name === "" ? "object" : "");
    out.push([name, message, typeof code === "number" ? String(code) : text(code, MAX_LINE)]);
    next = member(next, "cause");
  }
  return out;
}

/**
 * `name:value` lines of a Headers, of pairs or of a record, names in lower case.
 * @param {unknown} headers
 */
function lines(headers) {
  let out = "";
  let count = 0;
  look(() => {
    if (typeof headers !== "object" || headers === null) return;
    const pairs = Symbol.iterator in headers ? /** @type {Iterable<unknown>} */ (headers) : Object.entries(headers);
    for (const pair of pairs) {
      if (count++ >= MAX_HEADERS) break;
      const name = member(pair, "0");
      const value = member(pair, "1");
      if (typeof name !== "string" || (typeof value !== "string" && typeof value !== "number")) continue;
      const joined = text(name, MAX_LINE).toLowerCase() + ":" + text(String(value), MAX_VALUE);
      out += joined.replace(BREAKS, " ") + "\n";
    }
  });
  return out;
}
