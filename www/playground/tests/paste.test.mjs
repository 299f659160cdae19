import assert from "node:assert/strict";
import { test } from "node:test";
import { parseCurl } from "../../../pkg-template/bin/curl.js";
import { readPaste as readWith } from "../paste.js";

const readPaste = (text) => readWith(text, parseCurl);

const CURL = "HTTP/1.1 100 Continue\r\n\r\nHTTP/2 429 \r\ncontent-type: application/json\r\nretry-after: 30\r\n\r\n{\"message\":\r\n\"slow down\"}";
const VERBOSE = `* Connected to api.example.com (192.0.2.7) port 443
> POST /v1/items?x=1 HTTP/2
> Host: api.example.com
>
* a remark of curl's
< HTTP/2 422
< content-type: application/json
<
{"errors":[]}
* Connection #0 to host api.example.com left intact`;

test("what curl -i printed is read: the last head, its headers, the body as it is", () => {
  assert.deepEqual(readPaste(CURL), {
    status: "429",
    headers: "content-type: application/json\nretry-after: 30",
    body: '{"message":\r\n"slow down"}',
  });
});

test("what curl -v printed is read without its marks and remarks, with what was asked", () => {
  assert.deepEqual(readPaste(VERBOSE), {
    status: "422",
    headers: "content-type: application/json",
    body: '{"errors":[]}',
    method: "POST",
    url: "https://api.example.com/v1/items?x=1",
  });
});

test("a command in front, and remarks that were not copied, change nothing", () => {
  const copied = `$ curl -v https://api.example.com/v1/items?x=1\n${VERBOSE.replace(/^\*.*\n|\n\*.*$/gm, "")}`;
  assert.deepEqual(readPaste(copied), readPaste(VERBOSE));
});

for (const [title, value, expected] of [
  ["a report", { status: 404, headers: { a: "1" }, body: "x", method: "get", url: "https://a/" }, { status: "404", headers: "a: 1", body: "x", method: "GET", url: "https://a/" }],
  ["pairs of headers and a parsed body", { status: 400, headers: [["a", "1"]], body: { error: 1 } }, { status: "400", headers: "a: 1", body: '{"error":1}' }],
  [
    "an entry of a HAR",
    { request: { method: "PUT", url: "https://a/b" }, response: { status: 409, headers: [{ name: "a", value: "1" }], content: { text: "taken" } } },
    { status: "409", headers: "a: 1", body: "taken", method: "PUT", url: "https://a/b" },
  ],
  ["an error of axios", { config: { method: "post", url: "/x" }, response: { status: 500, data: { m: 1 } } }, { status: "500", headers: "", body: '{"m":1}', method: "POST", url: "/x" }],
]) {
  test(`JSON is read: ${title}`, () => assert.deepEqual(readPaste(JSON.stringify(value)), expected));
}

test("what is neither is told apart", () => {
  for (const text of ["", "hello", "{}", "[]", "null", '{"status":"ok"}', "HTTP/1.1 oops"]) assert.equal(readPaste(text), undefined, text);
});

test("of a HAR the last entry that failed is read, else the last", () => {
  const entry = (/** @type {number} */ status) => ({ request: { method: "GET", url: `https://api.example.com/${status}` }, response: { status, headers: [{ name: "retry-after", value: "5" }], content: { text: "{}" } } });
  const read = (/** @type {number[]} */ ...statuses) => readPaste(JSON.stringify({ log: { version: "1.2", entries: statuses.map(entry) } }));
  assert.deepEqual(read(429, 503, 200), { status: "503", headers: "retry-after: 5", body: "{}", method: "GET", url: "https://api.example.com/503" });
  assert.equal(read(200, 204)?.status, "204");
  assert.equal(read(), undefined);
});
