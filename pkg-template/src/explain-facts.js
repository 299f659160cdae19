// @ts-check
/** Turns anything into the facts of a report: plain texts. Nothing in here throws. */
import { MAX_BODY, MAX_VALUE } from "./limits.js";

/** Longer messages and codes are cut here. */
const MAX_LINE = 4096;
/** Errors of a chain of causes that are followed. */
const MAX_CAUSES = 5;
/** Of a report. */
const MEMBERS = words("status headers body data method url requestBody requestHeaders redirected provider error signal online pageUrl responseType now");
const BREAKS = /[\r\n]+/g;
/** Header lines that cross. */
const MAX_HEADERS = 200;

// How clients name what an error of theirs carries. Where it keeps the response, and where the request:
const HOLDERS = words("error response $response $metadata networkError networkResponse context meta raw rawError customData originalError cause");
const REQUESTS = words("config request options");
/** Objects that are looked into. */
const MAX_HOLDERS = 12;
/** The error that another one wraps, beside `cause`. */
const CAUSES = words("networkError originalError detail context");
const STATUSES = words("status statusCode httpStatusCode httpStatus");
const HEADERS = words("headers responseHeaders metadata");
/** The body as it came, before it as it was parsed. */
const BODIES = words("text rawBody bodyText bodyAsText responseText responseBody serverResponse errors shape data _data body json responseJSON error raw rawError");
/** Members of a body, not bodies. */
const PARTS = words("errors error shape raw rawError");
/** Values of a parsed body that cross. */
const MAX_VALUES = 5000;

/** @param {string} list */
function words(list) {
  return list.split(" ");
}

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
 * @param {unknown} value a report (see `isReport`), or what was thrown: the response that it carries is read as if it were reported
 */
export function facts(value) {
  const report = isReport(value);
  const of = (/** @type {string} */ name) => (report ? member(value, name) : undefined);
  const thrown = report ? of("error") : value;
  const holders = held([value, thrown], HOLDERS, MAX_HOLDERS);
  const requests = held(holders, REQUESTS, 2 * MAX_HOLDERS);
  const status = first(holders, STATUSES, numberOf);
  // It may mean anything: the core judges whether it is a status.
  const code = first(holders, ["code"], numberOf);
  const now = of("now");
  const online = of("online");
  const page = report ? of("pageUrl") : look(() => globalThis.location?.href);
  // What was just thrown was thrown here; a report may come from anywhere.
  const connected = typeof online === "boolean" ? online : report ? undefined : look(() => globalThis.navigator.onLine);
  const base = first(requests, ["baseURL"], nonEmpty) ?? "";
  const url = first(requests, ["url"], nonEmpty);
  const quota = member(thrown, "quota");
  const body = first(holders, BODIES, bodyOf) ?? (status === undefined && code === undefined || (report && hasOnlyMembers(value)) ? undefined : bodyOf(value));
  const told = [
    // 0 is XMLHttpRequest's for no response; null says that there was none.
    status !== undefined ? `status:${status}` : of("status") === null && thrown === undefined ? "status:0" : "",
    code === undefined ? "" : `code:${code}`,
    line("method", first(requests, ["method"], nonEmpty), MAX_LINE),
    line("url", url && (/^[a-z]+:/i.test(url) ? url : base + url)),
    line("provider", of("provider"), MAX_LINE),
    typeof connected === "boolean" ? `online:${connected}` : "",
    line("pageUrl", page),
    of("redirected") === true ? "redirected:true" : "",
    line("responseType", of("responseType"), MAX_LINE),
    line("requestId", first(holders, words("requestId requestID request_id"), nonEmpty), MAX_LINE),
    isGrpc(thrown) ? "grpc:true" : "",
    member(of("signal"), "aborted") === true ? "aborted:true" : "",
    line("given", given(value, report) || (body === undefined && holders.some(isResponse) ? "response" : "")),
    ...numbers(thrown, ["retryAt"]),
    ...numbers(quota, ["limit", "remaining"]),
    line("bucket", member(quota, "name"), MAX_LINE),
    `now:${Math.trunc(typeof now === "number" && Number.isFinite(now) ? now : Date.now())}`,
  ];
  return /** @type {const} */ ([
    told.join("\n"),
    first(holders, HEADERS, (headers) => lines(headers) || undefined) ?? "",
    body,
    text(of("requestBody")),
    thrown === undefined ? "" : JSON.stringify(chain(thrown)),
    lines(of("requestHeaders")),
  ]);
}

/**
 * The objects of `roots`, and those that they hold in members of these names, each after what holds it.
 * @param {unknown[]} roots
 * @param {string[]} names
 * @param {number} most
 */
