// @ts-check
/**
 * Every row of every table and example in the four documents that the explainer was built from.
 *
 * One entry a document; what its rows share (provider, method, URL, JSON as content type) is written once.
 * Ids are those of the explainer's own cases. `implied` marks a body that the document describes and does not quote.
 * The instants of 2014 are the document's own; rows with one carry a Date 30 s before it, since a reset means nothing
 * without a clock.
 */

/**
 * @typedef {{ id: string, source: string, label: string, status: number, headers: Record<string, string>, body: string,
 *   method: string, url: string, provider: string | null, implied: boolean }} Row
 */

const DATE = "Tue, 11 Mar 2014 02:50:44 GMT";
const QUOTA_OF_2014 = {
  "x-ratelimit-limit": "1200",
  "x-ratelimit-reset": "1394506274",
  "x-ratelimit-bucket": "abc123",
  "date": DATE,
};
const RATE_LIMIT_EXCEEDED =
  '{"error":{"code":"RATE_LIMIT_EXCEEDED",' +
  '"message":"You have exceeded your allowed request rate. Please try again later."}}';
const INSUFFICIENT_BALANCE =
  '{"error":{"code":"INSUFFICIENT_BALANCE",' +
  '"message":"Your account balance is insufficient to complete this transaction.",' +
  '"details":{"required":"100.00","available":"50.50"}}}';

/**
 * What a row says for itself; the rest is its document's.
 * @typedef {Pick<Row, "id" | "status" | "label" | "body"> & Partial<Row>} Own
 */

