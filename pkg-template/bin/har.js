// @ts-check
/** A HAR (HTTP Archive 1.2), or one entry of it, as a report. What is not as the format says counts as missing. */
import { Refusal, USAGE } from "./refusal.js";

/**
 * @param {any} value
 * @param {string | undefined} number which entry, from 1; the last that failed where it is not said, else the last
 * @returns {import("./input.js").Report | undefined} undefined: this is no HAR
 */
export function parseHar(value, number) {
  const entries = Array.isArray(value?.log?.entries) ? value.log.entries : isEntry(value) ? [value] : undefined;
  if (entries === undefined) return undefined;
  const index = number === undefined ? last(entries) : Number(number) - 1;
  const entry = /^\d*$/.test(number ?? "") ? entries[index] : undefined;
  if (!isEntry(entry)) throw new Refusal(USAGE, `--entry: expected a number from 1 to ${entries.length}, the entries of the HAR`);
  return report(entry);
}

/** @param {any} value */
function isEntry(value) {
  return typeof value?.request === "object" && typeof value.response === "object" && value.request !== null && value.response !== null;
}

/** @param {any[]} entries */
function last(entries) {
  for (let index = entries.length - 1; index >= 0; index -= 1) {
    const { status } = isEntry(entries[index]) ? entries[index].response : { status: 200 };
    if (!(status >= 100 && status < 400)) return index;
  }
  return entries.length - 1;
}

/** @param {any} entry @returns {import("./input.js").Report} */
function report({ request, response, startedDateTime, time }) {
  // Reset times are measured against when the answer came, not against today.
  const came = Date.parse(startedDateTime) + (Number(time) || 0);
  const seen = { url: request.url, method: request.method, requestBody: request.postData?.text, requestHeaders: pairs(request.headers), ...(came > 0 && { now: came }) };
  // Chromium: a request without a response has the status 0, and its net::ERR_ in `_error`.
  if (!(response.status > 0)) return { ...seen, status: null, error: { name: "TypeError", message: String(response._error ?? "failed") } };
  return {
    ...seen,
    status: response.status,
    headers: pairs(response.headers),
    body: body(response.content),
  };
}

/** @param {any} headers @returns {[string, string][]} */
function pairs(headers) {
  return Array.isArray(headers) ? headers.map((header) => [String(header?.name), String(header?.value)]) : [];
}

/** @param {any} content */
function body(content) {
  // Browsers leave it out where they did not keep it; that it was empty is only known by its size.
  if (typeof content?.text !== "string") return content?.size === 0 ? "" : undefined;
  if (content.encoding !== "base64") return content.text;
  try {
    return new TextDecoder().decode(Uint8Array.from(atob(content.text), (char) => char.charCodeAt(0)));
  } catch {
    return undefined;
  }
}
