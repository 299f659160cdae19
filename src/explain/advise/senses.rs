//! What a kind means more finely, by the words of the response: one row gives the reason, the cause and the action.
//!
//! Rows of a kind are tried in their order; the first whose reason is known, or of whose words one stands in the code, the
//! messages or `WWW-Authenticate`, holds. An action is a template of [`super::actions`].

use crate::explain::judge::kind::Kind;
use crate::explain::scan::line;

/// One finer meaning of a kind.
#[derive(Clone, Copy, Debug)]
pub struct Sense {
    /// Its name: the id of its cause and, where there is such a text, the variant of the text for end users.
    pub name: &'static str,
    /// The reason that it gives; "" for one that leaves the reason as it is.
    pub reason: &'static str,
    /// Lower-case words, parted by `|`.
    pub words: &'static str,
    /// Why it happened; "" where the kind's own causes hold.
    pub cause: &'static str,
    /// What to do; "" where the kind's own action holds.
    pub action: &'static str,
}

/// Makes rows of `kind { name reason words cause action; … }`: one text a kind, with a line for each column. A table of pointers
/// is larger, and compresses worse.
macro_rules! senses {
    ($($kind:ident { $($name:literal $reason:literal $words:literal $cause:literal $action:literal;)* })*) => {
        const SENSES: &[(Kind, &str)] = &[$((
            Kind::$kind,
            concat!($($name, "\n", $reason, "\n", $words, "\n", $cause, "\n", $action, "\n"),*),
        )),*];
    };
}

/// The rows of `kind`, in their order.
pub fn of(kind: Kind) -> Senses {
    Senses { rest: SENSES.iter().find(|(of, _)| *of == kind).map_or("", |(_, rows)| rows) }
}

/// See [`of`].
#[derive(Clone, Debug)]
pub struct Senses {
    rest: &'static str,
}

impl Iterator for Senses {
    type Item = Sense;

    #[inline(never)]
    fn next(&mut self) -> Option<Sense> {
        if self.rest.is_empty() {
            return None;
        }
        let rest = &mut self.rest;
        Some(Sense { name: line(rest), reason: line(rest), words: line(rest), cause: line(rest), action: line(rest) })
    }
}

