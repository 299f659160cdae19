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
    // An allowance, unless the response also says how long to wait, as Google's does of a minute's quota.
    AllowanceProse,
    AllowanceCode,
    // An allowance in a 403 (YouTube); Amazon's SP-API calls a rate so, in a 429.
    AllowanceForbidden,
    // One request asks for more than the limit is: it would be refused however long it waits.
    TooLarge,
}

// Without separators, in lower case; `*` stands for a few letters. Texts, since a table of texts takes 8 bytes more for each.
pub const STEMS: [(Sense, &str); 7] = [
    // RFC 9457 types of the IETF's draft; Linear, GitHub, Slack, Notion, Discord; Google, OpenAI; Anthropic; Azure; Meta; DRF,
    // Shopify, Amazon; Feishu, Tencent; Alchemy; others.
    (
        Sense::Rate,
        "problemtypesquotaexceeded temporaryreducedcapacity abnormalusagedetected ratelimited ratelimitexceeded \
         ratelimitreached ratelimiterror exceededtheratelimit exceededratelimit callratelimit requestlimitreached \
         toomanycalls toomanyrequests rateexceeded throttled \
         frequencylimit overfrequency overthefrequency toofrequent toomanyconcurrent persecondcapacity \
         ratelimit*exceeded exceed*requestspersecond exceed*requestsperminute exceed*callspersecond exceed*callsperminute",
    ),
    // Amazon, Salesforce, Matrix.
    (
        Sense::RateCode,
        "throttling slowdown requestlimitexceeded throughputexceeded bandwidthlimitexceeded limitexceededexception \
         priorrequestnotcomplete mlimitexceeded maxlag",
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
        "exceededyourcurrentquota creditbalance apiusagelimit usagecapexceeded volumequota \
         daily*limit daily*quota daily*capacity daily*allowance dailycap daily*usagecap daily*requestcount \
         monthly*limit monthly*quota monthly*capacity monthly*allowance monthlycap monthly*usagecap monthly*requestcount \
         limit*perday perday*limit perday*quota limit*permonth permonth*limit permonth*quota limit*callsmonth",
    ),
    (Sense::AllowanceForbidden, "quotaexceeded"),
    // OpenAI, Groq; nodes of Ethereum.
    (Sense::TooLarge, "requesttoolarge toolargefor queryreturnedmorethan responsesizeexceeded"),
];

// A text that names one of these is of a rate, whatever days and months it names beside it.
pub const SHORT: &str = "persecond perminute perhour";

// One of these is in every text that tells a wait: see `wait`.
pub const WAITS: &str = "again available reset retry thisafter wait";

// Members that are a wait, and their first letters. Discord, Dropbox, Telegram: `retry_after` in seconds; Google: `retryDelay`, a
// duration; Infura: `backoff_seconds`; monday: `reset_in_x_seconds`.
pub const SECONDS: &str = "retryafter retryafterseconds retryafterinseconds retrydelay retryin retryinseconds \
    retrydelayseconds backoffseconds waitseconds waitforseconds waittimeseconds waitinseconds resetinseconds \
    resetinxseconds resetsinseconds resetafter resetafterseconds";
// Matrix: `retry_after_ms`.
pub const MILLIS: &str =
    "retryafterms retryaftermilliseconds retryafterinms retryinms retrydelayms backoffms waitms resetinms";
pub const FIRST: [u8; 3] = [b'b', b'r', b'w'];

// Members that hold a status or a code of the error's own.
pub const STATUSES: &str = "code status statuscode httpstatus httpcode errorcode";
// What EIP-1474 calls a limit that was exceeded, and QuickNode one a second.
pub const RPC_CODES: &str = "-32005 -32012";

// Meta's numbers of rates (developers.facebook.com, rate limiting); other APIs have errors 4 and 17 of their own.
pub const META_CODES: &[i64] = &[4, 17, 32, 341, 613];
pub const META_BUSINESS: core::ops::RangeInclusive<i64> = 80_000..=80_014;
