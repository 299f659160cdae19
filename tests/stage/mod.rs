//! A stand-in for the host's fetch, for as long as it lives, with a count of the timers and listeners that are left open.
#![allow(dead_code, reason = "each suite uses its own part")]

use std::{cell::RefCell, collections::VecDeque, rc::Rc};

use js_sys::{Array, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue, closure::Closure, prelude::wasm_bindgen};
use web_sys::{Headers, Request, RequestInit, Response, ResponseInit};

#[wasm_bindgen(inline_js = "
export function watch() {
  const { setTimeout, clearTimeout } = globalThis;
  const { addEventListener, removeEventListener } = EventTarget.prototype;
  const timers = new Set();
  let started = 0;
  let listeners = [];
  globalThis.setTimeout = (callback, ms, ...rest) => {
    const timer = setTimeout(() => { timers.delete(timer); callback(...rest); }, ms);
    timers.add(timer);
    started++;
    return timer;
  };
  globalThis.clearTimeout = (timer) => { timers.delete(timer); clearTimeout(timer); };
  EventTarget.prototype.addEventListener = function (...given) {
    if (this instanceof AbortSignal) listeners.push([this, ...given]);
    return addEventListener.apply(this, given);
  };
  EventTarget.prototype.removeEventListener = function (...given) {
    listeners = listeners.filter((known) => ![this, ...given].every((part, index) => part === known[index]));
    return removeEventListener.apply(this, given);
  };
  return {
    counts: () => [timers.size, started, listeners.length],
    end: () => {
      Object.assign(globalThis, { setTimeout, clearTimeout });
      Object.assign(EventTarget.prototype, { addEventListener, removeEventListener });
    },
  };
}
export function begun() {
  let cancelled = false;
  const body = new ReadableStream({
    start: (controller) => controller.enqueue(new TextEncoder().encode('slow')),
    cancel: () => { cancelled = true; },
  });
  return [body, () => cancelled];
}
export function hollow(most) {
  let pulls = 0;
  const pull = (controller) => {
    pulls++;
    if (pulls > most) controller.error(new Error('read for too long'));
    else controller.enqueue(new Uint8Array(0));
  };
  return [new ReadableStream({ pull }, { highWaterMark: 0 }), () => pulls];
}
")]
extern "C" {
    type Watch;
    fn begun() -> Array;
    fn hollow(most: u32) -> Array;
    fn watch() -> Watch;
    #[wasm_bindgen(method)]
    fn counts(this: &Watch) -> Array;
    #[wasm_bindgen(method)]
    fn end(this: &Watch);
}

type Sends = Rc<RefCell<Vec<(Request, JsValue)>>>;

/// While it stands, `globalThis.fetch` gives its answers in turn; where there is none, or no more, it hangs.
pub struct Stage {
    host: JsValue,
    sends: Sends,
    answers: Vec<Option<Response>>,
    watch: Watch,
    _fetch: Closure<dyn FnMut(Request, JsValue) -> Promise>,
}

impl Stage {
    pub fn new(answers: &[Option<Response>]) -> Self {
        let sends = Sends::default();
        let mut script: VecDeque<_> = answers.iter().cloned().collect();
        let fetch = {
            let sends = Rc::clone(&sends);
            Closure::<dyn FnMut(Request, JsValue) -> Promise>::new(move |request, init| {
                sends.borrow_mut().push((request, init));
                match script.pop_front().flatten() {
                    Some(response) => Promise::resolve(&response).unchecked_into(),
                    None => Promise::new(&mut |_, _| {}),
                }
            })
        };
        let host = Reflect::get(&js_sys::global(), &"fetch".into()).unwrap();
        Reflect::set(&js_sys::global(), &"fetch".into(), fetch.as_ref()).unwrap();
        Self { host, sends, answers: answers.to_vec(), watch: watch(), _fetch: fetch }
    }

    pub fn sends(&self) -> usize {
        self.sends.borrow().len()
    }

    /// What the send of this number was made with.
    pub fn request(&self, index: usize) -> Request {
        Clone::clone(&self.sends.borrow()[index].0)
    }

    pub fn init(&self, index: usize) -> RequestInit {
        self.sends.borrow()[index].1.clone().unchecked_into()
    }

    pub fn last_response(&self) -> Response {
        self.answers.iter().flatten().next_back().cloned().unwrap()
    }

    /// Timers that were set and neither fired nor were cleared.
    pub fn timers(&self) -> f64 {
        self.count(0)
    }

    /// Timers that were ever set.
    pub fn timers_set(&self) -> f64 {
        self.count(1)
    }

    /// Listeners that were added to a signal and not removed.
    pub fn listeners(&self) -> f64 {
        self.count(2)
    }

    fn count(&self, index: u32) -> f64 {
        self.watch.counts().get(index).as_f64().unwrap()
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        self.watch.end();
        Reflect::set(&js_sys::global(), &"fetch".into(), &self.host).unwrap();
    }
}

pub fn status(status: u16) -> ResponseInit {
    let init = ResponseInit::new();
    init.set_status(status);
    init
}

/// An answer whose body begins and does not end, and whether somebody let go of it.
pub fn endless(code: u16) -> (Response, impl Fn() -> bool) {
    let made = begun();
    let (body, cancelled) = (made.get(0), made.get(1));
    let response = Response::new_with_opt_readable_stream_and_init(Some(body.unchecked_ref()), &status(code)).unwrap();
    (response, move || cancelled.unchecked_ref::<js_sys::Function>().call0(&JsValue::NULL).unwrap().is_truthy())
}

/// An answer whose body is of so many empty chunks and then breaks off, and how many were read.
pub fn empty(code: u16, most: u32) -> (Response, impl Fn() -> f64) {
    let made = hollow(most);
    let (body, pulls) = (made.get(0), made.get(1));
    let response = Response::new_with_opt_readable_stream_and_init(Some(body.unchecked_ref()), &status(code)).unwrap();
    (response, move || pulls.unchecked_ref::<js_sys::Function>().call0(&JsValue::NULL).unwrap().as_f64().unwrap())
}

pub fn answer(code: u16, headers: &[(&str, &str)]) -> Response {
    let init = status(code);
    let list = Headers::new().unwrap();
    for (name, value) in headers {
        list.set(name, value).unwrap();
    }
    init.set_headers(&list);
    Response::new_with_opt_str_and_init(Some("body"), &init).unwrap()
}
