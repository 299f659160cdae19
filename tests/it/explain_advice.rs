//! What an explanation advises: the API's own words, what to do about them, and texts that are true for the end user.

use crate::explain_support::{Case, text};
use serde_json::{Value, json};

fn of(status: u16, method: &str, headers: &str, body: &Value) -> Value {
    let body = body.as_str().map_or_else(|| body.to_string(), str::to_owned);
    Case { status: Some(status), method: method.into(), headers: headers.into(), body: Some(body), ..Case::default() }
        .json()
}

fn get(status: u16, body: &Value) -> Value {
    of(status, "GET", "", body)
}

#[test]
fn the_apis_own_words_lead_without_secrets_on_one_line_and_cut() {
    let out = get(422, &json!({"code": "CB_VA01", "message": "入力内容が\n正しくありません。"}));
    assert_eq!(text(&out["whatHappened"]), "The server responded 422 (CB_VA01): “入力内容が 正しくありません。”.");
    assert!(text(&out["action"]).contains("入力内容が 正しくありません。"), "{out}");
    let out = get(400, &json!({"message": "mail jane@example.com, password: hunter2 \u{202e}x"}));
    for key in ["whatHappened", "action"] {
        assert!(["jane@", "hunter2", "\u{202e}"].iter().all(|secret| !text(&out[key]).contains(secret)), "{out}");
    }
    let out = get(400, &json!({"message": "word ".repeat(1000)}));
    assert!(text(&out["whatHappened"]).chars().count() < 340 && text(&out["whatHappened"]).contains('…'), "{out}");
    let out = get(404, &json!({}));
    assert_eq!(text(&out["whatHappened"]), "The server responded 404: Not found.");
}

/// status, headers, body, what the action has in it.
#[test]
fn the_action_names_what_the_response_names() {
    for (status, headers, body, parts) in [
        (
            422,
            "",
            json!({"errors": [{"field": "email", "message": "is not an address"}, {"field": "age", "message": "is required"}]}),
            &["Send age", "email: is not an address"][..],
        ),
        (
            403,
            "www-authenticate:Bearer error=\"insufficient_scope\", scope=\"repo user\"\n",
            json!({}),
            &["repo, user"],
        ),
        (405, "allow:GET, POST\n", json!({}), &["Use GET, POST instead of PATCH"]),
        (429, "retry-after:30\n", json!({"message": "slow down"}), &["Wait 30 s"]),
        (500, "x-request-id:req-7\n", json!({"message": "boom"}), &["request id req-7", "may have taken effect"]),
        (400, "", json!({"code": "E_77"}), &["E_77"]),
        (
            401,
            "www-authenticate:Bearer error=\"insufficient_user_authentication\", acr_values=\"gold\", max_age=\"5\"\n",
            json!({}),
            &["acr_values=gold and max_age=5"],
        ),
        (403, "", json!({"message": "Your account has been suspended"}), &["suspended", "restore the account"]),
        (404, "", json!({"message": "Cannot PATCH /v9/x"}), &["method, path and version"]),
    ] {
        let out = of(status, "PATCH", headers, &body);
        let action = text(&out["action"]);
        assert!(parts.iter().all(|part| action.contains(part)), "{status} {body}: {action}");
    }
}

#[test]
fn one_cause_stands_where_the_response_says_which_and_its_evidence_is_that_word() {
    for (status, message, cause, reason, word) in [
        (401, "The access token expired", "expired", "expired", "expired"),
        (401, "Invalid token", "invalid", "invalid", "Invalid"),
        (403, "Not available in your country", "region", "region", "country"),
        (
            403,
            "Gmail API has not been used in project 1 before or it is disabled.",
            "product",
            "product",
            "has not been used in project",
        ),
        (409, "A user with this name already exists", "exists", "", "already exists"),
        (503, "Down for maintenance", "maintenance", "", "maintenance"),
    ] {
        let body = json!({ "message": message }).to_string();
        let out = get(status, &json!(body));
        let causes = out["causes"].as_array().unwrap();
        assert_eq!((causes.len(), text(&causes[0]["id"]).as_str()), (1, cause), "{message}: {out}");
        assert_eq!(text(&out["reason"]), reason, "{message}");
        let seen = &causes[0]["evidence"][0];
        let place = seen["start"].as_u64().unwrap() as usize..seen["end"].as_u64().unwrap() as usize;
        assert_eq!(&body[place], word, "{message}");
    }
    // "No key was sent" is no cause beside words that the senses do not know.
    let out = get(401, &json!({"message": "Maximum credits exceeded for this month"}));
    assert_eq!(out["causes"].as_array().unwrap().len(), 1, "{out}");
    assert_eq!(out["causes"][0]["id"], "period");
}

