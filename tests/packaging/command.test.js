// @ts-check
// `npx fetch-with-policy explain` from the packed tarball, fed with what curl really prints, with a HAR and with JSON.
import assert from "node:assert/strict";
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { readFileSync, truncateSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import test, { after, before } from "node:test";
import { consumer } from "./consumer.js";

/** @type {ReturnType<typeof consumer>} */
let installed;
let command = "";
/** A guard against a hang, far above what anything here takes: ms. */
const HANG = 120_000;
let origin = "";

/** What the server answers by path. @type {Record<string, [number, Record<string, string>, string]>} */
const ANSWERS = {
  "/limited": [429, { "retry-after": "30" }, '{"message":"Too many requests"}'],
  "/moved": [302, { location: "/v3.0/students?limit=20000" }, "moved"],
  "/v3.0/students?limit=20000": [413, {}, '{"message":"* too large\\n> at most 10000"}'],
  "/locked": [423, {}, '{"code":423,"message":"busy","status":"failure"}'],
  "/down": [503, { "content-type": "text/html" }, "<html>\r\n<head><title>503</title></head>\r\n<center>nginx</center></html>"],
  "/denied": [401, { "x-request-id": "req-1" }, '{"error":{"code":"UNAUTHENTICATED","message":"no token"}}'],
  "/fine": [200, {}, '{"ok":true}'],
};
const server = createServer((request, response) => {
  const [status, headers, body] = ANSWERS[request.url ?? ""] ?? [404, {}, '{"message":"User does not exist"}'];
  request.resume().on("end", () => response.writeHead(status, { "content-type": "application/json", ...headers }).end(body));
});

before(async () => {
  installed = consumer();
  command = join(installed.folder, "node_modules/.bin/fetch-with-policy");
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  origin = `http://127.0.0.1:${/** @type {any} */ (server.address()).port}`;
});
after(() => {
  server.close();
  installed.remove();
});

/** Runs the command; `json` is its output, where that is JSON. */
function run(/** @type {string[]} */ args, input = "", env = {}) {
  const { status, stdout, stderr } = spawnSync(command, args, { input, encoding: "utf8", env: { ...process.env, ...env }, timeout: HANG });
  return { code: status, stdout, stderr, json: stdout.startsWith("{") ? JSON.parse(stdout) : undefined };
}

/** What curl prints, both streams as they come. @returns {Promise<string>} */
function curl(/** @type {string[]} */ ...args) {
  return new Promise((resolve, reject) => {
    const child = spawn("sh", ["-c", 'exec curl --noproxy "*" "$@" 2>&1', "sh", ...args]);
    let out = "";
    child.stdout.setEncoding("utf8").on("data", (text) => (out += text));
    child.on("error", reject).on("close", () => resolve(out));
  });
}

const hasCurl = spawnSync("curl", ["--version"]).status === 0;
const skip = hasCurl ? false : "curl is not installed";

test("what curl -i prints is explained, and the exit code is the verdict", { skip }, async () => {
  const cases = /** @type {[string, string, string, number][]} */ ([
    ["/limited", "rate_limited", "after", 12],
    ["/locked", "locked", "soon", 15],
    ["/down", "unavailable", "backoff", 11],
    ["/denied", "unauthenticated", "after-reauth", 14],
    ["/nothing", "not_found", "never", 10],
    ["/fine", "success", "none", 0],
  ]);
  for (const [path, kind, verdict, code] of cases) {
    for (const flags of [["-is"], ["-isv"], ["-sv"], ["-iv"], ["-is", "--http1.0"]]) {
      const ran = run(["explain", "--json"], await curl(...flags, origin + path));
      assert.deepEqual([ran.json?.kind, ran.json?.retry.verdict, ran.code, ran.stderr], [kind, verdict, code, ""], `${flags} ${path}`);
    }
  }
});

test("of several heads the last one counts: 100, redirects", { skip }, async () => {
  const sent = await curl("-is", "-H", "Expect: 100-continue", "-d", "a=1", `${origin}/limited`);
  assert.match(sent, /^HTTP\/1\.1 100/);
  assert.equal(run(["explain", "--json"], sent).json.kind, "rate_limited");
  const verbose = await curl("-sv", "-H", "Expect: 100-continue", "-d", "a=1", `${origin}/limited`);
  assert.equal(run(["explain", "--json"], verbose).json.retry.delay, 30_000);

  const moved = await curl("-isL", `${origin}/moved`);
  const told = run(["explain", "--json", "--provider", "clever", "--url", `${origin}/moved`], moved).json;
  assert.equal(told.id, "clever.limit-too-large", "the address is that of the redirect");
  assert.equal(told.api.message, "* too large\n> at most 10000", "what looks like a line of curl's is the body's");
  const asked = run(["explain", "--json", "--provider", "clever"], await curl("-isvL", `${origin}/moved`)).json;
  assert.equal(asked.id, "clever.limit-too-large", "the lines of -v tell the address");
});

test("heads of HTTP/2 and HTTP/3, with either line end, are read", () => {
  const lines = ["HTTP/1.1 200 Connection established", "", "HTTP/2 103", "link: </x>", "", "HTTP/3 429 ", "Retry-After: 7", "content-type: application/json", "", '{"a":', '"b"}'];
  for (const end of ["\n", "\r\n"]) {
    const { json, code } = run(["explain", "--json"], lines.join(end));
    assert.deepEqual([json.status, json.retry.delay, code], [429, 7000, 12]);
  }
});

test("what curl -v tells of the request is judged, and not told", { skip }, async () => {
  const verbose = await curl("-isv", "-H", "Authorization: Bearer undefined", `${origin}/denied`);
  assert.equal(run(["explain", "--json"], verbose).json.causes[0].id, "auth-undefined");
  const secret = run(["explain", "--json"], await curl("-sv", "-H", "Authorization: hunter2x", "-H", "X-Own: hunter2x", `${origin}/denied`));
  assert.deepEqual([secret.json.causes[0].id, secret.stdout.includes("hunter2x")], ["auth-bare", false]);
  assert.equal(run(["explain", "--json"], await curl("-isv", `${origin}/denied`)).json.causes[0].text.startsWith("The request has no visible credentials"), true);
  const said = run(["explain", "--json", "--status", "415", "--url", "https://x.example/", "--method", "POST", "--request-body", '{"a":1}', "--request-header", "Accept: */*"], "{}");
  assert.equal(said.json.causes[0].id, "unlabelled");
  assert.equal(run(["explain", "--status", "415", "--request-header", "x"], "{}").code, 64);
});

test("curl's own failure stands for the answer that did not come", { skip }, async () => {
  const refused = run(["explain", "--json"], await curl("-isS", "http://127.0.0.1:1/"));
  assert.deepEqual([refused.json.kind, refused.json.reason, refused.code], ["network", "refused", 11]);
  assert.equal(run(["explain", "--json"], "curl: (6) Could not resolve host: nowhere.invalid\n").json.reason, "dns");
  assert.equal(run(["explain", "--json"], "curl: (28) Operation timed out after 1001 milliseconds\n").json.kind, "timeout");
});

const entry = (/** @type {number} */ status, /** @type {object} */ more = {}) => ({
  startedDateTime: "2026-11-25T00:00:00.000Z",
  time: 1000,
  request: { method: "POST", url: "https://api.clever.com/oauth/tokens", headers: [], postData: { mimeType: "text/plain", text: "grant" } },
  response: { status, headers: [{ name: "Content-Type", value: "application/json" }], content: { size: 1, mimeType: "application/json", text: "{}" }, ...more },
});
const grant = { content: { encoding: "base64", text: Buffer.from('{"error":"invalid_grant"}').toString("base64") } };
const har = (/** @type {object[]} */ ...entries) => JSON.stringify({ log: { version: "1.2", creator: {}, entries } });

test("of a HAR the last entry that failed is explained, or the one that is asked for", () => {
  const file = har(entry(503), entry(400, grant), entry(200));
  const failed = run(["explain", "--json"], file);
  assert.deepEqual([failed.json.provider, failed.json.reason, failed.code], ["clever", "grant_invalid", 14]);
  assert.equal(run(["explain", "--json", "--entry", "1"], `\ufeff${file}`).json.status, 503);
  assert.equal(run(["explain", "--json"], har(entry(200), entry(201))).json.status, 201);
  assert.equal(run(["explain", "--json"], JSON.stringify(entry(404))).json.status, 404);
  for (const number of ["0", "4", "-1", "x", "1.5"]) {
    const refused = run(["explain", `--entry=${number}`], file);
    assert.deepEqual([refused.code, refused.stdout], [64, ""]);
    assert.match(refused.stderr, /^fetch-with-policy: --entry: expected a number from 1 to 3.*\n$/);
  }
});

test("a HAR tells what was sent", () => {
  const asked = entry(401);
  asked.request.headers = [{ name: "Authorization", value: "Bearer null" }];
  assert.equal(run(["explain", "--json"], har(asked)).json.causes[0].id, "auth-undefined");
});

test("a HAR's resets are measured against its own time, and a request without an answer is a network failure", () => {
  const limited = entry(429, { headers: [{ name: "x-ratelimit-remaining", value: "0" }, { name: "X-RateLimit-Reset", value: String(Date.parse("2026-11-25T00:00:31Z") / 1000) }] });
  assert.equal(run(["explain", "--json"], har(limited)).json.retry.delay, 30_000);
  const lost = run(["explain", "--json"], har(entry(0, { _error: "net::ERR_NAME_NOT_RESOLVED" })));
  assert.deepEqual([lost.json.kind, lost.json.reason], ["network", "dns"]);
});

test("a report in JSON is explained as it is, and a bare body with its status", () => {
  const report = { status: 401, headers: { "x-request-id": "req-9" }, body: { error: "x" }, url: "https://api.clever.com/v3.0/me" };
  const told = run(["explain", "--json"], JSON.stringify(report));
  assert.deepEqual([told.json.provider, told.json.api.requestId, told.code], ["clever", "req-9", 14]);
  assert.equal(run(["explain", "--json"], '{"status":null,"error":{"name":"AbortError","message":"x"}}').json.kind, "aborted");
  const body = '{"type":"about:blank","title":"Gone","status":410}';
  assert.equal(run(["explain", "--json", "--status", "410"], body).json.reason, "gone");
  assert.equal(run(["explain", "--json", "--status", "502"], "<html><center>nginx</center></html>").json.format, "nginx");
  assert.equal(run(["explain"], body).code, 64, "problem details are a body, not a report");
});

test("the options say what the input does not", () => {
  const args = ["explain", "--json", "--status", "413", "--url", "https://api.clever.com/v3.0/users?limit=20000", "--method", "GET", "--header", "X-Request-Id: abc"];
  const { json } = run(args, "{}");
  assert.deepEqual([json.id, json.api.requestId], ["clever.limit-too-large", "abc"]);
  const sent = run(["explain", "--json", "--status", "400", "--request-body", "{{user}}"], "{}").json;
  assert.ok(sent.causes.some((/** @type {any} */ cause) => cause.id === "placeholder"));
});

test("text, Markdown and HTML are printed, and no colour into a pipe", () => {
  const body = '{"message":"<b>no</b> \\u001b[31m"}';
  const status = ["--status", "404"];
  const text = run(["explain", ...status], body, { FORCE_COLOR: "1" });
  assert.match(text.stdout, /^Not found\n[^]*\nRetry\n {2}never/);
  assert.ok(!text.stdout.includes("\u001b"));
  assert.match(run(["explain", "--markdown", ...status], body).stdout, /^## Not found\n[^]*&lt;b&gt;/);
  assert.match(run(["explain", "--html", ...status], body).stdout, /^<article[^]*&lt;b&gt;[^]*<\/article>\n$/);
  assert.equal(run(["explain", "--html", "--json", ...status], body).code, 64);
});

const hasScript = spawnSync("script", ["--version"]).status === 0;
test("on a terminal there are colours, unless they are refused", { skip: hasScript ? false : "script is not installed" }, () => {
  const file = join(installed.folder, "body.json");
  writeFileSync(file, '{"message":"User does not exist"}');
  const shown = (/** @type {string} */ more, env = {}) =>
    execFileSync("script", ["-qec", `'${command}' explain --status 404 ${more} '${file}'; true`, "/dev/null"], {
      encoding: "utf8",
      env: { ...process.env, NO_COLOR: "", ...env },
    });
  assert.match(shown(""), /\u001b\[1m\u001b\[31mNot found\u001b\[0m/);
  assert.ok(!shown("--no-color").includes("\u001b[3"));
  assert.ok(!shown("", { NO_COLOR: "1" }).includes("\u001b[3"));
});

test("what is wrong with the call is one line on standard error, and a code that no verdict has", () => {
  const cases = /** @type {[string[], string, number, RegExp][]} */ ([
    [[], "", 64, /expected a command/],
    [["exlpain"], "", 64, /no such command: exlpain/],
    [["explain", "--colour"], "{}", 64, /--colour/],
    [["explain", "a", "b"], "", 64, /one file/],
    [["explain", "--status", "abc"], "{}", 64, /--status: expected a number from 100 to 599/],
    [["explain", "--status", "404", "--header", "x"], "{}", 64, /--header: expected 'Name: value'/],
    [["explain", "--entry", "1"], "{}", 64, /--entry: the input is no HAR/],
    [["explain"], '{"error":"x"}', 64, /expected its --status/],
    [["explain", "--lang", "not a tag", "--status", "404"], "{}", 64, /--lang: expected/],
    [["explain", "--lang", "", "--status", "404"], "{}", 64, /--lang: expected/],
    [["explain"], "", 65, /neither/],
    [["explain"], "nonsense", 65, /neither/],
    [["explain", "/nowhere/at/all"], "", 65, /cannot read \/nowhere\/at\/all: ENOENT/],
    [["explain", "/nowhere/\u001b[31m"], "", 65, /cannot read/],
  ]);
  for (const [args, input, code, message] of cases) {
    const ran = run(args, input);
    assert.deepEqual([ran.code, ran.stdout], [code, ""], args.join(" "));
    assert.match(ran.stderr, message);
    assert.match(ran.stderr, /^fetch-with-policy: [^\u0000-\u001f]+\n$/, "one line, without controls");
  }
});

test("a rule's page is printed by its id", () => {
  const { code, stdout } = run(["explain", "--id", "clever.grant-reused"]);
  assert.equal(code, 0);
  assert.match(stdout, /^[^\n]+\n {2}clever\.grant-reused · unauthenticated\n[^]*\nCauses\n {2}1\. [^]*\nWhat to do\n {2}\S/);
  assert.equal(run(["explain", "--id", "http.404", "--json"]).json.kind, "not_found");
  const unknown = run(["explain", "--id", "no.such"]);
  assert.deepEqual([unknown.code, unknown.stdout], [65, ""]);
  assert.match(unknown.stderr, /no such rule: no\.such/);
});

test("the end user's words are in the language that is asked for", () => {
  const words = (/** @type {string[]} */ ...args) => run(["explain", "--json", "--status", "404", ...args], "{}").json.userMessage;
  const seen = ["en", "de-CH", "pt", "zh-CN", "ja"].map((tag) => words("--lang", tag));
  assert.equal(seen[0], words());
  assert.equal(new Set(seen).size, 5, seen.join("\n"));
});

test("a language without texts falls back to the closest one that has some, then to English", () => {
  const words = (/** @type {string} */ tag) => {
    const { code, json, stderr } = run(["explain", "--json", "--status", "404", "--lang", tag], "{}");
    assert.deepEqual([code, stderr], [10, ""], tag);
    return json.userMessage;
  };
  const closest = { "de-AT-1996": "de", "pt-PT": "pt-BR", "es-419": "es", "fr-CA-u-nu-latn": "fr", "zh-SG": "zh-Hans", "zh-TW": "en", "zh-Hant": "en", "sr-Latn": "en", "xx-invalid": "en", tlh: "en", DE: "de" };
  for (const [tag, language] of Object.entries(closest)) assert.equal(words(tag), words(language), `${tag} as ${language}`);
});

test("help names each option and exit code, and the version is the package's", () => {
  const { stdout, code } = run(["--help"]);
  for (const word of ["--url", "--provider", "--entry", "--id", "--json", "14 after-reauth", "64 wrong usage"]) assert.ok(stdout.includes(word), word);
  assert.equal(code, 0);
  assert.equal(run(["explain", "-h"]).stdout, stdout);
  const { version } = JSON.parse(readFileSync(join(installed.folder, "node_modules/fetch-with-policy/package.json"), "utf8"));
  assert.equal(run(["--version"]).stdout, `${version}\n`);
});

test("anything at all on standard input gives an explanation or a refusal, never a stack", () => {
  const odd = ["HTTP/1.1 404", "HTTP/2 200\n\n", "HTTP/1.1 999 x\n\n", "> GET / HTTP/1.1\n", "< HTTP/1.1 404 x\n", "null", "[]", '{"log":{"entries":[]}}', '{"log":{"entries":[null,{"request":{},"response":{}}]}}', '{"status":7,"headers":5}', '{"status":404,"headers":[null,["a"],"x"],"body":null}', '{"request":{},"response":{"status":404,"headers":[null,5],"content":{"text":"%","encoding":"base64"}}}', "\u0000\u0001", "curl: (99) x"];
  for (const text of odd) {
    const { code, stderr } = run(["explain", "--json"], text);
    assert.ok([0, 10, 11, 12, 13, 14, 15, 16, 64, 65].includes(Number(code)), `${code} ${text}\n${stderr}`);
    assert.ok(stderr === "" || /^fetch-with-policy: .*\n$/.test(stderr), stderr);
  }
});

/** One line that says why, and the code of input that cannot be read. */
function assertUnreadable(/** @type {{ code: number | null, stdout: string, stderr: string }} */ ran, /** @type {RegExp} */ why) {
  assert.deepEqual([ran.code, ran.stdout], [65, ""], ran.stderr.slice(0, 1000));
  assert.match(ran.stderr, /^fetch-with-policy: [^\n]{1,200}\n$/);
  assert.match(ran.stderr, why);
}

test("input that never ends, or has more than 64 MiB, is refused", () => {
  assertUnreadable(run(["explain", "/dev/zero"]), /cannot read \/dev\/zero: it has more than 64 MiB/);
  const endless = spawnSync("sh", ["-c", 'yes "HTTP/1.1 404 x" | "$0" explain', command], { encoding: "utf8", timeout: HANG });
  assertUnreadable({ code: endless.status, stdout: endless.stdout, stderr: endless.stderr }, /cannot read standard input: it has more than 64 MiB/);
  const file = join(installed.folder, "large");
  writeFileSync(file, "");
  truncateSync(file, 600 * 1024 * 1024);
  assertUnreadable(run(["explain", file]), /more than 64 MiB/);
  // As much as is read: neither form, which is another refusal.
  truncateSync(file, 64 * 1024 * 1024);
  assertUnreadable(run(["explain", file]), /neither/);
});

test("JSON that nests deeper than a thousand levels is refused as a report, and a body as others", () => {
  const deep = (/** @type {number} */ depth) => "[".repeat(depth) + "]".repeat(depth);
  const report = (/** @type {number} */ depth) => `{"status":404,"headers":{},"body":${deep(depth)}}`;
  assert.equal(run(["explain", "--json"], report(900)).json.kind, "not_found");
  for (const text of [report(1_000_000), `{"status":404,"headers":[["a",${deep(100_000)}]]}`, har(entry(404)).replace('"application/json"', deep(100_000)), deep(1_000_000)]) {
    assertUnreadable(run(["explain", "--json"], text), /nests deeper than 1000 levels/);
  }
  assert.equal(run(["explain", "--json", "--status", "404"], deep(1_000_000)).json.kind, "not_found");
  // What stands in a string is no level.
  assert.equal(run(["explain", "--json"], JSON.stringify({ status: 404, body: deep(100_000) + '\\"' })).json.kind, "not_found");
});

/** Lines that made an expression start over at each of its places, or overflow its stack. @type {Record<string, string>} */
const HARD = {
  "an end of -v that begins again and again": `< HTTP/1.1 404 x\n{}${"* Connection #1 to host ".repeat(400_000)}`,
  "remarks that connect again and again": `* ${"Connected to ".repeat(800_000)}\n> GET / HTTP/1.1\n> Host: a.example\n\n< HTTP/1.1 404 x\n\n`,
  "empty lines in front": "\n".repeat(10_000_000) + "HTTP/1.1 404 x\n\n{}",
  "locations without number": `HTTP/1.1 302 x\n${"location:a/\n".repeat(1_000_000)}\nHTTP/1.1 404 x\n\n{}`,
  "redirects without number": `${"HTTP/1.1 302 x\nlocation:a/\n\n".repeat(300_000)}HTTP/1.1 404 x\n\n{}`,
};
for (const [what, text] of Object.entries(HARD)) {
  test(`${what}: it is read in linear time`, () => {
    const ran = spawnSync(command, ["explain", "--json", "--url", "https://a.example/"], { input: text, encoding: "utf8", timeout: HANG });
    assert.deepEqual([ran.error, ran.status, ran.stderr], [undefined, 10, ""]);
  });
}
