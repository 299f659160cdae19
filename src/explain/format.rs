//! Names of envelopes and of proxies' pages, each by signs in a table.
//!
//! A name is for the reader of an explanation and for catalogs; what an envelope says is read by shape, whatever its name.

use super::Report;
use super::grammar;
use super::harvest::{Harvest, Said};
use super::scan::{after, find, has, head, parts, split, until, words};
use crate::syntax::json::{Kind, Node};

/// Envelopes, one a line: name, and the JSON pointers that must be there (`=a,b`: with one of these values; `:s`, `:n`, `:a`, `:o`: of
/// this type; `~`, up to the end of the line: a text that fits this template). First match counts.
const FORMATS: &str = "\
unit21 /code:n /status=failure\n\
unit21 /code:n /message/error_code:s\n\
unit21 /status=success /content\n\
google_rpc /error/code:n /error/status:s\n\
google_rpc /error/code:n /error/errors:a\n\
stripe /error/doc_url:s\n\
stripe /error/decline_code\n\
stripe /error/request_log_url\n\
facebook /error/fbtrace_id\n\
anthropic /type=error /error/type:s\n\
openai /error/param /error/code /error/type\n\
stripe /error/type~*_error\n\
trpc /error/data/httpStatus\n\
elasticsearch /error/root_cause\n\
odata /error/innererror\n\
odata /error/innerError\n\
odata /error/target\n\
odata /error/details/0/target\n\
github /documentation_url\n\
json_rpc /jsonrpc /error:o\n\
kubernetes /kind=Status /apiVersion\n\
hubspot /category:s /correlationId:s\n\
slack /ok:b /error:s\n\
cloudflare_api /success:b /errors:a\n\
graphql /errors/0/message:s /data\n\
graphql /errors/0/message:s /errors/0/extensions\n\
graphql /errors/0/message:s /errors/0/locations\n\
docker_registry /errors/0/code:s /errors/0/message:s\n\
twitter /errors/0/code:n /errors/0/message:s\n\
json_api /errors/0/source\n\
json_api /jsonapi\n\
problem_details /type:s /title:s\n\
problem_details /title:s /status:n\n\
aws /__type\n\
salesforce /0/errorCode\n\
okta /errorCode /errorSummary\n\
auth0 /statusCode:n /errorCode:s\n\
twilio /more_info /code:n\n\
postgrest /code /details /hint /message\n\
spring /timestamp /status /path\n\
nestjs /statusCode:n /message\n\
notion /object=error\n\
fastapi /detail/0/loc\n\
oauth2 /error:s /error_description\n\
oauth2 /error=invalid_request,invalid_client,invalid_grant,invalid_scope,invalid_token,insufficient_scope,unauthorized_client,unsupported_grant_type,access_denied,authorization_pending,slow_down,expired_token\n\
zendesk /error:s /description:s\n\
couchdb /error:s /reason:s\n\
discord /code:n /errors:o\n\
discord /retry_after:n /global:b\n\
laravel /message:s /errors:o\n\
gitlab /message:o\n\
gitlab /message~40* *\n\
gitlab /error~* is missing*\n\
atlassian /errorMessages:a\n\
symfony /violations/0/propertyPath\n\
connect /code=canceled,unknown,invalid_argument,deadline_exceeded,not_found,already_exists,permission_denied,resource_exhausted,failed_precondition,aborted,out_of_range,unimplemented,internal,unavailable,data_loss,unauthenticated\n\
drf /non_field_errors:a\n\
error_object /error:o\n\
errors_array /errors:a\n\
errors_map /errors:o\n\
drf /detail:s /code:s\n\
drf /detail~*.\n\
drf /detail~json parse error*\n\
fastapi /detail:s\n\
message /message\n\
message /error:s\n\
";