#[test]
fn what_may_have_taken_effect_is_sent_again_only_where_that_does_no_harm() {
    for (status, method, key, expected) in [
        (500, "POST", "", true),
        (502, "PATCH", "", true),
        (408, "POST", "", true),
        (500, "POST", "idempotency-key:k\n", false),
        (500, "GET", "", false),
        (503, "PUT", "", false),
        (500, "DELETE", "", false),
        (429, "POST", "", false),
    ] {
        let case = Case {
            status: Some(status),
            method: method.into(),
            request_headers: key.into(),
            body: Some("{}".into()),
            ..Case::default()
        };
        let out = case.json();
        // A timeout's verdict asks for it whatever the method was.
        let expected = expected || status == 408;
        assert_eq!(out["retry"]["requiresIdempotency"], expected, "{status} {method}: {}", out["retry"]);
        let check = text(&out["userMessageKey"]).contains(".check");
        assert_eq!(check, expected && status != 502, "{status} {method}: {}", out["userMessageKey"]);
    }
}

#[test]
fn the_verdict_says_how_to_authenticate_again() {
    for (message, how) in [
        ("The access token expired", "refresh"),
        ("Invalid API key", "new-key"),
        ("API key expired", "new-key"),
        ("Session not found, please log in", "sign-in"),
        ("MFA required", "step-up"),
    ] {
        let out = get(401, &json!({ "message": message }));
        assert_eq!(out["retry"], json!({"verdict": "after-reauth", "how": how}), "{message}");
    }
}

#[test]
fn end_users_read_what_is_true_for_them() {
    for (status, message, key) in [
        (401, "Incorrect API key provided", "user.unauthenticated.key"),
        (401, "invalid client secret", "user.unauthenticated.key"),
        (401, "Your session is invalid", "user.unauthenticated.session"),
        (401, "jwt expired", "user.unauthenticated.expired"),
        (401, "Wrong username or password", "user.unauthenticated.password"),
        (401, "Unauthorized", "user.unauthenticated"),
        (403, "The account is suspended", "user.forbidden.account"),
        (403, "Blocked by our firewall", "user.forbidden.blocked"),
        (403, "API key lacks permission", "user.forbidden.key"),
        (409, "Email already exists", "user.conflict.exists"),
        (409, "Version mismatch: read it again", "user.conflict.changed"),
        (402, "Your trial is over, upgrade your plan", "user.quota_exhausted.plan"),
    ] {
        let out = get(status, &json!({ "message": message }));
        assert_eq!(out["userMessageKey"], key, "{message}: {}", out["userMessage"]);
    }
    let declined =
        json!({"error": {"code": "CARD_REFUSED", "message": "Your card was declined.", "details": {"try": "1"}}});
    assert_eq!(get(402, &declined)["userMessageKey"], "user.business_rule.declined");
    // Nobody is asked to check input that the API does not name.
    let vague = get(400, &json!({"code": 20007, "message": "해당 일자 지표 준비중입니다."}));
    assert_eq!(vague["userMessage"], "This request could not be processed.", "{vague}");
    let named = get(400, &json!({"message": "email is not a valid address", "field": "email"}));
    assert_eq!(named["userMessageKey"], "user.validation_failed", "{named}");
    let unique = json!({"errors": {"email": ["has already been taken"]}});
    assert_eq!(get(422, &unique)["userMessageKey"], "user.validation_failed.exists");
    // A success that says something is not done for sure.
    assert_ne!(get(200, &json!({"message": "Could not save"}))["userMessage"], "Done.");
    assert_eq!(get(200, &json!({"data": []}))["userMessage"], "Done.");
}

#[test]
fn no_one_is_asked_to_check_the_connection_for_what_is_no_failure_of_it() {
    for (code, key) in [
        ("ENOTFOUND", "user.network.connection"),
        ("ECONNREFUSED", "user.network"),
        ("DEPTH_ZERO_SELF_SIGNED_CERT", "user.network"),
        ("ECONNRESET", "user.network.interrupted"),
    ] {
        let thrown =
            vec![["TypeError".into(), "fetch failed".into(), String::new()], ["Error".into(), "x".into(), code.into()]];
        let out = Case { thrown, url: "https://api.example.com/x".into(), ..Case::default() }.json();
        assert_eq!(out["userMessageKey"], key, "{code}");
        assert!(!text(&out["action"]).contains(['{', '[', '|']), "{}", out["action"]);
    }
}

#[test]
fn a_page_of_a_proxy_is_a_note_and_its_reference_is_shown() {
    let page = "<html><head><title>Attention</title></head><body><h1>Internal trouble</h1></body></html>";
    let out = of(500, "GET", "content-type:text/html\nx-request-id:ref-9\n", &json!(page));
    assert!(text(&out["whatHappened"]).contains("Its reference id is ref-9."), "{out}");
    assert!(out["notes"].as_array().unwrap().iter().any(|note| text(note).contains("web page")), "{out}");
}

