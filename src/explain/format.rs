//! Names of envelopes and of proxies' pages, each by signs in a table.
//!
//! A name is for the reader of an explanation and for catalogs; what an envelope says is read by shape, whatever its name.

use super::Report;
use super::harvest::{Harvest, Said};
use super::scan::{find, has, head, until, words};
use crate::syntax::json::{Kind, Node};

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
        let path = until(sign, b":=");
        let want = sign.get(path.len()..).unwrap_or("");
        let node = root.pointer(path);
        match want.as_bytes() {
            [] => node.exists(),
            [b'=', ..] => want.get(1..) == Some(node.text()),
            [_, b's'] => node.kind() == Kind::String,
            [_, b'n'] => node.kind() == Kind::Number,
            [_, b'a'] => node.kind() == Kind::Array,
            [_, b'o'] => node.kind() == Kind::Object,
            _ => matches!(node.kind(), Kind::True | Kind::False),
        }
    };
    FORMATS.iter().find(|(_, signs)| words(signs).all(fits)).map_or("json", |(name, _)| name)
}

/// Tells the page or text of a known proxy, and the code that Cloudflare writes into its own.
pub fn proxy(out: &mut Harvest<'_>, report: &Report<'_>) {
    if report.status.unwrap_or(0) < 400 {
        return;
    }
    let front = head(out.body, 8192);
    if let Some((format, _)) = PROXIES.iter().find(|(_, sign)| has(front, sign)) {
        out.format = format;
    }
    if report.header("server") == "cloudflare" {
        let sign = ["error code: ", " | "].iter().find_map(|sign| Some(find(front, sign, 0)? + sign.len()));
        let Some(start) = sign else { return };
        let code = until(front.get(start..).unwrap_or(""), b" :<\r\n");
        out.format = "cloudflare_edge";
        out.code = Said { text: code, span: Some((start, start + code.len())), literal: true };
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
            assert_eq!(of_json(parse(text).root(), false), name, "{text}");
        }
    }
}