function held(roots, names, most) {
  /** @type {unknown[]} */
  const out = [];
  const add = (/** @type {unknown} */ value) => {
    if (typeof value === "object" && value !== null && out.length < most && !out.includes(value)) out.push(value);
  };
  roots.forEach(add);
  for (const holder of out) for (const name of names) add(member(holder, name));
  return out;
}

/**
 * What `read` makes of the first member that it makes something of.
 * @template T
 * @param {unknown[]} holders
 * @param {string[]} names
 * @param {(value: unknown, name: string) => T | undefined} read
 */
function first(holders, names, read) {
  for (const holder of holders) {
    for (const name of names) {
      const found = look(() => read(member(holder, name), name));
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

/** A whole number, also as text. @param {unknown} value */
function numberOf(value) {
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  return typeof number === "number" && Number.isSafeInteger(number) ? number : undefined;
}

/** @param {unknown} value */
function nonEmpty(value) {
  return text(value instanceof URL ? value.href : value) || undefined;
}

/**
 * A body as text: as it is, of bytes, or of what was parsed from it. Streams, blobs and the like are none.
 * @param {unknown} value
 * @param {string} [name]
 * @returns {string | undefined}
 */
function bodyOf(value, name = "") {
  if (ArrayBuffer.isView(value)) {
    return new TextDecoder().decode(new Uint8Array(value.buffer, value.byteOffset, Math.min(value.byteLength, MAX_BODY)));
  }
  const isPart = PARTS.includes(name);
  if (typeof value === "string" && !isPart) return text(value);
  if (!isPlain(value)) return undefined;
  let left = MAX_VALUES;
  const whole = isPart && member(value, "error") === undefined ? { [name === "errors" ? name : "error"]: value } : value;
  return JSON.stringify(whole, (_, inner) => (left-- > 0 ? inner : undefined)).slice(0, MAX_BODY);
}

/** Whether it has what errors of gRPC have: a number as code, and trailers. @param {unknown} error */
function isGrpc(error) {
  const code = member(error, "code");
  return typeof code === "number" && typeof member(error, "metadata") === "object";
}

/** @param {unknown} of @param {string[]} names */
function numbers(of, names) {
  return names.map((name) => {
    const value = member(of, name);
    return typeof value === "number" && Number.isFinite(value) ? `${name}:${Math.trunc(value)}` : "";
  });
}

/** @param {unknown} value */
function isResponse(value) {
  return typeof member(value, "arrayBuffer") === "function";
}

/** What was given in place of a report or an error; "" where it is one. @param {unknown} value @param {boolean} report */
function given(value, report) {
  if (value === undefined || value === null) return "nothing";
  if (typeof member(value, "then") === "function") return "promise";
  if (isResponse(value)) return "response";
  return isPlain(value) && !report && member(value, "message") === undefined ? "object" : "";
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

/** @param {unknown} value */
function hasOnlyMembers(value) {
  const names = isPlain(value) ? Object.keys(/** @type {object} */ (value)) : [];
  return names.length > 0 && names.every((name) => MEMBERS.includes(name));
}

/** An array, or an object without a class, of any realm: the prototype of an object literal has none itself. @param {unknown} value */
function isPlain(value) {
  if (typeof value !== "object" || value === null) return false;
  return look(() => {
    const above = Object.getPrototypeOf(value);
    return Array.isArray(value) || above === null || Object.getPrototypeOf(above) === null;
  }) === true;
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
    const message = text(member(next, isGrpc(next) ? "details" : "message") || member(next, "message"), MAX_LINE) || (name === "" ? "object" : "");
    // Where a client makes a class of each code of an API, the name is the code.
    const word = code ?? (member(next, "$fault") && name);
    out.push([name, message, typeof word === "number" ? String(word) : text(word, MAX_LINE)]);
    const holder = next;
    next = member(holder, "cause") ?? CAUSES.map((name) => member(holder, name)).find(isError);
  }
  return out;
}

/**
 * `name:value` lines of a Headers, of pairs, of a Map or of a record, names in lower case.
 * @param {unknown} headers
 */
function lines(headers) {
  let out = "";
  let count = 0;
  look(() => {
    if (typeof headers !== "object" || headers === null) return;
    // Some classes of headers give themselves as a plain object only.
    const pairs = Symbol.iterator in headers ? /** @type {Iterable<unknown>} */ (headers) : Object.entries(/** @type {any} */ (headers).toJSON?.() ?? headers);
    for (const pair of pairs) {
      if (count++ >= MAX_HEADERS) break;
      const name = member(pair, "0");
      const given = member(pair, "1");
      const value = Array.isArray(given) ? given.join(", ") : given;
      if (typeof name !== "string" || (typeof value !== "string" && typeof value !== "number")) continue;
      const joined = text(name, MAX_LINE).toLowerCase() + ":" + text(String(value), MAX_VALUE);
      out += joined.replace(BREAKS, " ") + "\n";
    }
  });
  return out;
}