/// Pages of what stands between client and API, one a line: format, and a sign in the page or the Server header.
const PROXIES: &str = "\
nginx <center>nginx\n\
nginx <center>openresty\n\
envoy upstream connect error\n\
envoy upstream request timeout\n\
envoy no healthy upstream\n\
envoy local_rate_limited\n\
express <title>error</title>\n\
heroku herokucdn.com\n\
cloudflare_edge cloudflare\n\
haproxy no server is available to handle this request\n\
varnish varnish cache server\n\
apache <address>apache\n\
vercel an error occurred with your deployment\n\
iis microsoft-azure-application-gateway\n\
";

/// The envelope's name; some are told by the Content-Type, `media`.
pub fn of_json(root: Node<'_>, media: &str) -> &'static str {
    for (sign, name) in [("problem+", "problem_details"), ("vnd.api+", "json_api")] {
        if has(media, sign) {
            return name;
        }
    }
    let fits = |sign: &str| {
        let path = until(sign, b":=~");
        let want = after(sign, path.len());
        let node = root.pointer(path);
        match want.as_bytes() {
            [] => node.exists(),
            [b'=', ..] => !node.text().is_empty() && parts(after(want, 1), b',').any(|word| word == node.text()),
            [b'~', ..] => !node.text().is_empty() && grammar::matches(after(want, 1), node.text()).is_some(),
            [_, b's'] => node.kind() == Kind::String,
            [_, b'n'] => node.kind() == Kind::Number,
            [_, b'a'] => node.kind() == Kind::Array,
            [_, b'o'] => node.kind() == Kind::Object,
            _ => matches!(node.kind(), Kind::True | Kind::False),
        }
    };
    let holds = |row: &&str| {
        let plain = until(row, b"~");
        // The blanks of a template part no signs.
        let (signs, template) =
            if plain.len() < row.len() { ("", after(row, until(row, b" ").len() + 1)) } else { (*row, "") };
        words(signs).skip(1).all(fits) && (template.is_empty() || fits(template))
    };
    until(parts(FORMATS, b'\n').find(holds).unwrap_or("json"), b" ")
}

/// Whether an explanation's `format` may be `name`, of a body that holds something.
pub fn is_known(name: &str) -> bool {
    let mut rows = parts(FORMATS, b'\n').chain(parts(PROXIES, b'\n'));
    rows.any(|row| until(row, b" ") == name) || words("json text html xml empty").any(|word| word == name)
}

/// Tells the page or text of a known proxy, and the code that Cloudflare writes into its own.
pub fn proxy(out: &mut Harvest<'_>, report: &Report<'_>) {
    if report.status.unwrap_or(0) < 400 {
        return;
    }
    let front = head(out.body, 8192);
    for row in parts(PROXIES, b'\n') {
        let (format, sign) = split(row, " ").unwrap_or_default();
        if out.format == "html" || out.format == "text" {
            out.format = if has(front, sign) { format } else { out.format };
        }
    }
    if has(report.header("server"), "awselb") {
        out.format = "awselb";
    } else if !report.header("x-vercel-error").is_empty() {
        out.format = "vercel";
    } else if !report.header("cf-mitigated").is_empty() {
        out.format = "cloudflare_edge";
    }
    if report.header("server") == "cloudflare" {
        let sign = ["error code: ", " | "].iter().find_map(|sign| Some(find(front, sign, 0)? + sign.len()));
        let Some(start) = sign else { return };
        let code = until(after(front, start), b" :<\r\n");
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
            (r#"{"message":"404 Project Not Found"}"#, "gitlab"),
            (r#"{"detail":"Not found."}"#, "drf"),
            (r#"{"detail":"Not Found"}"#, "fastapi"),
            (r#"{"code":"aborted","message":"m"}"#, "connect"),
            (r#"{"code":"other","message":"m"}"#, "message"),
            (r#"{"other":1}"#, "json"),
            ("[]", "json"),
        ] {
            assert_eq!(of_json(parse(text).root(), ""), name, "{text}");
        }
    }
}
