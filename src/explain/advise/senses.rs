//! What a kind means more finely, by the words of the response: one row gives the reason, the cause and the action.
//!
//! Rows of a kind are tried in their order; the first whose reason is known, or of whose words one stands in the code, the
//! messages or `WWW-Authenticate`, holds. An action is a template of [`super::actions`], and follows the API's own words.

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
        "either" "" "either |or invalid|or missing|or expired|/expired"
            ""
            "";
        "step_up" "step_up" "insufficient_user_auth|step-up|sso-|sso_|via sso|mfa|multi-factor|multifactor|two-factor|2fa|otp|reauthenticat|interaction_required|login_required|consent_required"
            "The API wants a stronger or fresher sign-in."
            "Have the user sign in again[ with {step}] or send the one-time code, then send the request with the new token.";
        "password" "invalid" "passwor|login credentials|username or|login failed|login_failed|mot de passe|contraseña|парол|密码"
            "The user name or the password is wrong."
            "Ask the user for the right sign-in details; do not repeat these.";
        "grant_invalid" "grant_invalid" "invalid_grant|authorization code|refresh token"
            "The authorization code or refresh token was used already, was revoked or has expired."
            "Start the sign-in again; exchange each code once, and never retry the token request.";
        "scope" "" "scope"
            "The token lacks a scope that this request needs."
            "Get a token with the scope that this endpoint needs.";
        "clock" "invalid" "skew|timestamp"
            "The signing time is too far from the server's time."
            "Correct this machine's clock, and sign each request when it is sent.";
        "signature" "invalid" "signature"
            "The signature does not match: the secret or the signed text differs."
            "Check the secret, and that you sign exactly what you send: method, path, query, headers, body.";
        "expired" "expired" "expired|expir|abgelaufen|истек|过期|期限切れ"
            "The credentials have expired."
            "{login}|Refresh the token or get a new one, then send the request with it.";
        "missing" "missing" "missing|not provided|no api key|no auth|no access token|did not provide|not logged in|not authenticated|need to sign in|requires auth|supplied|is empty"
            "No credentials reached the server."
            "{login}|Send the key or token in the Authorization header, with the scheme {scheme}.|Send the key or token where the API expects it, usually as Authorization: Bearer.";
        "revoked" "invalid" "revoked|disabled|inactive"
            "The key or token was revoked or disabled."
            "Use another key or token.";
        "product" "" "product|live credentials|not allowed|permission"
            "These credentials do not allow this: a permission, a product or an environment is missing."
            "Get the permission for the key or token, or use another one.";
        "invalid" "invalid" "invalid|incorrect|not valid|malformed|wrong|bad credentials|unknown|ungültig|inválid|无效|неверн"
            "The credentials are wrong, or belong to another environment or account."
            "{login}|Send a valid key or token for this API and environment.";
        "missing" "missing" "required|provide|logged in|must login"
            "No credentials reached the server."
            "{login}|Send the key or token in the Authorization header, with the scheme {scheme}.|Send the key or token where the API expects it, usually as Authorization: Bearer.";
    }
    Forbidden {
        "bot_challenge" "bot_challenge" "captcha|challenge|just a moment|robot"
            "A bot protection in front of the API expects a browser."
            "Ask the API's owner to let this client through[ and include the reference {id}]; fetch cannot pass a challenge.";
        "csrf" "" "csrf|xsrf"
            "The CSRF token is missing or does not match the session."
            "Read a fresh CSRF token and send it with the session's cookie.";
        "scope" "scope" "scope"
            "The token lacks a scope that this request needs."
            "Get a token with the scope {scopes}.|Get a token with the scope that this endpoint needs.";
        "region" "region" "country|your region|your location|territor"
            "The API does not serve the region that the request comes from."
            "Send the request from a region that the API serves, or ask its owner.";
        "account" "account" "suspend|deactivat|banned|account has been|account disabled|inactive"
            "The account is suspended, disabled or not active yet."
            "Ask the API's support to restore the account[ and include the request id {id}].";
        "product" "product" "has not been used in project|not enabled|enable it|not subscribed|upgrade|your plan|current plan|beta"
            "The API, feature or model is not enabled for the account, or not in its plan."
            "Enable it for the account, or choose a plan that has it.";
        "blocked" "blocked" "block|restrict access|firewall|ip address|whitelist|allowlist|security policy|cloudfront|user-agent|not allowed from"
            "A firewall, or a rule of the server, blocks the request."
            "Send it from an allowed address with an honest User-Agent, or ask the API's owner to let it through[ and include the reference {id}].";
        "credentials" "" "invalid client|invalid token|invalid key|bad credentials|signature"
            "The credentials are wrong, or belong to another environment or account."
            "Send a valid key or token for this API and environment.";
        "missing" "" "key required|key is required|token required|no api key|no token|authentication required"
            "No credentials reached the server."
            "{login}|Send the key or token where the API expects it, usually as Authorization: Bearer.";
        "key" "" "api key|api_key|access token|your key"
            "The key or token is not accepted for this."
            "Use a key or token that has the permission, or get it granted.";
        "permission" "permission" "permission|not authorized|not allowed|privilege|not permitted|denied|owner|admin"
            "The caller is known, but lacks the permission to do this."
            "Ask the account's administrator for the permission, or use an account that has it.";
    }
    NotFound {
        "gone" "gone" "no longer|deleted|removed|deprecat|retired"
            "It existed and has been removed."
            "Remove references to it, or use the replacement in the API's documentation.";
        "route" "route" "cannot get /|cannot post /|cannot put /|cannot patch /|cannot delete /|route|endpoint|requested url|no handler|page not found|unknown method|unknown path"
            "The server has no endpoint at this URL, or not for this method."
            "Check the method, path and version in the URL against the documentation.";
    }
    Conflict {
        "idempotency" "" "idempoten"
            "The idempotency key was used with another request, or the first one is still running."
            "Send a new key with each new request; repeat a key only with the same body.";
        "exists" "" "already exist|already in use|already used|already registered|already has|duplicate|unique|taken|exists|ya existe|existe déjà|已存在|既に"
            "The resource to create already exists."
            "Use or update the one that exists, or send another value[ of {names}].";
        "done" "" "already|been refunded"
            "This has already been done."
            "Read the current state; there may be nothing left to do.";
        "changed" "" "version|etag|precondition|stale|modified|changed|concurren|optimistic"
            "The target has changed since it was read."
            "Read the target again and apply the change to its current state.";
    }
    Locked {
        "pending" "" "authorization_pending|approved|slow_down"
            "The user has not approved this yet."
            "Poll at the interval in the device authorization response, or every 5 s (RFC 8628).";
        "account" "" "account"
            "The account is locked."
            "Wait until it is unlocked, or ask its owner or the API's support.";
    }
    TooLarge {
        "tokens" "" "token|context"
            "The input and the requested output are longer than the model's context."
            "Shorten the input, or request fewer output tokens.";
    }
    RateLimited {
        "concurrency" "" "concurren|simultaneous|parallel"
            "Too many requests run at the same time."
            "Run fewer requests at the same time[; try again in {wait}].";
    }
    QuotaExhausted {
        "period" "" "daily|per day|today|monthly|this month|renewed|今日"
            "The allowance of this period is used up."
            "Wait for the next period[ ({wait})], or raise the quota.";
        "plan" "" "payment|subscri|plan|upgrade|trial|billing|overdue"
            "The plan or trial does not cover this, or a payment is due."
            "Check the account's plan and billing; waiting does not help.";
        "balance" "" "balance|credit|funds|余额"
            "The account has no balance or credit left."
            "Add balance or credit to the account; waiting does not help.";
    }
    BusinessRule {
        "declined" "" "declin|do not honor|your card|the card|card_|cvv|issuer|refused|abgelehnt|rechazad|тклонен"
            "The bank or the payment provider declined the payment."
            "Ask the customer for another payment method, or to talk to the bank; do not send the same payment again.";
        "funds" "" "insufficient|balance|not enough|funds|余额|saldo|едостаточно"
            "The balance is lower than what the request needs."
            "Add balance or send a smaller amount; `details` has the amounts if the API sends them.";
        "sold_out" "" "sold out|out of stock|out_of_stock|no longer available|item_sold"
            "It is sold, or no longer offered."
            "Read what is available now and offer that.";
        "exists" "" "already exist|duplicate"
            "The resource to create already exists."
            "Use or update the one that exists.";
        "done" "" "already"
            "This has already been done."
            "Read the current state; there may be nothing left to do.";
    }
    ServerError {
        "upstream" "" "upstream|gateway|backend|response from|response received"
            "A service behind the server failed."
            "";
        "resources" "" "memory|compute|worker_limit"
            "The server ran out of memory or computing time."
            "Request less at once, or give the server more; check its log.";
        "input" "" "invalid|required|missing|syntax|does not exist|undefined|null|constraint|not found|unknown column"
            "The server failed on something in the request, or on missing data."
            "Check what the request sends. If it is right, contact the API's support[ and include the request id {id}].";
    }
    Unavailable {
        "maintenance" "" "maintenance|wartung|维护|メンテナンス"
            "The service is under maintenance."
            "Try again[ in {wait}, or] when the maintenance is over; check the API's status page.";
        "overload" "" "overload|capacity|busy|high demand|too many|loading"
            "The service is overloaded or still starting."
            "Try again[ in {wait}], backing off.";
        "upstream" "" "upstream|gateway|timed out|timeout|backend|connection refused"
            "A gateway got no response from the service behind it, or none in time."
            "Try again[ in {wait}], backing off. If it persists, contact the API's owner[ and include the reference {id}].";
    }
    Timeout {
        "server" "server" ""
            "The server ended the request before it was done."
            "";
        "connect" "connect" ""
            ""
            "Check host and port, and that the server runs; then try again.";
    }
    Network {
        "tls" "tls" ""
            ""
            "Check the certificate (expired, wrong name, private authority), and that the port speaks TLS.";
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
            "Try again. If it persists, check the server's log, the proxies in between and keep-alive limits.";
        "truncated" "truncated" ""
            ""
            "Try again. If it persists, find the proxy or limit that ends the response.";
        "connection" "connection" ""
            ""
            "Try again. If it persists, check the route to the host, and how many connections are open.";
        "redirect_loop" "redirect_loop" ""
            ""
            "Request the final URL, and correct the redirects on the server.";
        "protocol" "protocol" ""
            ""
            "Check scheme and port: the server there does not speak the expected HTTP.";
        "mixed_content" "mixed_content" ""
            ""
            "Use the https URL of the API.";
        "csp" "csp" ""
            ""
            "Add the API's origin to connect-src of the page's Content-Security-Policy.";
        "cors" "cors" ""
            ""
            "Have the server send Access-Control-Allow-Origin for this page's origin, on the preflight too; or send the request from a server.";
    }
    NotSupported {
        "region" "" "location|country|region"
            "The API does not serve the region that the request comes from."
            "Send the request from a region that the API serves, or ask its owner.";
        "method" "method" "method not allowed|method_not_allowed|method is not|not allowed for|verb"
            "The URL does not accept this method."
            "Use {allow} instead of {method}.|Use {allow}.|Use another method[ than {method}], or check the URL.";
        "media_type" "media_type" "media type|media-type|media_type|content type|content-type"
            "The server does not accept or cannot send the media type."
            "Send the Content-Type and Accept that the documentation names, usually application/json.";
    }
}
