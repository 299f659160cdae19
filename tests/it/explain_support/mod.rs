//! Cases of the fixture files as reports.

#[path = "../../../src/explain/hostile.rs"]
pub mod hostile;

use fetch_with_policy::explain::{Catalogs, Explanation, Report, Thrown, explain};
use fetch_with_policy::syntax::headers::Headers;
use fetch_with_policy::time::WallTime;
use serde_json::Value;

/// The texts that a report borrows.
#[derive(Default)]
pub struct Case {
    pub status: Option<u16>,
    pub headers: String,
    pub body: Option<String>,
    pub method: String,
    pub url: String,
    pub request_body: String,
    pub request_headers: String,
    pub redirected: bool,
    pub provider: Option<String>,
    pub thrown: Vec<[String; 3]>,
    pub online: Option<bool>,
    pub page_url: String,
    pub response_type: String,
}

pub fn load(path: &str) -> Vec<Value> {
    let text = std::fs::read_to_string(path).unwrap();
    let mut file: Value = serde_json::from_str(&text).unwrap();
    file["cases"].as_array_mut().unwrap().drain(..).collect()
}

pub fn text(value: &Value) -> String {
    value.as_str().unwrap_or("").to_owned()
}

impl Case {
    pub fn of(value: &Value) -> Self {
        let headers = value["headers"].as_object().into_iter().flatten();
        let mut thrown = Vec::new();
        let mut error = &value["error"];
        while error.is_object() {
            let code = error["code"].as_i64().map_or_else(|| text(&error["code"]), |code| code.to_string());
            thrown.push([text(&error["name"]), text(&error["message"]), code]);
            error = &error["cause"];
        }
        if let Some(reason) = error.as_str() {
            thrown.push([String::new(), reason.to_owned(), String::new()]);
        }
        Self {
            status: value["status"].as_u64().map(|status| status as u16),
            headers: headers.map(|(name, value)| [name, ":", &text(value), "\n"].concat()).collect(),
            body: value["body"].as_str().map(str::to_owned),
            method: text(&value["method"]),
            url: text(&value["url"]),
            request_body: text(&value["request_body"]),
            request_headers: String::new(),
            redirected: false,
            provider: value["provider"].as_str().map(str::to_owned),
            thrown,
            online: value["online"].as_bool(),
            page_url: text(&value["page_url"]),
            response_type: text(&value["response_type"]),
        }
    }

    pub fn explain(&self) -> Explanation {
        explain(&self.report(), &Catalogs::built_in())
    }

    /// The explanation as a shell sees it.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.explain().to_json()).expect("an explanation is strict JSON")
    }

    pub fn report(&self) -> Report<'_> {
        let headers = Headers::new(&self.headers);
        // The clock is right where the answer has a date, else it is some day in 2023.
        let date = headers.find("date").and_then(|date| httpdate::parse_http_date(date).ok());
        let since = date.map_or(1_700_000_000, |date| date.duration_since(std::time::UNIX_EPOCH).unwrap().as_secs());
        let now = WallTime(since as i64 * 1000);
        Report {
            status: self.status,
            headers,
            pairs: headers.iter().collect(),
            body: self.body.as_deref(),
            method: &self.method,
            url: &self.url,
            request_body: &self.request_body,
            request_headers: Headers::new(&self.request_headers),
            redirected: self.redirected,
            provider: self.provider.as_deref().unwrap_or(""),
            thrown: self.thrown.iter().map(|[name, message, code]| Thrown { name, message, code }).collect(),
            online: self.online,
            page_url: &self.page_url,
            response_type: &self.response_type,
            now,
            ..Report::default()
        }
    }
}

/// Whether `actual` is `expected` or one of the others that the case accepts.
pub fn accepted(case: &Value, actual: &str, member: &str, others: &str) -> bool {
    let expected = &case["expected"];
    expected[member] == actual
        || expected[others].as_array().is_some_and(|list| list.iter().any(|other| other == actual))
}
