// @ts-check
// formatExplanation: what it shows, what it escapes, and that nothing makes it throw but a form that there is not.
import assert from "node:assert/strict";
import test from "node:test";
import { PolicyOptionError, explain, formatExplanation } from "fetch-with-policy";

/** @type {("text" | "markdown" | "html")[]} */
const FORMS = ["text", "markdown", "html"];
const SAMPLE = explain({
  status: 422,
  headers: { "x-request-id": "req-7", "content-type": "application/json" },
  body: JSON.stringify({
    message: "The given data was invalid.",
    documentation_url: "https://docs.example.com/errors?id=(1)",
    errors: { "items.0.price": ["The price must be a number."] },
  }),
  now: 0,
});

test("each form shows the title, what happened, causes, fields, the verdict and the API's words", () => {
  for (const as of FORMS) {
    const shown = formatExplanation(SAMPLE, { as }).replaceAll("\\", "");
    const parts = ["Validation failed", "422", "What happened", "likely", "What to do", "never, unless", "items.0.price", "Please check your input", "The given data was invalid.", "req-7"];
    for (const part of parts) assert.ok(shown.includes(part), `${as}: ${part}\n${shown}`);
  }
  assert.equal(formatExplanation(SAMPLE), formatExplanation(SAMPLE, { as: "text" }));
});

test("every verdict is said in words, with its times and where they come from", () => {
  const verdicts = [
    [{ verdict: "none" }, /nothing to retry/],
    [{ verdict: "never", until: "it is mended" }, /never, unless it is mended/],
    [{ verdict: "backoff", baseDelay: 1500, maxTries: 5, requiresIdempotency: true }, /1\.5 s first.*5 tries.*no harm/],
    [{ verdict: "after", delay: 250, source: "retry-after" }, /in 250 ms, as retry-after says/],
    [{ verdict: "at-reset", delay: 600_000, resetAt: 1_795_305_600_000, source: "x-ratelimit-reset" }, /in 10 min \(2026-11-22T00:00:00Z\)/],
    [{ verdict: "at-reset", delay: 7_200_000, resetAt: null, source: "x" }, /resets, in 2 h, as x says/],
    [{ verdict: "after-reauth", how: "step-up" }, /new credentials: step up/],
    [{ verdict: "soon", delay: 3000, maxTries: 3 }, /in 3 s, 3 tries/],
    [{ verdict: "when-online" }, /online again/],
  ];
  for (const [retry, expected] of verdicts) assert.match(formatExplanation(/** @type {any} */ ({ ...SAMPLE, retry })), /** @type {RegExp} */ (expected));
});

