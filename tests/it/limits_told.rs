//! Limits in headers and bodies, against public reports: `fixtures/limits-told.json`. Each row goes to all three: the reader, the
//! policy (what it does about the first answer) and the explainer.

use fetch_with_policy::{
    call::{self, Action, Call, Event, Memory, Request, WaitReason},
    explain::{Catalogs, Report, advise::texts, explain, kind::Retry},
    policy::Policy,
    rate_limit::{
        identity::Identity,
        read::{self, Answer},
    },
    syntax::{headers::Headers, value::Value as Told},
    time::{Moment, WallTime},
};
use serde_json::Value;

// Those that rules were built for, and those whose expectation was written before the readers were asked.
const FIXTURES: &[&str] =
    &[include_str!("../fixtures/limits-told.json"), include_str!("../fixtures/limits-untuned.json")];
const NOW: i64 = 1_795_305_600_000;

fn at(ms: f64) -> Moment {
    Moment::new(NOW as f64 + ms, ms, 0.0)
}

fn headers(case: &Value) -> String {
    let mut lines = String::new();
    for (name, value) in case["headers"].as_object().unwrap() {
        lines += &[&name.to_lowercase(), ":", value.as_str().unwrap(), "\n"].concat();
    }
    if !lines.contains("content-type:") {
        lines += "content-type:application/json\n";
    }
    lines
}

fn policy(case: &Value) -> Policy {
    let mut policy = Policy::default();
    for (path, value) in [
        ("profiles", Told::List(1)),
        ("profiles.0", Told::Object),
        ("profiles.0.name", Told::Text("example")),
        ("profiles.0.hosts", Told::List(1)),
        ("profiles.0.hosts.0", Told::Text("api.example.com")),
        ("profiles.0.errorsUnder200", Told::Flag(case["errorsUnder200"] == true)),
    ] {
        policy.set(path, value).unwrap();
    }
    policy
}

/// What the policy does about one answer.
fn acted(case: &Value) -> Action {
    let mut memory = Memory::new(true);
    let identity = Identity::of("https://api.example.com", Headers::new(""));
    let method = case["method"].as_str().unwrap_or("GET");
    let request = Request { method: method.into(), identity, keyed: false, replayable: true };
    let mut call = Call::new(request, policy(case).rules("api.example.com"), 0, &mut memory, at(0.0));
    assert!(matches!(call.handle(Event::Start, &mut memory, at(0.0)), Ok(Action::Send { .. })));
    let lines = headers(case);
    let status = case["status"].as_u64().unwrap() as u16;
    let event = Event::Respond { attempt: 1, status, headers: Headers::new(&lines), foreign: false };
    let action = call.handle(event, &mut memory, at(0.0)).unwrap();
    if let Action::Peek { .. } = action {
        return call.handle(Event::Body(case["body"].as_str().unwrap_or("")), &mut memory, at(0.0)).unwrap();
    }
    action
}

fn policy_difference(case: &Value) -> Option<String> {
    let expected = case.get("policy").filter(|expected| !expected.is_null())?;
    let action = acted(case);
    let is_right = match (action, expected["waits"].as_i64()) {
        (Action::Wait { delay, reason }, Some(ms)) => {
            let told = match reason {
                WaitReason::RetryAfter => "retry-after",
                WaitReason::RateLimit => "rate-limit",
                WaitReason::Backoff => "backoff",
                _ => "another",
            };
            // Never early; what is added so that clients do not come together is a tenth at most, and a round trip. Our own curve is
            // not the server's word.
            told == expected["for"] && (told == "backoff" || (ms..=ms + ms / 10 + 100).contains(&delay))
        }
        (Action::Resolve { gave_up, .. }, None) => {
            let reason = gave_up.map(|gave_up| format!("{:?}", gave_up.reason));
            expected["ends"]
                .as_str()
                .map_or(reason.is_none(), |ends| ends.split('|').any(|end| reason.as_deref() == Some(end)))
        }
        _ => false,
    };
    (!is_right).then(|| format!("policy: {action:?}, not {expected}"))
}

fn reading_difference(case: &Value) -> Option<String> {
    let expected = case.get("reading")?;
    let lines = headers(case);
    let status = case["status"].as_u64().unwrap() as u16;
    let body = case["body"].as_str().unwrap_or("");
    let reading = read::read(Answer { status, body, ..Answer::from(Headers::new(&lines)) }, WallTime(NOW));
    if let Some(limited) = expected.get("limited")
        && call::limited(status, &reading) != limited.as_bool()
    {
        return Some(format!("reader: limited {:?}", call::limited(status, &reading)));
    }
    let quotas = expected.get("quotas")?.as_array().unwrap();
    // Each member that the row names; what it leaves out is not compared.
    let is_there = |wanted: &Value| {
        let is = |name: &str, found: Option<i64>| wanted.get(name).is_none_or(|wanted| wanted.as_i64() == found);
        let is_text = |name: &str, found: &Option<String>| {
            wanted.get(name).is_none_or(|wanted| wanted.as_str() == found.as_deref())
        };
        let count = |count: Option<u64>| count.map(|count| count as i64);
        reading.quotas.iter().any(|quota| {
            is_text("name", &quota.name)
                && is_text("unit", &quota.unit)
                && is("limit", count(quota.limit))
                && is("remaining", count(quota.remaining))
                && is("window", quota.window)
                && is("reset_in", quota.reset_in)
        })
    };
    let is_right = quotas.len() == reading.quotas.len() && quotas.iter().all(is_there);
    (!is_right).then(|| format!("reader: {:?}", reading.quotas))
}

