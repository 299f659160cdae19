// @ts-check
/**
 * Reads what a developer has at hand of an answer: what `curl -i` (or -v) printed, or JSON with a status (a report, a
 * logged error, an entry of a HAR). Only the shape is told here; what it means is the explainer's to say.
 *
 * @typedef {{ status: string, headers: string, body: string, method?: string, url?: string }} Pasted as the form's controls take it
 */

const STATUS_LINE = /^(?:< )?HTTP\/[\d.]+ +(\d{3})/;

/**
 * @param {string} text
 * @returns {Pasted | undefined} undefined: it is neither
 */
export function readPaste(text) {
  return fromJson(text) ?? fromCurl(text);
}

/** @param {string} text @returns {Pasted | undefined} */
function fromCurl(text) {
  // `-v` marks what it says itself; the body has no marks.
  const lines = text.replaceAll("\r\n", "\n").split("\n");
  // Redirects and 100-continue print a head each: the last one is the answer's.
  const first = lines.findLastIndex((line) => STATUS_LINE.test(line));
  const status = STATUS_LINE.exec(lines[first] ?? "")?.[1];
  if (status === undefined) return undefined;
  const isVerbose = lines[first]?.startsWith("<") ?? false;
  const request = isVerbose ? /^> ([A-Z]+) (\S+) HTTP/.exec(lines.slice(0, first).findLast((line) => /^> [A-Z]+ /.test(line)) ?? "") : null;
  const host = isVerbose ? /^> host: *(\S+)/i.exec(lines.slice(0, first).findLast((line) => /^> host:/i.test(line)) ?? "")?.[1] : undefined;
  const bare = lines.slice(first + 1).map((line) => (isVerbose ? line.replace(/^< ?/, "") : line));
  const end = bare.findIndex((line) => line === "");
  const head = end < 0 ? bare : bare.slice(0, end);
  const rest = end < 0 ? [] : bare.slice(end + 1).filter((line) => !isVerbose || !/^[*{}] /.test(line));
  return {
    status,
    headers: head.join("\n"),
    body: rest.join("\n"),
    ...(request?.[1] && { method: request[1] }),
    ...(request?.[2] && host && { url: `https://${host}${request[2]}` }),
  };
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
  const request = value?.request ?? value?.config ?? value;
  const response = value?.response ?? value;
  if (!Number.isInteger(response?.status)) return undefined;
  const body = response.body ?? response.content?.text ?? response.data ?? "";
  return {
    status: String(response.status),
    headers: pairs(response.headers).map(([name, told]) => `${name}: ${told}`).join("\n"),
    body: typeof body === "string" ? body : JSON.stringify(body),
    ...(typeof request?.method === "string" && { method: request.method.toUpperCase() }),
    ...(typeof (request?.url ?? response.url) === "string" && { url: request?.url ?? response.url }),
  };
}

/** Headers as an object, as pairs, or as a HAR has them. @param {any} headers @returns {[string, string][]} */
function pairs(headers) {
  if (!Array.isArray(headers)) return Object.entries(headers ?? {}).map(([name, told]) => [name, String(told)]);
  return headers.map((one) => (Array.isArray(one) ? [String(one[0]), String(one[1])] : [String(one?.name), String(one?.value)]));
}
