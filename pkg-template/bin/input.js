// @ts-check
/** What was read, as a report: which form it has, and what the options say beside it. */
import { parseCurl } from "./curl.js";
import { parseHar } from "./har.js";
import { Refusal, UNREADABLE, USAGE } from "./refusal.js";

/** @typedef {{ status: number | null, headers?: [string, string][] | Record<string, string>, body?: string, method?: string, url?: string, requestBody?: string, requestHeaders?: [string, string][] | Record<string, string>, redirected?: boolean, provider?: string, error?: unknown, now?: number }} Report */

/** The members of a report. */
const MEMBERS = ["status", "headers", "body", "method", "url", "requestBody", "requestHeaders", "redirected", "provider", "error", "online", "pageUrl", "responseType", "now"];
/** One of these beside a status makes it a report; problem details have a status too. */
const SIGNS = ["headers", "body", "method", "url"];
/** How deep a report or a HAR may nest. Writing a deeper body as text would overflow the stack; the explainer reads 64. */
const MAX_DEPTH = 1000;

/**
 * @param {() => string} source
 * @param {Record<string, any>} values the options
 * @returns {Report}
 */
export function read(source, values) {
  const said = options(values);
  const text = source().replace(/^\ufeff/, "");
  const curl = parseCurl(text, said.url);
  if (curl !== undefined && values.entry !== undefined) throw new Refusal(USAGE, "--entry: the input is no HAR");
  const report = curl ?? parse(text, said, values.entry);
  const headers = [...pairs(report.headers), ...(said.headers ?? [])];
  // Where curl followed redirects, the address that was given is not the one that answered.
  const url = curl === undefined ? (said.url ?? report.url) : curl.url;
  const requestHeaders = [...pairs(report.requestHeaders), ...(said.requestHeaders ?? [])];
  return { ...report, ...said, headers, requestHeaders, url, status: said.status ?? report.status };
}

/** @param {Record<string, any>} values */
function options(values) {
  /** @type {Partial<Report> & { headers?: [string, string][], requestHeaders?: [string, string][] }} */
  const said = {};
  if (values.status !== undefined) {
    if (!/^[1-5]\d\d$/.test(values.status)) throw new Refusal(USAGE, "--status: expected a number from 100 to 599");
    said.status = Number(values.status);
  }
  for (const [name, option] of /** @type {const} */ ([["headers", "header"], ["requestHeaders", "request-header"]])) {
    if (values[option] === undefined) continue;
    said[name] = values[option].map((/** @type {string} */ line) => {
      const at = line.indexOf(":");
      if (at < 1) throw new Refusal(USAGE, `--${option}: expected 'Name: value'`);
      return [line.slice(0, at).trim(), line.slice(at + 1).trim()];
    });
  }
  for (const [name, option] of /** @type {const} */ ([["url", "url"], ["method", "method"], ["provider", "provider"], ["requestBody", "request-body"]])) {
    if (values[option] !== undefined) said[name] = values[option];
  }
  return said;
}

/**
 * @param {string} text
 * @param {Partial<Report>} said
 * @param {string | undefined} entry
 * @returns {Report}
 */
function parse(text, said, entry) {
  const value = json(text);
  if (value !== undefined && nesting(text) > MAX_DEPTH) {
    // With its status it is a body, which is text.
    if (said.status !== undefined && entry === undefined) return { status: said.status, body: text };
    throw new Refusal(UNREADABLE, `the input nests deeper than ${MAX_DEPTH} levels`);
  }
  const har = parseHar(value, entry);
  if (har !== undefined) return har;
  if (entry !== undefined) throw new Refusal(USAGE, "--entry: the input is no HAR");
  if (isReport(value)) return { ...value, body: typeof value.body === "object" ? JSON.stringify(value.body) : value.body };
  if (said.status !== undefined) return { status: said.status, body: text };
  if (value !== undefined) throw new Refusal(USAGE, "the input is the bare body of a response: expected its --status");
  throw new Refusal(UNREADABLE, "the input is neither output of curl -i, a HAR nor JSON; of a bare body, say the --status");
}

/** @param {string} text @returns {any} undefined: it is none */
function json(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** How deep a text of JSON nests. @param {string} text */
function nesting(text) {
  let [depth, deepest, quoted] = [0, 0, false];
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (quoted && char === "\\") at++;
    else if (char === '"') quoted = !quoted;
    else if (!quoted && (char === "{" || char === "[")) deepest = Math.max(deepest, ++depth);
    else if (!quoted && (char === "}" || char === "]")) depth--;
  }
  return deepest;
}

/** @param {any} value @returns {value is Report} */
function isReport(value) {
  if (typeof value !== "object" || value === null || !("status" in value)) return false;
  const known = Object.keys(value).every((name) => MEMBERS.includes(name));
  return known && (value.status === null || (Number.isInteger(value.status) && SIGNS.some((name) => name in value)));
}

/** @param {Report["headers"]} headers @returns {[string, string][]} */
function pairs(headers) {
  if (typeof headers !== "object" || headers === null) return [];
  return Array.isArray(headers) ? headers : Object.entries(headers);
}