fn explain_difference(case: &Value) -> Option<String> {
    let expected = case.get("explain").filter(|expected| !expected.is_null())?;
    let lines = headers(case);
    let report = Report {
        status: Some(case["status"].as_u64().unwrap() as u16),
        headers: Headers::new(&lines),
        body: Some(case["body"].as_str().unwrap_or("")),
        url: "https://api.example.com/x",
        method: case["method"].as_str().unwrap_or("GET"),
        now: WallTime(NOW),
        ..Report::default()
    };
    let out = explain(&report, &Catalogs::built_in());
    let (verdict, delay) = match out.retry {
        Retry::None => ("none", None),
        Retry::Never { .. } => ("never", None),
        Retry::Backoff { .. } => ("backoff", None),
        Retry::After { delay, .. } => ("after", Some(delay)),
        Retry::AtReset { delay, .. } => ("at-reset", Some(delay)),
        _ => ("another", None),
    };
    let kind = texts::row(out.kind).name;
    let is = |wanted: &Value, told: &str| wanted.as_str().unwrap().split('|').any(|wanted| wanted == told);
    let is_right = is(&expected["kind"], kind)
        && is(&expected["verdict"], verdict)
        && expected["delay"].as_i64().is_none_or(|wanted| delay == Some(wanted));
    (!is_right).then(|| format!("explainer: {kind}, {verdict} {delay:?}, not {expected}"))
}

/// What the policy does about the first answer to a call beside others; [`IS_HELD`] where it does not send.
fn send(memory: &mut Memory, method: &str, status: u16, headers: &str, body: &str, ms: f64) -> Action {
    let identity = Identity::of("https://api.example.com", Headers::new("authorization:Bearer a"));
    let request = Request { method: method.into(), identity, keyed: false, replayable: true };
    let mut call = Call::new(request, Policy::default().rules("api.example.com"), 0, memory, at(ms));
    let Action::Send { attempt, .. } = call.handle(Event::Start, memory, at(ms)).unwrap() else {
        let _ = call.handle(Event::Abort, memory, at(ms)).unwrap();
        return IS_HELD;
    };
    let event = Event::Respond { attempt, status, headers: Headers::new(headers), foreign: false };
    let action = call.handle(event, memory, at(ms)).unwrap();
    let action = match action {
        Action::Peek { .. } => call.handle(Event::Body(body), memory, at(ms)).unwrap(),
        action => action,
    };
    // Who would send again goes.
    let _ = call.handle(Event::Abort, memory, at(ms));
    call.end(memory);
    action
}

const IS_HELD: Action = Action::Await { next: None };

#[test]
fn a_request_that_is_too_large_holds_nobody() {
    const LARGE: &str = r#"{"error":{"message":"Request too large for gpt-4o: Limit 30000, Requested 36055.","type":"tokens","code":"rate_limit_exceeded"}}"#;
    let told = "x-ratelimit-remaining-requests:499\nx-ratelimit-remaining-tokens:30000\n";
    let mut memory = Memory::new(true);
    for ms in 0..3 {
        let large = send(&mut memory, "POST", 429, told, LARGE, f64::from(ms));
        assert!(matches!(large, Action::Resolve { .. }), "{large:?}");
    }
    for ms in 0..20 {
        let small = send(&mut memory, "POST", 200, told, "", f64::from(100 + ms));
        assert!(matches!(small, Action::Resolve { gave_up: None, .. }), "{small:?}");
    }
}

#[test]
fn a_spent_quota_of_errors_holds_everybody_until_its_reset_and_no_longer() {
    let mut memory = Memory::new(true);
    let told = |left: u32| format!("x-esi-error-limit-remain:{left}\nx-esi-error-limit-reset:36\n");
    // Errors are left: nothing paces requests.
    for ms in 0..25 {
        let good = send(&mut memory, "GET", 404, &told(25 - ms), "", f64::from(ms));
        assert!(matches!(good, Action::Resolve { .. }), "{good:?}");
    }
    let refused = send(&mut memory, "GET", 420, &told(0), "", 100.0);
    assert!(matches!(refused, Action::Wait { delay: 36_000.., .. }), "{refused:?}");
    for ms in 0..24 {
        assert_eq!(send(&mut memory, "GET", 420, &told(0), "", 200.0 + f64::from(ms)), IS_HELD);
    }
    let later = send(&mut memory, "GET", 200, &told(100), "", 36_200.0);
    assert!(matches!(later, Action::Resolve { gave_up: None, .. }), "{later:?}");
}

#[test]
fn reader_policy_and_explainer_agree_on_what_servers_tell() {
    let mut wrong = Vec::new();
    let mut rows = 0;
    for text in FIXTURES {
        let fixture: Value = serde_json::from_str(text).unwrap();
        for case in fixture["cases"].as_array().unwrap() {
            rows += 1;
            let differences = [reading_difference(case), policy_difference(case), explain_difference(case)];
            for difference in differences.into_iter().flatten() {
                wrong.push(format!("{}: {difference}", case["id"]));
            }
        }
    }
    assert!(wrong.is_empty(), "{}\n{} of {rows} rows", wrong.join("\n"), wrong.len());
}
