//! Under which names an answer has its code, its messages, its request's id and its documentation, and what may be one.

use crate::explain::read::body::Said;
use crate::explain::read::keys::keys;
use crate::explain::read::levels::loose;
use crate::explain::scan::{has, until};
use crate::syntax::json::{Kind, Node};
use crate::syntax::number;

pub const CODES: &[u8] = keys!(
    "code error_code errorCode Code errcode errorcode ErrorCode errCode __type reason type name errorId category error status id"
);
pub const MESSAGES: &[u8] = keys!(
    "message detail error_description errorSummary description Message msg title error reason faultstring errors errorMessages non_field_errors messages"
);
// Rarer names, and ids, by their letters and digits alone.
pub const LOOSE_CODES: &[&str] = &[
    "errortype",
    "errornumber",
    "errorname",
    "serviceerrorcode",
    "statuscode",
    "resultcode",
    "returncode",
    "responsecode",
    "reasoncode",
    "ecode",
    "errorclass",
];
pub const LOOSE_MESSAGES: &[&str] = &[
    "errormessage",
    "errorsummary",
    "errormsg",
    "errmsg",
    "errormessages",
    "errortext",
    "errordetail",
    "statusmessage",
    "resultmessage",
    "responsemessage",
    "developermessage",
    "displaymessage",
    "detail",
    "title",
    "err",
    "info",
];
const IDS: &[&str] = &["requestid", "correlationid", "errorid", "traceid", "fbtraceid", "debugid"];
pub const ID_HEADERS: &str = "x-request-id request-id x-amzn-requestid x-amz-request-id x-ms-request-id x-github-request-id cf-ray x-vercel-id x-correlation-id traceparent";
/// Those of what stands in front of an API, which know less of the request than the body.
pub const EDGE_IDS: &str = "x-nf-request-id x-amz-cf-id x-trace-id x-cloud-trace-context x-fb-trace-id";
pub const CODE_HEADERS: &str = "x-amzn-errortype x-ms-error-code x-vercel-error";
pub const DOCS: &[u8] = keys!("doc_url documentation_url more_info help errorLink error_uri type url link");

/// The first of `IDS` that `level` has.
pub fn id_of(level: Node<'_>) -> &str {
    let known = IDS.iter().copied().map(|word| loose(level, word).text());
    // `acme_trace_id`
    let alike = level.children().filter(|member| member.key().ends_with("_trace_id")).map(Node::text);
    known.chain(alike).find(|text| !text.is_empty()).unwrap_or("")
}

/// AWS writes `namespace#Name:address`; only the name is the code.
pub fn bare_type(text: &str) -> &str {
    let space = until(text, b"#");
    let name = if has(space, "//") { text } else { text.get(space.len() + 1..).unwrap_or(text) };
    if has(name, ":http") { until(name, b":") } else { name }
}

/// `UPPER_SNAKE`, as codes are written.
pub fn is_constant(text: &str) -> bool {
    text.len() > 3
        && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
        && number::whole(text).is_none()
}

/// `node` as a code; nothing if it is none, repeats the status or only says that something failed.
#[inline(never)]
pub fn code_of(node: Node<'_>, status: u16) -> Said<'_> {
    if !node.exists() {
        return Said::default();
    }
    let text = bare_type(if node.kind() == Kind::Number { node.word() } else { node.text() });
    let idle = matches!(text, "" | "error" | "Error" | "failure" | "fail" | "failed" | "Failure" | "0")
        || text.len() > 128
        || text.bytes().any(|byte| byte.is_ascii_whitespace())
        || number::whole(text) == Some(i64::from(status));
    if idle { Said::default() } else { said(node, text) }
}

#[inline(never)]
pub fn said<'d>(node: Node<'d>, text: &'d str) -> Said<'d> {
    Said { text, span: Some(node.span()), literal: node.literal() && node.text().len() == text.len() }
}
