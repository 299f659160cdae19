// @ts-check
/**
 * Reads what a developer has at hand of a response: the output of `curl -i` (or -v), a HAR (the last entry that failed), or JSON with a
 * status (a report, a logged error, an entry of a HAR). Only the shape is read here; the explainer says what it means.
 * curl's output is read as the package's command reads it.
 *
 * @typedef {{ status: string, headers: string, body: string, method?: string, url?: string }} Pasted as the form's controls take it
 */

// What somebody copied may begin with the command that was typed.
const BEGIN = /^(?:HTTP\/|[*<>] )/m;

/**
 * @param {string} text
 * @param {typeof import("../../pkg-template/bin/curl.js").parseCurl} parseCurl
 * @returns {Pasted | undefined} undefined: it is neither
 */
export function readPaste(text, parseCurl) {
  return fromJson(text) ?? fromCurl(text, parseCurl);
}

/**
 * @param {string} text
 * @param {typeof import("../../pkg-template/bin/curl.js").parseCurl} parseCurl
 * @returns {Pasted | undefined}
 */
function fromCurl(text, parseCurl) {
  const read = parseCurl(text.slice(Math.max(0, text.search(BEGIN))), undefined);
  // The form has no place for an error without an answer.
  if (read === undefined || read.status === null) return undefined;
  const { status, headers, body = "", method, url } = read;
  return { status: String(status), headers: lines(headers), body, ...(method && { method }), ...(url && { url }) };
}

/** @param {string} text @returns {Pasted | undefined} */
function fromJson(text) {
  /** @type {any} */
  let value;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const { entries } = value?.log ?? {};
  if (Array.isArray(entries)) value = entries.findLast((one) => one?.response?.status >= 400) ?? entries.at(-1);
  const request = value?.request ?? value?.config ?? value;
  const response = value?.response ?? value;
  if (!Number.isInteger(response?.status)) return undefined;
  const body = response.body ?? response.content?.text ?? response.data ?? "";
  return {
    status: String(response.status),
    headers: lines(response.headers),
    body: typeof body === "string" ? body : JSON.stringify(body),
    ...(typeof request?.method === "string" && { method: request.method.toUpperCase() }),
    ...(typeof (request?.url ?? response.url) === "string" && { url: request?.url ?? response.url }),
  };
}

/** A line each of headers that are an object, pairs, or as a HAR has them. @param {any} headers */
function lines(headers) {
  const pairs = Array.isArray(headers) ? headers.map((one) => (Array.isArray(one) ? one : [one?.name, one?.value])) : Object.entries(headers ?? {});
  return pairs.map(([name, told]) => `${name}: ${told}`).join("\n");
}
