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
const NOISE = /^(?:\* |[{}] \[|[<>](?: |$)|  % Total|\s+Dload|\s*\d+ +[\d.]+[kMG]? +\d+ .*--:--)/;
/** `-v` says these right behind a body that does not end a line. */
const TAIL = /\* (?:Connection #\d+ to host .* left intact|Closing connection.*|shutting down connection.*)\s*$/;

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
  const all = text.split("\n");
  const asked = verbose ? request(all) : {};
  const told = all.filter((line) => /^< ?/.test(line)).map((line) => line.slice(2));
  const plain = (verbose ? all.filter((line) => !NOISE.test(line.replace(/\r$/, ""))).join("\n").replace(TAIL, "") : text).replace(/^(?:\r?\n)+/, "");
  const failure = /^curl: \((\d+)\) (.*)$/m.exec(text);
  const here = heads(plain);
  const found = here ?? (verbose ? heads(told.join("\n")) : undefined);
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
    if (status >= 300 && status < 400) moved.push(...headers.filter(([name]) => name === "location").map(([, value]) => value));
    status = Number(start[1]);
    headers = [];
    // What `-v` tells of a 100 ends without an empty line.
    for (rest = behind(rest); line(rest) !== "" && !HEAD.test(line(rest)); rest = behind(rest)) {
      const at = line(rest).indexOf(":");
      if (at > 0) headers.push([line(rest).slice(0, at).trim().toLowerCase(), line(rest).slice(at + 1).trim()]);
    }
    if (line(rest) === "") rest = behind(rest);
  }
  return status === 0 ? undefined : { status, headers, moved, body: rest };
}

/** The first line, without its end. @param {string} text */
function line(text) {
  const end = text.indexOf("\n");
  return (end < 0 ? text : text.slice(0, end)).replace(/\r$/, "");
}

/** What stands behind the first line. @param {string} text */
function behind(text) {
  const end = text.indexOf("\n");
  return end < 0 ? "" : text.slice(end + 1);
}

/** The last request that `-v` tells. @param {string[]} all @returns {{ method?: string, url?: string, requestHeaders?: [string, string][] }} */
function request(all) {
  let method;
  let path;
  let host;
  /** @type {[string, string][]} */
  let requestHeaders = [];
  // What looks like a header behind the head is the body's.
  let inHead = false;
  for (const told of all) {
    const start = /^> ([A-Z]+) (\S+) HTTP\//.exec(told);
    if (start !== null) [method, path, host, requestHeaders, inHead] = [start[1], start[2], undefined, [], true];
    const header = inHead ? /^> ([^:\s]+): ?(.*?)\r?$/.exec(told) : null;
    if (header !== null) requestHeaders.push([header[1] ?? "", header[2] ?? ""]);
    if (/^> ?\r?$/.test(told)) inHead = false;
    host ??= /^> host: *(\S+)/i.exec(told)?.[1];
  }
  // Who copies a part of it leaves the remarks out, and has asked by TLS more often than not.
  const secure = !all.some((told) => told.startsWith("* ")) || all.some((told) => /^\* .*(?:SSL connection using|OPENED stream for https:|Connected to .* port 443)/.test(told));
  const url = path !== undefined && host !== undefined ? `${secure ? "https" : "http"}://${host}${path}` : undefined;
  return { ...(method !== undefined && { method }), ...(url !== undefined && { url }), ...(requestHeaders.length > 0 && { requestHeaders }) };
}

/** @param {string} url @param {string} to */
function join(url, to) {
  try {
    return new URL(to, url).href;
  } catch {
    return url;
  }
}