/** @type {(Pick<Row, "source" | "provider" | "method" | "url"> & { rows: Own[] })[]} */
const documents = [
  {
    source: "Clever: API responses and error messages",
    provider: "clever",
    method: "GET",
    url: "https://api.clever.com/v3.0/students",
    rows: [
      { id: "s000-200", status: 200, label: "Success", body: '{"data":[]}', implied: true },
      { id: "s000-400", status: 400, label: "Bad request", body: '{"message":"Bad request"}', implied: true },
      {
        id: "s000-400-invalid-grant", status: 400, label: "Invalid grant: invalid code", method: "POST",
        url: "https://clever.com/oauth/tokens", body: '{"error":"Invalid grant: invalid code"}', implied: true,
      },
      {
        id: "s000-400-invalid-grant-oauth", status: 400, label: "Invalid grant, as RFC 6749 words it", method: "POST",
        url: "https://clever.com/oauth/tokens", body: '{"error":"invalid_grant","error_description":"invalid code"}',
        implied: true,
      },
      { id: "s000-401", status: 401, label: "Invalid auth", body: '{"message":"Invalid auth"}', implied: true },
      {
        id: "s000-404", status: 404, label: "Resource not available", url: "https://api.clever.com/v3.0/students/123",
        body: '{"message":"Resource not found"}', implied: true,
      },
      {
        id: "s000-413", status: 413, label: "Request entity too large, limit=20000",
        url: "https://api.clever.com/v3.0/students?limit=20000", body: '{"message":"Request entity too large"}',
        implied: true,
      },
      {
        id: "s000-413-nolimit", status: 413, label: "Request entity too large, no limit given", headers: {}, body: "",
        implied: true,
      },
      {
        id: "s000-200-quota", status: 200, label: "Success, with the rate-limit headers",
        url: "https://api.clever.com/v1.2/students/123",
        headers: { "content-type": "application/json", ...QUOTA_OF_2014, "x-ratelimit-remaining": "1199" },
        body: '{"data":{"id":"123"}}', implied: true,
      },
      {
        id: "s000-429", status: 429, label: "Rate limit exceeded", url: "https://api.clever.com/v1.2/students/123",
        headers: { ...QUOTA_OF_2014, "x-ratelimit-remaining": "0" },
        body: "",
      },
      {
        id: "s000-429-noheaders", status: 429, label: "Rate limit exceeded, headers hidden by CORS", headers: {},
        body: "",
      },
      {
        id: "s000-500", status: 500, label: "Clever API failure", body: '{"message":"Clever API failure"}',
        implied: true,
      },
      {
        id: "s000-502", status: 502, label: "Clever API failure", body: '{"message":"Clever API failure"}',
        implied: true,
      },
      {
        id: "s000-503", status: 503, label: "Clever API failure", body: '{"message":"Clever API failure"}',
        implied: true,
      },
      {
        id: "s000-501", status: 501, label: "Not implemented", method: "POST", body: '{"message":"Not implemented"}',
        implied: true,
      },
      {
        id: "s000-html-404", status: 404, label: "HTML: endpoint that does not exist",
        url: "https://api.clever.com/v3.0/classes", headers: { "content-type": "text/html; charset=utf-8" },
        body: '<!DOCTYPE html><html><head><title>Page not found</title></head><body><h1>404</h1></body></html>',
        implied: true,
      },
      {
        id: "s000-html-200", status: 200, label: "HTML: wrong token type for the endpoint",
        url: "https://api.clever.com/v3.0/courses", headers: { "content-type": "text/html" },
        body: "<!doctype html>\n<html><head><title>Clever | Log in</title></head><body></body></html>", implied: true,
      },
    ],
  },
  {
    source: "Clever LMS Connect: grade passback errors",
    provider: "clever",
    method: "POST",
    url: "https://api.clever.com/v3.1/sections/5f/assignments",
    rows: [
      {
        id: "s001-01-missing-fields", status: 400, label: "Required fields missing",
        body: '{"message":"missing required field(s): title, description, due_date"}',
      },
      {
        id: "s001-02-empty-body", status: 400, label: "No request body",
        body: '{"message":"request body is required, but was empty"}',
      },
      {
        id: "s001-03-due-date-past", status: 400, label: "Due date in the past",
        body: '{"message":"due_date must be in the future"}',
      },
      {
        id: "s001-04-text-body", status: 400, label: "Invalid character in the request body",
        headers: { "content-type": "text/plain; charset=utf-8" }, body: "Invalid character ' ' in string escape code",
      },
      {
        id: "s001-04-text-body-labelled-json", status: 400, label: "The same text, labelled as JSON",
        body: "Invalid character ' ' in string escape code",
      },
      {
        id: "s001-05-enum", status: 400, label: "No value for submission_types",
        body: String.raw`{"message":"validation failure list:\nsubmission_types.0 in body should be one of [link file text discussion]"}`,
      },
      {
        id: "s001-05-enum-double-escaped", status: 400, label: "The same, newline escaped twice",
        body: String.raw`{"message":"validation failure list:\\nsubmission_types.0 in body should be one of [link file text discussion]"}`,
      },
      {
        id: "s001-06-comma", status: 400, label: "A comma where a value belongs",
        body: `{"message":"invalid character ',' looking for beginning of value"}`,
      },
      {
        id: "s001-07-colon", status: 400, label: "Invalid JSON formatting",
        body: `{"message":"invalid character ':' after object key:value pair"}`,
      },
      {
        id: "s001-08-invalid-id", status: 400, label: "Invalid assignment ID", method: "GET",
        url: "https://api.clever.com/v3.1/sections/5f/assignments/not-an-id", body: '{"message":"INVALID_ID"}',
      },
      {
        id: "s001-09-person-not-found", status: 400, label: "Invalid teacher ID for grader_id", method: "PATCH",
        url: "https://api.clever.com/v3.1/sections/5f/assignments/6a/submissions/7b",
        body: '{"message":"NOT_FOUND: Person with id clever:{{lms_canvas_demo_teacher_id}} not found for this integration."}',
      },
      {
        id: "s001-10-day-out-of-range", status: 400, label: "Due date moved into the past", method: "PATCH",
        body: String.raw`{"message":"parsing time \"YYYY-MM-DD\": day out of range"}`,
      },
      {
        id: "s001-11-no-auth", status: 401, label: "No District-app token",
        body: '{"message": "No authorization provided"}',
      },
      {
        id: "s001-12-bad-token", status: 403, label: "Incorrect or invalid token",
        body: '{"message": "Could not authorize token"}',
      },
      {
        id: "s001-13-deleted", status: 404, label: "Assignment was deleted", method: "GET",
        body: '{"message":"Assignment does not exist"}',
      },
      {
        id: "s001-14-user-not-found", status: 404, label: "User not enrolled or not assigned", method: "GET",
        body: '{"message":"User not found"}',
      },
      { id: "s001-15-method", status: 405, label: "Unsupported HTTP method", method: "PUT", headers: {}, body: "" },
    ],
  },
  {
    source: "Unit21: responses and errors",
    provider: "unit21",
    method: "POST",
    url: "https://api.unit21.com/v1/entities/create",
    rows: [
      {
        id: "s002-success", status: 200, label: "Success",
        body: '{ "status": "success", "content": "... API response goes here ..." }',
      },
      {
        id: "s002-500-body", status: 500, label: "Internal Server Error",
        body: '{ "code": 500, "message": "Internal Server Error", "status": "failure" }',
      },
      {
        id: "s002-400-object-message", status: 400, label: "Bad Request: 'offset' is required",
        body: `{ "code": 400, "message": {"error_code":"invalid_input","message":["'offset' is a required property"]}}`,
      },
      {
        id: "s002-400-row", status: 400, label: "Bad Request",
        body: '{"code":400,"message":"Bad Request","status":"failure"}', implied: true,
      },
      {
        id: "s002-401-row", status: 401, label: "Unauthorized",
        body: '{"code":401,"message":"Unauthorized","status":"failure"}', implied: true,
      },
      {
        id: "s002-403-row", status: 403, label: "Forbidden",
        body: '{"code":403,"message":"Forbidden","status":"failure"}', implied: true,
      },
      {
        id: "s002-404-row", status: 404, label: "Not Found",
        body: '{"code":404,"message":"Not Found","status":"failure"}', implied: true,
      },
      {
        id: "s002-405-row", status: 405, label: "Method Not Allowed",
        body: '{"code":405,"message":"Method Not Allowed","status":"failure"}', implied: true,
      },
      {
        id: "s002-409-row", status: 409, label: "Conflict",
        body: '{"code":409,"message":"Conflict","status":"failure"}', implied: true,
      },
      {
        id: "s002-503-row", status: 503, label: "Down for maintenance",
        body: '{"code":503,"message":"Service Unavailable","status":"failure"}', implied: true,
      },
      {
        id: "s002-429-row", status: 429, label: "Request rate limit reached",
        body: '{"code":429,"message":"Too Many Requests","status":"failure"}', implied: true,
      },
      {
        id: "s002-423-row", status: 423, label: "Object is still being updated",
        body: '{"code":423,"message":"Locked","status":"failure"}', implied: true,
      },
    ],
  },
  {
    source: "An API with error objects: error codes",
    provider: null,
    method: "GET",
    url: "https://api.example.com/v1/orders",
    rows: [
      {
        id: "s003-400", status: 400, label: "Missing required parameter",
        body: `{"error":{"code":"INVALID_REQUEST","message":"Missing required 'user_id' parameter."}}`,
      },
      {
        id: "s003-401", status: 401, label: "Credentials not provided or invalid",
        body: '{"error":{"code":"UNAUTHENTICATED","message":"Authentication credentials not provided or invalid."}}',
      },
      {
        id: "s003-403", status: 403, label: "Permission denied",
        body: '{"error":{"code":"PERMISSION_DENIED","message":"You do not have permission to perform this action."}}',
      },
      {
        id: "s003-404", status: 404, label: "Resource not found",
        body: '{"error":{"code":"RESOURCE_NOT_FOUND","message":"The requested resource could not be found."}}',
      },
      {
        id: "s003-429", status: 429, label: "Rate limit exceeded",
        body: RATE_LIMIT_EXCEEDED,
      },
      {
        id: "s003-429-retry-after", status: 429, label: "Rate limit exceeded, Retry-After in seconds",
        headers: { "content-type": "application/json", "retry-after": "30" },
        body: RATE_LIMIT_EXCEEDED,
      },
      {
        id: "s003-429-retry-after-date", status: 429, label: "Rate limit exceeded, Retry-After as a date",
        headers: { "content-type": "application/json", "retry-after": "Tue, 11 Mar 2014 02:51:14 GMT", "date": DATE },
        body: RATE_LIMIT_EXCEEDED,
      },
      {
        id: "s003-500", status: 500, label: "Internal server error",
        body: '{"error":{"code":"INTERNAL_SERVER_ERROR","message":"An unexpected error occurred. Please try again later or contact support if the problem persists."}}',
      },
      {
        id: "s003-503", status: 503, label: "Service unavailable",
        body: '{"error":{"code":"SERVICE_UNAVAILABLE","message":"The service is temporarily unavailable. Please try again later."}}',
      },
      {
        id: "s003-custom-400", status: 400, label: "Insufficient balance, under 400", method: "POST",
        url: "https://api.example.com/api/v1/users",
        body: INSUFFICIENT_BALANCE,
      },
      {
        id: "s003-custom-402", status: 402, label: "Insufficient balance, under 402", method: "POST",
        url: "https://api.example.com/api/v1/users",
        body: INSUFFICIENT_BALANCE,
      },
      {
        id: "s003-custom-409", status: 409, label: "Insufficient balance, under 409", method: "POST",
        url: "https://api.example.com/api/v1/users",
        body: INSUFFICIENT_BALANCE,
      },
      {
        id: "s003-custom-422", status: 422, label: "Insufficient balance, under 422", method: "POST",
        url: "https://api.example.com/api/v1/users",
        body: INSUFFICIENT_BALANCE,
      },
    ],
  },
];

/** @type {Row[]} */
export const rows = documents.flatMap(({ rows, ...shared }) =>
  rows.map((row) => ({ headers: { "content-type": "application/json" }, implied: false, ...shared, ...row })),
);
