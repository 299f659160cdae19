//! The errors of a call, in Rust and as the npm package throws them.

use alloc::string::{String, ToString};
use core::fmt;

use js_sys::{Array, Object, Reflect, Symbol};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::Response;

use crate::{call::GiveUpReason, client::time_limit::timeout_error, syntax::value::OptionError, time::WallTime};

/// By which the npm package knows its errors wherever they were made.
const BRAND: &str = "fetch-with-policy.error";

/// Why there is no response.
#[derive(Clone, Debug)]
pub enum Error {
    /// The signal fired. Holds the signal's reason or the host's rejection.
    Aborted(JsValue),
    /// With the feature `serde`: a value does not have the expected shape.
    Data(JsValue),
    /// The total timeout has passed, or would pass before the call is sent.
    Deadline,
    /// The driver and the core disagree: a bug in this crate. Holds the call's state.
    Internal(&'static str),
    /// Not sent: the circuit of its route is open until this time.
    CircuitOpen(WallTime),
    /// The value that the host's fetch threw or rejected with, unchanged.
    Network(JsValue),
    /// An invalid option.
    Option(OptionError),
    /// Not sent: too many calls wait for the quota, or the wait is too long.
    Refused {
        /// Which of the two.
        reason: GiveUpReason,
        /// When the quota may have room.
        retry_at: WallTime,
    },
    /// A response with an error status, if `throwHttpErrors` is on. Its body is unread.
    Status(Response),
}

impl Error {
    /// When trying again may help, if known.
    pub fn retry_at(&self) -> Option<WallTime> {
        match self {
            Self::CircuitOpen(retry_at) | Self::Refused { retry_at, .. } => Some(*retry_at),
            _ => None,
        }
    }

    /// The error as the npm package throws it: recognised by its guards (`RateLimitError.is`), with `code` and fields.
    /// `subject` is what failed: `GET https://api.example.com`.
    pub fn into_js(self, subject: &str) -> JsValue {
        let message = [subject, ": ", &self.to_string()].concat();
        match self {
            Self::Aborted(error) | Self::Data(error) | Self::Network(error) => error,
            Self::CircuitOpen(retry_at) => {
                make("CircuitOpenError", "circuit-open", &message, &[("retryAt", JsValue::from(retry_at.0 as f64))])
            }
            Self::Deadline => timeout_error(&message),
            Self::Internal(_) => make("PolicyError", "internal", &message, &[]),
            Self::Option(error) => {
                let message = self::Error::Option(error.clone()).to_string();
                let fields = [("field", JsValue::from(error.field)), ("expected", error.expected.into())];
                make("PolicyOptionError", "invalid-option", &message, &fields)
            }
            Self::Refused { reason, retry_at } => {
                let code = if reason == GiveUpReason::QueueFull { "queue-full" } else { "quota-wait-too-long" };
                make("RateLimitError", code, &message, &[("retryAt", JsValue::from(retry_at.0 as f64))])
            }
            Self::Status(response) => make("HttpError", "http-error", &message, &[("response", response.into())]),
        }
    }
}

impl From<OptionError> for Error {
    fn from(error: OptionError) -> Self {
        Self::Option(error)
    }
}

impl From<Error> for JsValue {
    fn from(error: Error) -> Self {
        error.into_js("fetch")
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Aborted(_) => f.write_str("aborted"),
            Self::CircuitOpen(_) => f.write_str("not sent, the circuit of its route is open"),
            Self::Deadline => f.write_str("the deadline is over, or would pass before the call is sent"),
            Self::Internal(state) => write!(f, "the core refused an event ({state})"),
            Self::Data(error) | Self::Network(error) => write!(f, "{}", text(error)),
            Self::Option(error) => error.fmt(f),
            Self::Refused { reason: GiveUpReason::QueueFull, .. } => {
                f.write_str("not sent, too many calls wait for the quota")
            }
            Self::Refused { .. } => f.write_str("not sent, the wait for the quota is too long"),
            Self::Status(response) => write!(f, "status {}", response.status()),
        }
    }
}

impl core::error::Error for Error {}

fn text(error: &JsValue) -> String {
    let message = Reflect::get(error, &"message".into()).ok().and_then(|message| message.as_string());
    message.or_else(|| error.as_string()).unwrap_or_default()
}

// An `Error` of this name. Name and brand are not enumerable, as in the package, where they are its prototype's.
fn make(name: &str, code: &str, message: &str, fields: &[(&str, JsValue)]) -> JsValue {
    let error: Object = js_sys::Error::new(message).unchecked_into();
    let kinds: Array = ["PolicyError", name].into_iter().map(JsValue::from).collect();
    let hidden = [(JsValue::from("name"), JsValue::from(name)), (Symbol::for_(BRAND).into(), kinds.into())];
    for (key, value) in hidden {
        let descriptor = Object::new();
        // A fresh object and a fresh error refuse nothing.
        let _ = Reflect::set(&descriptor, &"value".into(), &value);
        let _ = Reflect::define_property(&error, &key, &descriptor);
    }
    for (key, value) in fields.iter().chain(&[("code", JsValue::from(code))]) {
        let _ = Reflect::set(&error, &(*key).into(), value);
    }
    error.into()
}
