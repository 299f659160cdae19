//! Names of envelopes and of proxies' pages, each by signs in a table.
//!
//! A name is for the reader of an explanation and for catalogs; what an envelope says is read by shape, whatever its name.

use super::Report;
use super::harvest::{Harvest, Said};
use crate::syntax::json::{Kind, Node};
use crate::syntax::markup;
use alloc::string::ToString;

/// Envelopes: name, and the JSON pointers that must be there (`=word`: with this value; `:s`, `:n`, `:a`, `:o`: of this type). First match counts.
const FORMATS: &[(&str, &str)] = &[
    ("unit21", "/code:n /status=failure"),
    ("unit21", "/code:n /message/error_code:s"),
    ("unit21", "/status=success /content"),
    ("google_rpc", "/error/code:n /error/status:s"),
    ("google_rpc", "/error/code:n /error/errors:a"),
    ("stripe", "/error/doc_url:s"),
    ("facebook", "/error/fbtrace_id"),
    ("anthropic", "/type=error /error/type:s"),
    ("openai", "/error/param /error/type"),
    ("elasticsearch", "/error/root_cause"),
    ("odata", "/error/innererror"),
    ("odata", "/error/target"),
    ("github", "/documentation_url"),
    ("json_rpc", "/jsonrpc /error:o"),
    ("kubernetes", "/kind=Status /apiVersion"),
    ("slack", "/ok:b /error:s"),
    ("cloudflare_api", "/success:b /errors:a"),
    ("graphql", "/errors/0/message:s /data"),
    ("graphql", "/errors/0/message:s /errors/0/extensions"),
    ("graphql", "/errors/0/message:s /errors/0/locations"),
    ("docker_registry", "/errors/0/code:s /errors/0/message:s"),
    ("json_api", "/errors/0/source"),
    ("problem_details", "/type:s /title:s"),
    ("problem_details", "/title:s /status:n"),
    ("aws", "/__type"),
    ("salesforce", "/0/errorCode"),
    ("okta", "/errorCode /errorSummary"),
    ("twilio", "/more_info /code:n"),
    ("postgrest", "/code /details /hint /message"),
    ("spring", "/timestamp /status /path"),
    ("nestjs", "/statusCode:n /message"),
    ("notion", "/object=error"),
    ("fastapi", "/detail/0/loc"),
    ("oauth2", "/error:s /error_description"),
    ("couchdb", "/error:s /reason:s"),
    ("discord", "/code:n /errors:o"),
    ("discord", "/retry_after:n /global:b"),
    ("laravel", "/message:s /errors:o"),
    ("gitlab", "/message:o"),
    ("drf", "/non_field_errors:a"),
    ("error_object", "/error:o"),
    ("errors_array", "/errors:a"),
    ("errors_map", "/errors:o"),
    ("drf", "/detail:s"),
    ("message", "/message"),
    ("message", "/error:s"),
];

/// Pages of what stands between client and API: format, and a sign in the page or the Server header.
const PROXIES: &[(&str, &str)] = &[
    ("nginx", "<center>nginx"),
    ("nginx", "<center>openresty"),
    ("envoy", "upstream connect error"),
    ("heroku", "herokucdn.com"),
    ("cloudflare_edge", "cloudflare"),
    ("awselb", "awselb"),
    ("haproxy", "no server is available to handle this request"),
    ("varnish", "varnish cache server"),
    ("apache", "<address>apache"),
    ("vercel", "an error occurred with your deployment"),
    ("iis", "microsoft-azure-application-gateway"),
];

/// The envelope's name; `problem` if the Content-Type says problem details.
pub fn of_json(root: Node<'_>, problem: bool) -> &'static str {
    if problem {
        return "problem_details";
    }
    let fits = |sign: &str| {
        let (path, want) = sign.find([':', '=']).map_or((sign, ""), |at| sign.split_at(at));
        let Some(node) = root.pointer(path) else { return false };
        match (want, node.kind()) {
            ("", _)
            | (":s", Kind::String)
            | (":n", Kind::Number)
            | (":a", Kind::Array)
            | (":o", Kind::Object)
            | (":b", Kind::Bool(_)) => true,
            _ => want.starts_with('=') && node.text().is_some_and(|text| want.get(1..) == Some(&*text)),
        }
    };
    FORMATS.iter().find(|(_, signs)| signs.split(' ').all(fits)).map_or("json", |(name, _)| name)
}

/// Tells the page or text of a known proxy, and the code that Cloudflare writes into its own.
pub fn proxy(out: &mut Harvest<'_>, report: &Report<'_>) {
    let failed = report.status.is_some_and(|status| status >= 400);
    let head = out.body.get(..out.body.floor_char_boundary(8192)).unwrap_or("");
    let known = PROXIES.iter().find(|(_, sign)| markup::find(head, sign, 0).is_some());
    if let Some((format, _)) = known.filter(|_| failed) {
        out.format = format;
    }
    let edge = ["error code: ", "| 52"].iter().find_map(|sign| Some((sign.len(), markup::find(head, sign, 0)?)));
    if failed
        && report.headers.find("server") == Some("cloudflare")
        && let Some((length, at)) = edge
    {
        out.format = "cloudflare_edge";
        let start = if length == 4 { at + 2 } else { at + length };
        let code = head.get(start..).unwrap_or("");
        let end = start + code.find(|char: char| !char.is_ascii_digit()).unwrap_or(code.len());
        out.code = Some(Said {
            text: head.get(start..end).unwrap_or("").to_string(),
            span: Some((start, end)),
            literal: true,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::json::parse;

    #[test]
    fn an_envelope_is_named_by_its_most_certain_sign() {
        for (text, name) in [
            (r#"{"error":{"code":"X","message":"m"}}"#, "error_object"),
            (r#"{"error":{"code":404,"status":"NOT_FOUND"}}"#, "google_rpc"),
            (r#"{"code":500,"message":"m","status":"failure"}"#, "unit21"),
            (r#"{"kind":"Status","apiVersion":"v1","status":"Failure"}"#, "kubernetes"),
            (r#"{"errors":[{"message":"m"}],"data":null}"#, "graphql"),
            (r#"{"message":"m"}"#, "message"),
            (r#"{"other":1}"#, "json"),
            ("[]", "json"),
        ] {
            assert_eq!(of_json(parse(text).root().unwrap(), false), name, "{text}");
        }
    }
}
