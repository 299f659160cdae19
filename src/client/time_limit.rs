//! What ends a send before its end: its time until the headers, another send that was faster, or a caller who is gone.

use alloc::rc::Rc;
use core::cell::Cell;

use gloo_timers::callback::Timeout;
use js_sys::{Array, Function, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{AbortController, AbortSignal, DomException, Request, RequestInit};

use crate::client::sleep::{Alarm, LONGEST};

/// Aborts a send when its time is over, unless it is dropped before; or when it is called off.
pub struct TimeLimit {
    /// To be given to fetch beside the request.
    pub init: RequestInit,
    reason: JsValue,
    expired: Rc<Cell<bool>>,
    controller: AbortController,
    _timer: Option<Timeout>,
}

impl TimeLimit {
    /// A limit of `ms`, if there is one, for a send of `request`, whose own signal stays joined: its abort must reach the body too.
    /// `alarm` is touched when it is over, since the host's fetch may take no notice.
    ///
    /// # Errors
    /// Where the host has no `AbortController`.
    pub fn new(request: &Request, ms: Option<i64>, alarm: &Rc<Alarm>) -> Result<Self, JsValue> {
        let controller = AbortController::new()?;
        let reason = timeout_error("no response within the time limit");
        let init = RequestInit::new();
        init.set_signal(Some(&join(&request.signal(), &controller)));
        // An init that is not empty makes the host forget where the request says that it comes from (Fetch standard, "new Request").
        for name in ["referrer", "referrerPolicy"] {
            // workerd has neither.
            let said = Reflect::get(request, &name.into()).unwrap_or(JsValue::UNDEFINED);
            if said.is_string() {
                let _ = Reflect::set(&init, &name.into(), &said);
            }
        }
        let expired = Rc::new(Cell::new(false));
        let on_time = {
            let (reason, expired, controller) = (reason.clone(), Rc::clone(&expired), controller.clone());
            let alarm = Rc::clone(alarm);
            move || {
                expired.set(true);
                controller.abort_with_reason(&reason);
                alarm.touch();
            }
        };
        let timer = ms.map(|ms| Timeout::new(u32::try_from(ms.max(0)).unwrap_or(LONGEST).min(LONGEST), on_time));
        Ok(Self { init, reason, expired, controller, _timer: timer })
    }

    /// Aborts the send.
    pub fn call_off(self) {
        self.controller.abort();
    }

    /// The `TimeoutError` that the send ended with, if it was this limit that ended it.
    pub fn reason(&self) -> Option<JsValue> {
        self.expired.get().then(|| self.reason.clone())
    }
}

/// A `DOMException` named `TimeoutError`.
pub fn timeout_error(message: &str) -> JsValue {
    match DomException::new_with_message_and_name(message, "TimeoutError") {
        Ok(error) => error.into(),
        Err(error) => error,
    }
}

// A signal that fires with either.
fn join(signal: &AbortSignal, controller: &AbortController) -> AbortSignal {
    if has_any(signal) {
        return AbortSignal::any(&Array::of2(signal, &controller.signal()));
    }
    // Hosts of before 2024: the caller's abort reaches the send, though not its reason; the driver tells that itself.
    if let Ok(abort) = Reflect::get(controller, &"abort".into()).and_then(JsCast::dyn_into::<Function>) {
        let abort = abort.bind1(controller, &JsValue::UNDEFINED);
        let _ = signal.add_event_listener_with_callback("abort", abort.unchecked_ref());
    }
    controller.signal()
}

fn has_any(signal: &AbortSignal) -> bool {
    let constructor = Reflect::get(signal, &"constructor".into()).unwrap_or(JsValue::UNDEFINED);
    Reflect::get(&constructor, &"any".into()).is_ok_and(|any| any.is_function())
}
