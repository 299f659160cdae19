//! The words by which a body tells that a rate was exceeded, an allowance is spent, or how long to wait.
//!
//! Sources: the vendors named at each row.

// What a row means.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sense {
    // Weaker ones first: of several strings the strongest decides.
    Nothing,
    // A rate, by a code alone: as prose it may be a feature's name.
    RateCode,
    Rate,
    Secondary,
    // An allowance, unless the answer also says how long to wait, as Google's does of a minute's quota.
    AllowanceProse,
    AllowanceCode,
    // An allowance in a 403 (YouTube); Amazon's SP-API calls a rate so, in a 429.
    AllowanceForbidden,
}

// Without separators, in lower case. Texts, since a table of texts takes 8 bytes more for each.
pub const STEMS: [(Sense, &str); 6] = [
    // RFC 9457 types of the IETF's draft; Linear, GitHub, Slack, Notion, Discord; Google, OpenAI; Anthropic; Azure; Meta; DRF,
    // Shopify, Amazon.
    (
        Sense::Rate,
        "problemtypesquotaexceeded temporaryreducedcapacity abnormalusagedetected ratelimited ratelimitexceeded \
         ratelimitreached ratelimiterror exceededtheratelimit exceededratelimit callratelimit requestlimitreached \
         toomanycalls toomanyrequests rateexceeded throttled",
    ),
    // Amazon, Salesforce, Matrix.
    (
        Sense::RateCode,
        "throttling slowdown requestlimitexceeded throughputexceeded bandwidthlimitexceeded limitexceededexception \
         priorrequestnotcomplete mlimitexceeded",
    ),
    // GitHub.
    (Sense::Secondary, "secondaryratelimit abusedetection"),
    // OpenAI, Moonshot, DeepSeek, OpenRouter; Google.
    (
        Sense::AllowanceCode,
        "insufficientquota insufficientbalance insufficientcredit exceededcurrentquota dailylimitexceeded billinghardlimit billingnotactive",
    ),
    // OpenAI, Google; Anthropic; HubSpot.
    (
        Sense::AllowanceProse,
        "exceededyourcurrentquota creditbalance apiusagelimit usagecapexceeded dailylimit monthlylimit volumequota",
    ),
    (Sense::AllowanceForbidden, "quotaexceeded"),
];

// One of these is in every text that tells a wait: see `wait`.
pub const WAITS: [&str; 6] = ["again", "available", "reset", "retry", "this after", "wait"];

// Members that are a wait. Discord, Dropbox, Telegram: `retry_after` in seconds; Google: `retryDelay`, a duration.
pub const SECONDS: &str = "retryafter retryafterseconds retryafterinseconds retrydelay retryin retryinseconds";
// Matrix: `retry_after_ms`.
pub const MILLIS: &str = "retryafterms retryaftermilliseconds retryafterinms retryinms";

// Meta's numbers of rates (developers.facebook.com, rate limiting); other APIs have errors 4 and 17 of their own.
pub const META_CODES: &[i64] = &[4, 17, 32, 341, 613];
pub const META_BUSINESS: core::ops::RangeInclusive<i64> = 80_000..=80_014;