test("the documentation is linked in Markdown and HTML, and to http and https alone", () => {
  const api = (/** @type {string} */ docsUrl) => /** @type {any} */ ({ ...SAMPLE, api: { docsUrl } });
  assert.match(formatExplanation(SAMPLE, { as: "markdown" }), /\]\(https:\/\/docs\.example\.com\/errors\?id=%281%29\)/);
  assert.match(formatExplanation(SAMPLE, { as: "html" }), /<a href="https:\/\/docs\.example\.com\/errors\?id=%281%29" rel="noopener noreferrer">/);
  for (const url of ["javascript:alert(1)", "data:text/html,x", " java\nscript:x", "//host/x", "https://bank.example@evil.example/", "vbscript:x", "file:///x"]) {
    assert.doesNotMatch(formatExplanation(api(url), { as: "html" }), /<a[ >]/, url);
    assert.doesNotMatch(formatExplanation(api(url), { as: "markdown" }), /(^|[^\\])\]\(/, url);
  }
  const tricky = formatExplanation(api('https://h.example/")<b>`|[x](y)?"onclick=\'z'), { as: "html" });
  assert.deepEqual(tricky.match(/<a [^>]*>/g)?.length, 1);
  assert.doesNotMatch(tricky, /<b>`|"onclick/);
});

test("a form that there is not is refused by name", () => {
  for (const as of ["pdf", "toString", "", 1, Symbol("x"), {}]) {
    assert.throws(
      () => formatExplanation(SAMPLE, /** @type {any} */ ({ as })),
      (error) => PolicyOptionError.is(error) && error.field === "as" && /"text", "markdown" or "html"/.test(error.expected),
    );
  }
});

test("anything at all in place of an explanation gives a text", () => {
  const cyclic = /** @type {any} */ ({ causes: [] });
  cyclic.api = { message: cyclic };
  cyclic.causes.push(cyclic);
  const { proxy, revoke } = Proxy.revocable([], {});
  revoke();
  const getter = { get title() { throw new Error("no"); }, causes: proxy, confidence: Symbol("x"), status: 10n };
  const anything = [undefined, null, 0, "x", Symbol("x"), 10n, [], () => 1, proxy, cyclic, getter, { retry: { verdict: {}, delay: NaN } }, { retry: { verdict: "after", delay: -1e99 } }];
  const slots = ["title", "causes", "fields", "notes", "api", "retry", "confidence", "kind", "status", "whatHappened"];
  for (const as of FORMS) {
    for (const one of anything) {
      assert.equal(typeof formatExplanation(/** @type {any} */ (one), { as }), "string");
      for (const slot of slots) assert.equal(typeof formatExplanation(/** @type {any} */ ({ ...SAMPLE, [slot]: one }), { as }), "string");
    }
  }
});

test("lists and texts have a bounded length", () => {
  const huge = /** @type {any} */ ({ ...SAMPLE, notes: Array(5000).fill("n"), whatHappened: "x".repeat(1e6), fields: Array(5000).fill({ path: "p", message: "m" }) });
  for (const as of FORMS) assert.ok(formatExplanation(huge, { as }).length < 20_000);
});

const HOSTILE = [
  "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", '"><svg onload=x>', "' onmouseover='x", "</p></article><b>", "<!-- ", "&lt;b&gt;", "&#60;b&#62;",
  "[a](javascript:alert(1))", "![i](https://evil.example/x.png)", "[a]: https://evil.example", "`code`", "```js", "``x`", "**b** __b__ *i* _i_ ~~s~~", "# h", "- item", "+ item", "12. item", "3) item",
  "| a | b |", "---", "===", "> quote", "<https://evil.example>", "https://evil.example", "www.evil.example", "a\\", "\\[x\\](y)", "@everyone", "$x$", "\n\n# line", "\r- item", "\u2028# x", "\u2029",
  "\u202egnp.exe", "\u2066x\u2069", "\u200fx", "\u061cx", "\u001b[31mred\u001b]8;;https://evil.example\u0007", "\u009b31m", "\u0000", "\ufeff", "\ud800",
];

/** `value` with `text` in place of each text in it. @param {any} value @param {string} text @returns {any} */
function poison(value, text) {
  if (Array.isArray(value)) return value.map((one) => poison(one, text));
  if (typeof value === "object" && value !== null) return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, poison(one, text)]));
  return typeof value === "string" || value === null ? text : value;
}

const FULL = {
  ...SAMPLE, reason: "unknown", provider: "p", notes: ["n"], bucket: "b", entity: { type: "t", id: "i" }, allow: ["GET"], missingScopes: ["s"], details: { a: "b" },
  retry: { verdict: "at-reset", delay: 1, resetAt: 0, source: "s" },
  causes: [{ id: "c", text: "t", confidence: "likely", check: "c", evidence: [{ rule: "r", from: "body", name: "n", text: "t" }] }],
  fields: [{ path: "p", raw: "r", message: "m", in: "body", reason: "r", allowed: ["a"] }],
  api: { code: "c", message: "m", userMessage: "u", requestId: "r", docsUrl: "d", details: { a: ["b"] } },
};

/** The tags that the HTML form has, and no others. */
const TAG = /<\/?(?:article|h3|h4|p|ul|li|b|code)>|<article class="explanation">|<a href="https?:\/\/[^"<>'\s]*" rel="noopener noreferrer">|<\/a>/g;
/** Marks that the Markdown form writes itself, at a line's beginning. */
const FRAME = /^(?:## |### |\d+\. |- |   - )?(?:\*\*(?:\\.|[^*\\`<>[\]_|])*:\*\* )?(?:\[[^\]]*\]\(https?:\/\/[^()<>[\]`|\s]*\)$)?/;
const STEERS = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/;

test("hostile words in every member give no tag, no mark-up and nothing unseen", () => {
  for (const one of HOSTILE) {
    for (const text of [one, `x ${one}`, `${one}${one}`, `https://h.example/${one}`]) {
      const value = { ...poison(FULL, text), fields: poison(FULL.fields, text) };
      value.retry = { ...FULL.retry, source: text };
      for (const as of FORMS) assert.doesNotMatch(formatExplanation(value, { as }), STEERS, `${as}: ${text}`);
      const html = formatExplanation(value, { as: "html" }).replace(TAG, "");
      assert.doesNotMatch(html, /[<>"']/, text);
      for (const line of formatExplanation(value, { as: "markdown" }).split("\n")) {
        const rest = line.replace(FRAME, "");
        const bare = rest.replace(/&(?:amp|lt|gt|quot|#39);/g, "").replace(/\\[!-/:-@[-`{-~]/g, "");
        assert.doesNotMatch(bare, /[`*_[\]{}<>|~#!@$\\]|:\/\/|www\./, `${text}\n${line}`);
        assert.doesNotMatch(rest, /^\s*(?:[-+=]|\d+[.)]|#)/, `${text}\n${line}`);
      }
    }
  }
});

test("the tags of the HTML form are nested as they should be", () => {
  for (const value of [FULL, SAMPLE, {}, poison(FULL, "<ul>")]) {
    const open = [];
    for (const [, end, name] of formatExplanation(/** @type {any} */ (value), { as: "html" }).matchAll(/<(\/?)([a-z0-9]+)[^>]*>/g)) {
      if (end === "") open.push(name);
      else assert.equal(open.pop(), name);
    }
    assert.deepEqual(open, []);
  }
});
