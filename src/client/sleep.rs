//! Waits that end early: by the signal's abort, or because another call's turn made room.
//!
//! An [`Alarm`] is what can end one call's wait; a timer is polled beside it. The timer and the listener belong to the
//! future of [`sleep`], so dropping it removes both.

use alloc::{boxed::Box, rc::Rc, vec::Vec};
use core::{
    cell::{Cell, RefCell},
    future::{Future, poll_fn},
    pin::Pin,
    task::{Poll, Waker},
};

use gloo_timers::future::TimeoutFuture;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::AbortSignal;

/// The longest timer, ms: above it they fire at once (HTML standard: the delay is a signed 32-bit number). Whoever sleeps
/// asks again, so a longer wait is slept in parts.
pub const LONGEST: u32 = i32::MAX as u32;

/// Ends a wait before its time.
#[derive(Default)]
pub struct Alarm {
    rung: Cell<bool>,
    waker: Cell<Option<Waker>>,
}

/// The alarms of a policy's calls, by the number that the tracker names each by.
#[derive(Default)]
pub struct Sleepers {
    alarms: RefCell<Vec<Option<Rc<Alarm>>>>,
    free: RefCell<Vec<u32>>,
}

/// Sleeps until `delay` ms are over (or as much of them as a timer takes), `signal` fires, or `alarm` is rung. It may have been
/// rung before: the core grants a call its turn before the call sleeps, and names it once.
pub async fn sleep(delay: i64, signal: &AbortSignal, alarm: &Rc<Alarm>) {
    let _listener = Listener::new(signal, Rc::clone(alarm));
    let mut timer = TimeoutFuture::new(u32::try_from(delay.max(0)).unwrap_or(LONGEST).min(LONGEST));
    poll_fn(|context| {
        if alarm.rung.get() {
            return Poll::Ready(());
        }
        alarm.waker.set(Some(context.waker().clone()));
        Pin::new(&mut timer).poll(context)
    })
    .await;
}

/// Waits until `signal` fires. [`Alarm::touch`] has the call looked at again meanwhile.
pub async fn aborted(signal: &AbortSignal, alarm: &Rc<Alarm>) {
    let _listener = Listener::new(signal, Rc::clone(alarm));
    poll_fn(|context| {
        if signal.aborted() {
            return Poll::Ready(());
        }
        alarm.waker.set(Some(context.waker().clone()));
        Poll::Pending
    })
    .await;
}

impl Alarm {
    /// Forgets that it was rung. To be called before each event goes to the core: what it rings for by that event is to be kept.
    pub fn reset(&self) {
        self.rung.set(false);
    }

    /// Has the call looked at again, and ends no sleep.
    pub fn touch(&self) {
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }

    fn ring(&self) {
        self.rung.set(true);
        self.touch();
    }
}

impl Sleepers {
    /// A number for a new call, and its alarm.
    pub fn enter(&self) -> (u32, Rc<Alarm>) {
        let alarm = Rc::new(Alarm::default());
        let mut alarms = self.alarms.borrow_mut();
        let owner = self.free.borrow_mut().pop().unwrap_or(alarms.len() as u32);
        match alarms.get_mut(owner as usize) {
            Some(place) => *place = Some(Rc::clone(&alarm)),
            None => alarms.push(Some(Rc::clone(&alarm))),
        }
        (owner, alarm)
    }

    /// The call is over; its number may be given to another.
    pub fn leave(&self, owner: u32) {
        if self.alarms.borrow_mut().get_mut(owner as usize).and_then(Option::take).is_some() {
            self.free.borrow_mut().push(owner);
        }
    }

    /// Ends the wait of `owner`, if it waits.
    pub fn ring(&self, owner: u32) {
        let alarm = self.alarms.borrow().get(owner as usize).and_then(Clone::clone);
        if let Some(alarm) = alarm {
            alarm.ring();
        }
    }
}

/// Rings an alarm when a signal fires, for as long as it lives.
struct Listener {
    signal: AbortSignal,
    callback: Closure<dyn FnMut()>,
}

impl Listener {
    fn new(signal: &AbortSignal, alarm: Rc<Alarm>) -> Self {
        let callback = Closure::wrap(Box::new(move || alarm.ring()) as Box<dyn FnMut()>);
        // A signal takes any listener; both methods throw for other objects alone.
        let _ = signal.add_event_listener_with_callback("abort", callback.as_ref().unchecked_ref());
        Self { signal: signal.clone(), callback }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let _ = self.signal.remove_event_listener_with_callback("abort", self.callback.as_ref().unchecked_ref());
    }
}
