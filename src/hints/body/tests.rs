use super::*;

const NOW: WallTime = WallTime(1_795_305_600_000);

fn says(status: u16, body: &str) -> (Option<Limited>, Option<(i64, &str)>) {
    let said = read(body, status, NOW);
    (said.limited, (said.delay >= 0).then_some((said.delay, said.source)))
}

#[test]
fn delays_are_read_from_members_and_from_messages() {
    for (body, delay, source) in [
        (r#"{"message":"You are being rate limited.","retry_after":64.57,"global":false}"#, 64_570, "retry_after"),
        (r#"{"error_summary":"too_many_requests/..","error":{"retry_after":300}}"#, 300_000, "retry_after"),
        (r#"{"ok":false,"parameters":{"retry_after":35}}"#, 35_000, "retry_after"),
        (r#"{"errcode":"M_LIMIT_EXCEEDED","retry_after_ms":1500}"#, 1500, "retry_after_ms"),
        (r#"{"error":{"message":"Please retry in 12.5s.","details":[{"retryDelay":"12s"}]}}"#, 12_000, "retryDelay"),
        (r#"{"error":{"message":"Rate limit reached. Please try again in 20s. Contact us."}}"#, 20_000, "message"),
        (r#"{"error":{"message":"Please try again in 1m30s."}}"#, 90_000, "message"),
        (r#"{"error":{"message":"Please retry after 634ms."}}"#, 634, "message"),
        (r#"{"error":{"message":"Please retry after 26 seconds. Go here."}}"#, 26_000, "message"),
        (r#"{"detail":"Request was throttled. Expected available in 1 minute and 5 seconds."}"#, 65_000, "detail"),
        (r#"{"description":"Too Many Requests: retry after 35"}"#, 35_000, "description"),
        ("Slow down. Please wait at least 2 minutes, then go on", 120_000, "text"),
        (r#"{"error":{"code":-32005,"data":{"backoff_seconds":30.0}}}"#, 30_000, "backoff_seconds"),
        (r#"{"error":{"wait_seconds":7}}"#, 7000, "wait_seconds"),
        (r#"{"error":{"retry_in":4}}"#, 4000, "retry_in"),
        (r#"{"extensions":{"reset_in_x_seconds":"12"}}"#, 12_000, "reset_in_x_seconds"),
        (r#"{"reset_in_seconds":12}"#, 12_000, "reset_in_seconds"),
        (r#"{"error":{"message":"The budget resets in 16 seconds."}}"#, 16_000, "message"),
        (r#"{"errors":["query cost 222250 budget remaining 214980 reset in 16 seconds"]}"#, 16_000, "errors"),
        (
            r#"{"error":{"message":"Limit 30000, Used 29000, Requested 10000. Please try again in 9.8s."}}"#,
            9800,
            "message",
        ),
    ] {
        assert_eq!(says(429, body).1, Some((delay, source)), "{body}");
    }
    for none in [r#"{"retry_after":"soon"}"#, r#"{"retry_count":3}"#, "try again later"] {
        assert_eq!(says(429, none).1, None, "{none}");
    }
    assert_eq!(says(429, r#"{"retry_after":-5}"#).1, None);
    assert_eq!(says(403, r#"{"message":"Account locked. Try again in 20 minutes."}"#), (None, None));
}

#[test]
fn a_rate_is_told_apart_from_an_allowance() {
    let (rate, allowance) = (Some(Limited::Rate), Some(Limited::Allowance));
    for (status, body, limited) in [
        (403, r#"{"message":"You have exceeded a secondary rate limit"}"#, rate),
        (403, r#"{"message":"API rate limit exceeded for user ID 1."}"#, rate),
        (400, r#"{"errors":[{"message":"limited","extensions":{"code":"RATELIMITED"}}]}"#, rate),
        (403, r#"[{"message":"TotalRequests Limit exceeded.","errorCode":"REQUEST_LIMIT_EXCEEDED"}]"#, rate),
        (403, r#"{"error":{"errors":[{"reason":"userRateLimitExceeded"}],"code":403}}"#, rate),
        (403, r#"{"error":{"errors":[{"reason":"dailyLimitExceeded"}],"code":403}}"#, allowance),
        (403, r#"{"error":{"errors":[{"reason":"quotaExceeded"}],"code":403}}"#, allowance),
        (429, r#"{"errors":[{"code":"QuotaExceeded","message":"You exceeded your quota."}]}"#, None),
        (400, r#"{"error":{"message":"(#4) x","type":"OAuthException","code":4,"fbtrace_id":"A"}}"#, rate),
        (400, r#"{"error":{"message":"x","code":80004,"fbtrace_id":"A"}}"#, rate),
        (400, r#"{"error":{"message":"x","code":100,"fbtrace_id":"A"}}"#, None),
        (400, r#"{"error":{"message":"x","code":4}}"#, None),
        (400, r#"{"__type":"com.amazonaws.dynamodb.v20120810#ThrottlingException"}"#, rate),
        (400, r#"{"__type":"ProvisionedThroughputExceededException","message":"x y"}"#, rate),
        (503, "<?xml version=\"1.0\"?>\n<Error><Code>SlowDown</Code><Message>Reduce it.</Message></Error>", rate),
        (
            400,
            "<ErrorResponse><Error><Code>Throttling</Code><Message>Rate exceeded</Message></Error></ErrorResponse>",
            rate,
        ),
        (
            429,
            r#"{"error":{"message":"You exceeded your current quota, please check","code":"insufficient_quota"}}"#,
            allowance,
        ),
        (429, r#"{"error":{"message":"You exceeded your current quota. Please retry in 12.59s."}}"#, rate),
        (429, r#"{"type":"https://iana.org/assignments/http-problem-types#quota-exceeded"}"#, rate),
        (429, r#"{"title":"x","violated-policies":["default"]}"#, rate),
        (
            429,
            r#"{"status":"error","message":"You have reached your daily limit.","errorType":"RATE_LIMIT"}"#,
            allowance,
        ),
        (403, "{}", None),
        (403, r#"{"message":"Resource not accessible","documentation_url":"https://x.example/rate-limited"}"#, None),
        (400, r#"{"message":"throttling is not supported in this zone"}"#, None),
        (200, r#"{"errors":[{"type":"RATE_LIMITED"}]}"#, rate),
        (200, r#"{"data":{"title":"You are being rate limited"}}"#, None),
        (400, r#"{"code":99991400,"msg":"request trigger frequency limit"}"#, rate),
        (429, r#"{"error":{"code":429,"message":"Monthly capacity limit exceeded. Visit x."}}"#, allowance),
        (429, r#"{"message":"daily request count exceeded, request rate limited"}"#, allowance),
        (429, r#"{"message":"You have used up your monthly allowance"}"#, allowance),
        (429, r#"{"message":"Quota exceeded for limit 'Reads per day per user'"}"#, allowance),
        (429, r#"{"message":"Limit exceeded: 10 per second, monthly limit 5000"}"#, rate),
        (200, r#"{"errcode":45009,"errmsg":"reach max api daily quota limit"}"#, allowance),
        (200, r#"{"errcode":0,"errmsg":"ok"}"#, None),
        (400, r#"{"error":{"status":429,"message":"x"}}"#, rate),
        (400, r#"{"error":{"code":"429"}}"#, rate),
        (400, r#"{"error":{"limit":429}}"#, None),
        (200, r#"{"jsonrpc":"2.0","id":1,"error":{"code":429,"message":"Too much"}}"#, rate),
        (200, r#"[{"jsonrpc":"2.0","id":1,"error":{"code":429,"message":"x"}}]"#, rate),
        (200, r#"[{"id":1,"error":{"code":429}},{"id":2,"error":{"code":-32005}}]"#, rate),
        (200, r#"[{"id":1,"error":{"code":429}},{"id":2,"result":"0x1"}]"#, None),
        (200, r#"[{"id":1,"result":"0x1"},{"id":2,"error":{"code":429,"message":"try again in 5s"}}]"#, None),
        (200, r#"[{"id":1,"error":{"code":429}},{"id":2,"error":{"code":42"#, None),
        (200, "[]", None),
        (200, r#"{"error":{"code":-32005,"message":"limit exceeded"}}"#, rate),
        (
            200,
            r#"{"error":{"code":-32005,"message":"query returned more than 10000 results"}}"#,
            Some(Limited::TooLarge),
        ),
        (200, r#"{"error":{"code":-32012,"message":"credits limited to 6000/sec"}}"#, rate),
        (200, r#"{"error":{"code":-32000,"message":"x"}}"#, None),
        (200, r#"[{"errors":[{"message":"Throttled","extensions":{"code":"THROTTLED"}}]}]"#, rate),
        (200, r#"{"errors":[{"message":"x","extensions":{"http":{"status":429}}}]}"#, rate),
        (200, r#"{"errors":["Complexity budget exhausted, reset in 16 seconds"],"status_code":429}"#, rate),
        (200, r#"{"errors":["Complexity budget exhausted, reset in 16 seconds"]}"#, rate),
        (200, r#"{"data":{"code":429},"page":429}"#, None),
        (200, r#"{"data":{"x":1},"extensions":{"note":"The cost resets in 16 seconds"}}"#, None),
        (200, r#"{"error":{"code":"maxlag","info":"Waiting for all: 5.3 seconds lagged.","lag":5.3}}"#, rate),
        (200, "<r><status>ok</status><t>You are being rate limited</t></r>", None),
        (200, "<r><error><code>429</code><m>x</m></error></r>", rate),
        (200, "<Response><error><msg>Too many requests</msg></error><a/></Response>", rate),
        (200, "Too many requests", None),
        (200, r#"{"status":"0","message":"NOTOK","result":"Max calls per sec rate limit reached (5/sec)"}"#, rate),
        (200, r#"{"ok":false,"message":"Too many requests"}"#, rate),
        (200, r#"{"success":true,"message":"Too many requests"}"#, None),
        (200, r#"{"status":0,"result":{"title":"rate limit reached"}}"#, rate),
        (200, r#"{"data":{"ok":false},"title":"Too many requests"}"#, None),
        (200, r#"[{"ok":false,"text":"Too many requests"},{"text":"Too many requests"}]"#, None),
    ] {
        assert_eq!(says(status, body).0, limited, "{status} {body}");
    }
}

#[test]
fn who_asks_for_more_than_the_limit_is_too_large() {
    let large = Some(Limited::TooLarge);
    for (message, limited) in [
        (
            "Request too large for gpt-4o in organization org-x on tokens per min (TPM): Limit 30000, Requested 36055.",
            large,
        ),
        ("Rate limit reached on tokens per min: Limit: 30,000, Requested: 36,055.", large),
        ("Rate limit reached on tokens per min (TPM): Limit 30000, Used 29000, Requested 10000.", Some(Limited::Rate)),
        ("Rate limit reached: requested 5 of limit 10", Some(Limited::Rate)),
        ("The requested limit 5 is too low", None),
    ] {
        let body = ["{\"error\":{\"message\":\"", message, "\"}}"].concat();
        assert_eq!(says(429, &body).0, limited, "{message}");
    }
}

#[test]
fn an_error_under_a_success_is_seen() {
    for (body, blames) in [
        (r#"{"error":{"code":"x"}}"#, true),
        (r#"{"error":"x"}"#, true),
        (r#"{"error":null,"data":"x"}"#, false),
        (r#"{"errors":[]}"#, false),
        (r#"{"error":"","extensions":{"a":"b"}}"#, false),
        ("<error>x</error>", true),
    ] {
        assert_eq!(read(body, 200, NOW).blames, blames, "{body}");
    }
}

#[test]
fn a_secondary_limit_without_a_wait_is_a_minute_at_least() {
    let said = read(r#"{"message":"You have exceeded a secondary rate limit"}"#, 403, NOW);
    assert_eq!((said.delay, said.implied), (60_000, true));
    let told = read(r#"{"message":"secondary rate limit","retry_after":5}"#, 403, NOW);
    assert_eq!((told.delay, told.implied), (5000, false));
}

#[test]
fn no_more_of_a_body_is_read_than_is_said() {
    let filled = |length: usize| ["\"", &"é".repeat(length / 2), "\n too many requests"].concat();
    assert_eq!(says(429, &filled(400)).0, Some(Limited::Rate));
    assert_eq!(says(429, &filled(MOST)).0, None);
}

#[test]
fn what_the_catalog_of_an_api_says_goes_before_the_words_that_all_share() {
    let limits = Limits::new(
        "rate_limited\t200\t/result=*per sec*\nquota_exhausted\t429\t=*tier*\nunavailable\t200,503\t/code=77\nrate_limited\t509\t",
    );
    let judged = |status, body| {
        let said = read_by(&limits, body, status, NOW);
        (said.limited, said.ruled)
    };
    for (status, body, expected) in [
        (200, r#"{"status":"0","result":"Max calls per sec rate limit reached (5/sec)"}"#, (Some(Limited::Rate), true)),
        (200, r#"{"status":"0","other":"Max calls per sec"}"#, (None, false)),
        (429, r#"{"message":"rate limited: your tier is used up"}"#, (Some(Limited::Allowance), true)),
        (429, r#"{"message":"rate limited"}"#, (Some(Limited::Rate), false)),
        (200, r#"{"error":{"code":77}}"#, (Some(Limited::Unavailable), true)),
        (200, r#"{"a":{"b":[{"code":77}]}}"#, (Some(Limited::Unavailable), true)),
        (509, "", (Some(Limited::Rate), true)),
        (200, r#"[{"result":"one per sec"},{"result":"two per sec"}]"#, (Some(Limited::Rate), true)),
        (200, r#"[{"result":"one per sec"},{"result":"fine"}]"#, (None, false)),
        (503, "<e><code>77</code></e>", (None, false)),
    ] {
        assert_eq!(judged(status, body), expected, "{status} {body}");
    }
}