#[test]
fn a_kind_that_is_not_sure_has_a_text_that_holds_whatever_it_is() {
    // Which of them the reader is not sure of depends on its weights; of some it never is.
    let odd = [
        (400, json!({"error": "context deadline exceeded"})),
        (200, json!({"status": 6, "status_message": "notSubscribed", "message_token": 1})),
        (200, json!({"message": "Hello"})),
        (200, json!({"code": 4711, "msg": "Gerät antwortet nicht"})),
        (200, json!({"statusCode": 300, "body": {}, "message": "Hub is busy"})),
        (200, json!({"success": false, "errors": {"some_order_id": "Error getting payment info", "0": "No change"}})),
        (202, json!({"rc": 12, "text": "the printer is elsewhere", "error": "Kan niet nu"})),
    ];
    let explained = odd.map(|(status, body)| get(status, &body));
    let unsure: Vec<&Value> = explained.iter().filter(|out| out["confidence"].as_f64().unwrap() < 0.6).collect();
    assert!(!unsure.is_empty(), "the reader is sure of all of them now");
    for out in unsure {
        let said = text(&out["userMessage"]);
        assert!(
            said == "This request could not be processed." || out["userMessageKey"] == "user.success.message",
            "{out}"
        );
        let causes = out["causes"].as_array().unwrap();
        assert!(causes.iter().all(|cause| text(&cause["text"]) == "The API's message says why."), "{out}");
    }
}

/// status, body, the first cause, a part of the action.
#[test]
fn no_cause_or_action_contradicts_the_response() {
    for (status, body, cause, action) in [
        // The reader's reason is `route`, of which the message has no word.
        (
            404,
            json!({"code": "NotAuthorizedOrNotFound", "message": "Authorization failed or requested resource not found."}),
            "absent",
            "exists",
        ),
        (401, json!({"errors": [{"message": "Insufficient scopes on access token."}]}), "scope", "with the scope"),
        (401, json!({"error": "unauthorized product", "code": 1104}), "product", "Get the permission"),
        (401, json!({"message": "Current user is not logged in"}), "missing", "Have the user sign in"),
        (
            401,
            json!({"message": "You either supplied the wrong credentials (a bad password), or none"}),
            "missing",
            "valid key or token",
        ),
        (500, json!({"message": "Invalid response received from the API Implementation"}), "upstream", "backing off"),
        (400, json!({"errors": {"detail": "Unexpected value type"}}), "parameter", "Unexpected value type"),
    ] {
        let out = get(status, &body);
        assert_eq!(out["causes"][0]["id"], cause, "{out}");
        assert!(text(&out["action"]).contains(action), "{out}");
    }
    let phoenix = get(404, &json!({"errors": {"detail": "Not Found"}}));
    assert_eq!(phoenix["fields"], json!([]));
    let bare = of(404, "GET", "x-error-message:Repository not found\n", &json!(""));
    assert!(!text(&bare["whatHappened"]).contains("no details"), "{bare}");
}

#[test]
fn a_page_of_a_firewall_is_no_rate_limit_because_its_retry_after_is_nought() {
    let page =
        "<html><head><title>403 Forbidden</title></head><body><p>The requested URL was rejected.</p></body></html>";
    let out = of(403, "GET", "content-type:text/html\nretry-after:0\nx-request-id:ref-9\n", &json!(page));
    assert_eq!(out["kind"], "forbidden");
    assert!(text(&out["action"]).contains("include the reference ref-9"), "{out}");
    assert_eq!(of(403, "GET", "retry-after:5\n", &json!({}))["kind"], "rate_limited");
}

#[test]
fn a_thrown_error_that_may_be_of_the_network_is_not_said_to_be_none() {
    let thrown = |name: &str, message: &str, code: &str| {
        Case { thrown: vec![[name.into(), message.into(), code.into()]], ..Case::default() }.json()
    };
    let message = "Firebase: Error (auth/network-request-failed).";
    let out = thrown("FirebaseError", message, "auth/network-request-failed");
    assert!(out["kind"] == "network" || out["causes"][0]["confidence"] == "possible", "{out}");
    assert!(!text(&out["action"]).contains("not help"), "{out}");
    // Where no page is, CORS is not the first thing to look for.
    assert_eq!(thrown("TypeError", "Load failed", "")["causes"][0]["id"], "unreachable");
    let out = thrown("ConnectTimeoutError", "Connect Timeout Error", "UND_ERR_CONNECT_TIMEOUT");
    assert!(text(&out["action"]).contains("that the server runs"), "{out}");
}
