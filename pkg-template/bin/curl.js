// @ts-check
/**
 * What curl prints, as a report: `-i` alone, and `-v` with or without it, both streams in one.
 *
 * Of several heads (100, a proxy's, redirects, a challenge) the last one counts. The lines of `-v` tell request and address;
 * through a pipe they come in front of all that `-i` prints, on a terminal between it. Without an answer, curl's own error
 * stands for it.
 */

const HEAD = /^HTTP\/\d(?:\.\d)? (\d{3})(?: .*)?$/;
/** Lines of `-v` and the progress meter: told by curl, not by the server. */
const NOISE = /^(?:\* |[{}] \[|[<>](?: |\r?$)|  % Total|\s+Dload|\s*\d+ +[\d.]+[kMG]? +\d+ .*--:--)/;
/** `-v` says these right behind a body that does not end a line. */
const TAIL = /^\* (?:Connection #\d+ to host .* left intact|Closing connection.*|shutting down connection.*)$/;
/** Redirects that are followed, and headers of one head that are read. curl's own limits: 50 by default, and 5000. */
const MAX_REDIRECTS = 100;
const MAX_HEADERS = 5000;

/** curl's exit codes, and what a runtime calls the same. Source: curl's libcurl-errors(3). @type {Record<string, string>} */
const FAILURES = {
  1: "ERR_INVALID_URL",
  3: "ERR_INVALID_URL",
  6: "ENOTFOUND",
  7: "ECONNREFUSED",
  18: "terminated",
  28: "ETIMEDOUT",
  35: "ERR_SSL",
  47: "ERR_FR_TOO_MANY_REDIRECTS",
  52: "ECONNRESET",
  56: "ECONNRESET",
  60: "CERT_",
};

/**
 * @param {string} text
 * @param {string | undefined} url of the first request, where it was given
 * @returns {import("./input.js").Report | undefined} undefined: this is not from curl
 */
export function parseCurl(text, url) {
  const verbose = /^[<>] (?:HTTP\/\d|[A-Z]+ \S+ HTTP\/\d)/m.test(text);
  const asked = verbose ? request(text) : {};
  const plain = withoutBlanks(verbose ? withoutTail(withoutNoise(text)) : text);
  const failure = /^curl: \((\d+)\) (.*)$/m.exec(text);
  const here = heads(plain);
  const found = here ?? (verbose ? heads(told(text)) : undefined);
  if (found === undefined) {
    if (failure === null) return undefined;
    const [, code = "", message = ""] = failure;
    return { ...asked, url: url ?? asked.url, status: null, error: { name: "Error", message: message.trim(), code: FAILURES[code] ?? `curl ${code}` } };
  }
  const { status, headers, moved } = found;
  // The lines of `-v` tell the last address; one that was given is the first.
  return { ...asked, url: url === undefined ? asked.url : moved.reduce(join, url), status, headers, body: here ? here.body : plain };
}

/**
 * @param {string} text
 * @returns {{ status: number, headers: [string, string][], moved: string[], body: string } | undefined} undefined: it begins with none
 */
function heads(text) {
  let status = 0;
  /** @type {[string, string][]} */
  let headers = [];
  /** @type {string[]} */
  const moved = [];
  let rest = text;
  for (;;) {
    const start = HEAD.exec(line(rest));
    if (start === null) break;
    const location = status >= 300 && status < 400 && moved.length < MAX_REDIRECTS ? headers.find(([name]) => name === "location") : undefined;
    if (location !== undefined) moved.push(location[1]);
    status = Number(start[1]);
    headers = [];
    // What `-v` tells of a 100 ends without an empty line.
    for (rest = behind(rest); line(rest) !== "" && !HEAD.test(line(rest)); rest = behind(rest)) {
      const at = line(rest).indexOf(":");
      if (at > 0 && headers.length < MAX_HEADERS) headers.push([line(rest).slice(0, at).trim().toLowerCase(), line(rest).slice(at + 1).trim()]);
    }
    if (line(rest) === "") rest = behind(rest);
  }
  return status === 0 ? undefined : { status, headers, moved, body: rest };
}

/** The lines, without their ends. @param {string} text */
function* lines(text) {
  for (let at = 0; at <= text.length; ) {
    const end = text.indexOf("\n", at);
    yield text.slice(at, end < 0 ? text.length : end);
    at = end < 0 ? text.length + 1 : end + 1;
  }
}

/** What the server said, by the lines of `-v`. @param {string} text */
function told(text) {
  const told = [];
  for (const line of lines(text)) if (line.startsWith("<")) told.push(line.slice(2));
  return told.join("\n");
}

/** @param {string} text */
function withoutNoise(text) {
  const kept = [];
  let from = 0;
  let at = 0;
  for (const line of lines(text)) {
    if (NOISE.test(line)) {
      kept.push(text.slice(from, at));
      from = at + line.length + 1;
    }
    at += line.length + 1;
  }
  kept.push(text.slice(from));
  const rest = kept.join("");
  // A last line that is noise goes with the break before it.
  return from > text.length && rest.endsWith("\n") ? rest.slice(0, -1) : rest;
}

/** @param {string} text */
function withoutTail(text) {
  const end = text.trimEnd().length;
  const at = text.lastIndexOf("* ", end);
  // It is on the last line, or this is a part of the body.
  return at > text.lastIndexOf("\n", end - 1) && TAIL.test(text.slice(at, end)) ? text.slice(0, at) : text;
}

/** Without the empty lines in front. @param {string} text */
function withoutBlanks(text) {
  let at = 0;
  while (text[at] === "\n" || (text[at] === "\r" && text[at + 1] === "\n")) at++;
  return text.slice(at);
}

/** The first line, without its end. @param {string} text */
function line(text) {
  const end = text.indexOf("\n");
  const first = end < 0 ? text : text.slice(0, end);
  return first.endsWith("\r") ? first.slice(0, -1) : first;
}

/** What stands behind the first line. @param {string} text */
function behind(text) {
  const end = text.indexOf("\n");
  return end < 0 ? "" : text.slice(end + 1);
}

/** The last request that `-v` tells. @param {string} text @returns {{ method?: string, url?: string, requestHeaders?: [string, string][] }} */
function request(text) {
  let method;
  let path;
  let host;
  /** @type {[string, string][]} */
  let requestHeaders = [];
  // What looks like a header behind the head is the body's.
  let inHead = false;
  // Who copies a part of it leaves the remarks out, and has asked by TLS more often than not.
  let remarks = false;
  let secure = false;
  for (const told of lines(text)) {
    if (told.startsWith("* ")) {
      remarks = true;
      secure ||= isSecure(told);
    }
    const start = /^> ([A-Z]+) (\S+) HTTP\//.exec(told);
    if (start !== null) [method, path, host, requestHeaders, inHead] = [start[1], start[2], undefined, [], true];
    const header = inHead ? /^> ([^:\s]+): ?(.*?)\r?$/.exec(told) : null;
    if (header !== null && requestHeaders.length < MAX_HEADERS) requestHeaders.push([header[1] ?? "", header[2] ?? ""]);
    if (/^> ?\r?$/.test(told)) inHead = false;
    host ??= /^> host: *(\S+)/i.exec(told)?.[1];
  }
  const url = path !== undefined && host !== undefined ? `${secure || !remarks ? "https" : "http"}://${host}${path}` : undefined;
  return { ...(method !== undefined && { method }), ...(url !== undefined && { url }), ...(requestHeaders.length > 0 && { requestHeaders }) };
}

/** Whether a remark of `-v` is about TLS. @param {string} remark */
function isSecure(remark) {
  const to = remark.indexOf("Connected to ");
  return remark.includes("SSL connection using") || remark.includes("OPENED stream for https:") || (to >= 0 && remark.includes(" port 443", to));
}

/** @param {string} url @param {string} to */
function join(url, to) {
  try {
    return new URL(to, url).href;
  } catch {
    return url;
  }
}