senses! {
    Unauthenticated {
        "step_up" "step_up" "insufficient_user_auth|step-up|step up|mfa|multi-factor|multifactor|two-factor|2fa|one-time|otp|reauthenticat|re-authenticat|interaction_required|login_required|consent_required"
            "The API wants a stronger or fresher sign-in than the one behind this token."
            "Have the user sign in again[ with {step}], then send the request with the new token.";
        "password" "invalid" "password|login credentials|username or|user name or"
            "The user name or the password is wrong."
            "[{says} ]Ask the user for the right sign-in details; do not repeat these.";
        "grant_invalid" "grant_invalid" "invalid_grant|authorization code|refresh token"
            "The authorization code or refresh token was used already, was revoked or has expired."
            "Start the sign-in again. Exchange each code once, and never retry the token request automatically.";
        "either" "" "or invalid|or an invalid|or missing|or incorrect|or expired|/invalid|/expired"
            ""
            "";
        "clock" "invalid" "skew|clock|requesttimetoo|timestamp"
            "The time that the request was signed with is too far from the server's."
            "[{says} ]Set this machine's clock, and sign each request when it is sent.";
        "signature" "invalid" "signature|hmac"
            "The signature is not the one that the server expects: another secret, or another text was signed."
            "[{says} ]Check the secret, and that what is signed is exactly what is sent: method, path, query, headers, body.";
        "expired" "expired" "expired|has expir|abgelaufen|expiré|expirado|caducad|scadut|истек|过期|過期|期限切れ|만료"
            "The credentials have expired."
            "{renew}";
        "missing" "missing" "missing|not provided|no api key|no api-key|no token|no auth|no access token|no credentials|not supplied|did not provide|didn't provide|not logged in|not authenticated|need to sign in|requires auth|supplied|absent"
            "No credentials reached the server."
            "[{says} ]Send the key or token in the Authorization header, with the scheme {scheme}.|[{says} ]Send the key or token where the API expects it, usually as Authorization: Bearer.";
        "revoked" "invalid" "revoked|deactivated|disabled|deleted|inactive"
            "The key or token was revoked or disabled."
            "[{says} ]Use another key or token; this one does not work any more.";
        "invalid" "invalid" "invalid|incorrect|not valid|malformed|wrong|bad credentials|not recognized|not recognised|could not verify|no such key|unknown|ungültig|inválid|无效|無効|неверн"
            "The key or token is wrong, or of another environment or account."
            "[{says} ]Send a valid key or token, of this API and environment.";
        "missing" "missing" "required|provide|logged in|signed in|without"
            "No credentials reached the server."
            "[{says} ]Send the key or token in the Authorization header, with the scheme {scheme}.|[{says} ]Send the key or token where the API expects it, usually as Authorization: Bearer.";
    }
    Forbidden {
        "bot_challenge" "bot_challenge" "captcha|challenge|just a moment|not a robot"
            "A protection against bots in front of the API wants to see a browser."
            "Ask the API's owner to let this client through[ and name the reference {id}]; fetch cannot pass a challenge.";
        "csrf" "" "csrf|xsrf|forgery"
            "The CSRF token is missing, or not that of the session."
            "Read a fresh CSRF token and send it with the session's cookie, as the server's framework expects it.";
        "scope" "scope" "scope"
            "The token does not have a scope that this request needs."
            "Get a token with the scope {scopes}.|[{says} ]Get a token with the scope that this endpoint needs.";
        "region" "region" "country|countries|your region|region is|territor|your location|sanction|geograph|jurisdiction"
            "The API does not serve the place that the request comes from."
            "[{says} ]Send the request from a place that the API serves, or ask its owner.";
        "account" "account" "suspend|deactivat|banned|frozen|account is disabled|account has been|account disabled|disabled account|inactive|account is not active|account closed"
            "The account is suspended, disabled or not active yet."
            "[{says} ]Have the account restored: look at its page or write to the API's support[ and name the request id {id}].";
        "product" "product" "has not been used in project|is disabled|not enabled|enable it|not activated|not subscribed|upgrade|your plan|current plan|subscription|early access|beta"
            "The account may not use this API, feature or model: it is not enabled, or not in the plan."
            "[{says} ]Enable it for the account, or choose a plan that has it.";
        "blocked" "blocked" "block|restrict access|firewall|ip address|whitelist|allowlist|security policy|security service|cloudfront|user agent|user-agent|not allowed from"
            "A firewall or a rule for addresses in front of the API refused the request."
            "[{says} ]Send it from an allowed address with an honest User-Agent, or ask the API's owner to let it through[ and name the reference {id}].";
        "credentials" "" "invalid client|client_id|invalid api|invalid token|invalid key|invalid signature|bad credentials|signature"
            "The credentials are wrong, or not accepted here."
            "[{says} ]Send a valid key or token, of this API and environment.";
        "missing" "" "key required|key is required|token required|token is required|missing api|missing token|missing auth|no api key|no token|authentication required|credentials were not provided"
            "No credentials reached the server."
            "[{says} ]Send the key or token where the API expects it, usually as Authorization: Bearer.";
        "key" "" "api key|apikey|api_key|service account|access token"
            "The key or token may not do this."
            "[{says} ]Use a key or token that has this right, or have it granted.";
        "permission" "permission" "permission|not authorized|not authorised|not allowed|access denied|accessdenied|privilege|role|not permitted|denied|owner|admin"
            "The caller is known, but lacks the right to do this."
            "[{says} ]Have the account's administrator grant that right, or use an account that has it.";
    }
    NotFound {
        "gone" "gone" "no longer|deleted|deprecat|decommission|sunset|retired|has been removed|was removed"
            "It was there and no longer is."
            "[{says} ]Take it out of the program; look in the API's documentation for what replaces it.";
        "route" "route" "cannot get /|cannot post /|cannot put /|cannot patch /|cannot delete /|route|endpoint|request url|requested url|no static resource|no handler|invalid url|unknown url|invalid path|unknown path|page not found|unknown method|unknown_method"
            "The server has no such address, or not for this method."
            "[{says} ]Check method, path and version of the address against the documentation[: {method} {path} is none of this API's].";
    }
    Conflict {
        "idempotency" "" "idempoten"
            "The idempotency key was used with another request, or the first one still runs."
            "[{says} ]Send a new key with a new request. With the same key send the same body, and wait while the first one runs.";
        "exists" "" "already exist|already been taken|already taken|already in use|already used|already registered|already has|duplicate|unique|taken|exists|existiert|ya existe|existe déjà|já existe|已存在|已经存在|既に"
            "What the request would create exists already."
            "[{says} ]Use or update the one that exists, or send another value[ of {names}].";
        "done" "" "already|have been refunded"
            "What the request asks for was done before."
            "[{says} ]Read the present state; there may be nothing left to do.";
        "changed" "" "version|etag|if-match|precondition|stale|modified|changed|concurren|optimistic|out of date|revision|sha"
            "The target was changed since it was read."
            "[{says} ]Read the target again and apply the change to what is there now.";
    }
    Locked {
        "pending" "" "authorization_pending|not been approved|not yet approved|slow_down"
            "The user has not approved this yet."
            "Ask again at the interval that the device authorization response gave, 5 s without one (RFC 8628).";
        "account" "" "account"
            "The account is locked."
            "[{says} ]Wait until it is unlocked, or have its owner or the API's support unlock it.";
    }
    TooLarge {
        "tokens" "" "token|context"
            "The input and the output asked for are longer than the model's context."
            "[{says} ]Shorten the input, or ask for fewer output tokens.";
    }
    RateLimited {
        "concurrency" "" "concurren|simultaneous|parallel|in flight|at the same time"
            "Too many requests run at the same time."
            "Wait {wait}, then run fewer requests at the same time.|[{says} ]Run fewer requests at the same time; try again when one has ended.";
    }
    QuotaExhausted {
        "plan" "" "payment required|subscri|plan|upgrade|trial|billing|payment|invoice|overdue|unpaid"
            "The plan or trial does not cover this, or a payment is due."
            "[{says} ]Check plan and billing of the account; waiting does not help.";
        "balance" "" "balance|credit|funds|prepaid|recharge|余额"
            "The account has no balance or credit left."
            "[{says} ]Add balance or credit to the account; waiting does not help.";
        "period" "" "daily|per day|today|monthly|per month|this month"
            "The allowance of this day or month is used up."
            "[{says} ]Wait for the next period[ ({wait})], or raise the quota.";
    }
    BusinessRule {
        "declined" "" "declin|do_not_honor|do not honor|your card|the card|card_|cvc|cvv|issuer|3d secure|3ds|payment failed|refused|abgelehnt|rechazad|refusée"
            "The bank or the payment provider declined the payment."
            "[{says} ]Ask the customer for another payment method, or to talk to the bank; do not send the same payment again.";
        "funds" "" "insufficient|balance|not enough|funds|overdraw|余额|saldo"
            "The balance is lower than what the request needs."
            "[{says} ]Add balance or send a smaller amount; `details` holds the amounts where the API sends them.";
        "sold_out" "" "sold out|sold_out|out of stock|out_of_stock|in stock|no longer available|item_sold"
            "It is sold, or no longer offered."
            "[{says} ]Read what is available now and offer that.";
        "exists" "" "already exist|duplicate"
            "What the request would create exists already."
            "[{says} ]Use or update the one that exists.";
        "done" "" "already"
            "What the request asks for was done before."
            "[{says} ]Read the present state; there may be nothing left to do.";
    }
    ServerError {
        "input" "" "invalid|required|missing|syntax|not a valid|does not exist|undefined|is null|cannot read|constraint|could not parse|not found|unknown column"
            "The server failed on something in the request, or on data that it expected to be there."
            "[{unsafe} ]{says} Check what the request sends first. If it is right, write to the API's support[ and name the request id {id}].";
    }
    Unavailable {
        "maintenance" "" "maintenance|wartung|mantenimiento|维护|維護|メンテナンス"
            "The service is under maintenance."
            "[{unsafe} ]Try again[ in {wait}, or] when the maintenance is over; look at the API's status page.";
        "overload" "" "overload|capacity|busy|high demand|high load|too many|loading"
            "The service is overloaded, or still starts."
            "[{unsafe} ]Try again[ in {wait}], backing off.";
        "upstream" "" "upstream|gateway|timed out|timeout|origin|backend|connection refused|connection reset"
            "A gateway got no response from the service behind it, or none in time."
            "[{unsafe} ]Try again[ in {wait}], backing off. If it persists, write to the API's owner[ and name the reference {id}].";
    }
    Timeout {
        "server" "server" ""
            "The server gave up before the request was done."
            "[{unsafe} ]Try again, backing off, or ask for less at once.";
    }
    Network {
        "tls" "tls" ""
            ""
            "Check the certificate (expired, of another name, of a private authority), and that the port speaks TLS.";
        "dns" "dns" ""
            ""
            "Check the host name for typos, and that this machine can resolve names.";
        "refused" "refused" ""
            ""
            "Check host and port, and that the server runs and listens there.";
        "offline" "offline" ""
            ""
            "Wait until the device is online again.";
        "reset" "reset" ""
            ""
            "[{unsafe} ]Try again. If it persists, look at the server's log, and at proxies and keep-alive limits on the way.";
        "truncated" "truncated" ""
            ""
            "[{unsafe} ]Try again. If it persists, look for a proxy or a limit that ends the response.";
        "connection" "connection" ""
            ""
            "[{unsafe} ]Try again. If it persists, check the route to the host, and how many connections are open.";
        "redirect_loop" "redirect_loop" ""
            ""
            "Request the final address, and correct the redirects on the server.";
        "protocol" "protocol" ""
            ""
            "Check scheme and port: what responds there does not speak the HTTP that was expected.";
        "mixed_content" "mixed_content" ""
            ""
            "Use the https address of the API.";
        "csp" "csp" ""
            ""
            "Add the API's origin to connect-src of the page's Content-Security-Policy.";
        "cors" "cors" ""
            ""
            "Have the server send Access-Control-Allow-Origin for this page's origin, on the preflight too; or send the request from a server.";
    }
    NotSupported {
        "method" "method" "method not allowed|method_not_allowed|not allowed for|not supported for|verb"
            "The address does not take this method."
            "Use {allow} instead of {method}.|Use {allow}.|Use another method[ than {method}], or check that the address is the right one.";
        "media_type" "media_type" "media type|media_type|content type|content-type"
            "The server does not take, or cannot send, the media type."
            "[{says} ]Send the Content-Type and Accept that the documentation names, usually application/json.";
    }
}
