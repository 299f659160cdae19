//! The numbers that cross between this crate and the npm package's JS, each with its name.
//!
//! `pkg-template/src/protocol.js` is generated from this file, and `tests/it/protocol.rs` fails where the two differ. A number
//! crosses at no cost; an enum of wasm-bindgen's would bring an object for each, which no minifier can take apart.

macro_rules! numbered {
    ($(#[doc = $about:literal])+ $name:ident { $($(#[doc = $doc:literal])+ $variant:ident = $number:literal,)+ }) => {
        $(#[doc = $about])+
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[repr(i32)]
        pub enum $name {
            $($(#[doc = $doc])+ $variant = $number,)+
        }

        impl $name {
            /// The one with this number.
            #[inline]
            pub const fn of(number: i32) -> Option<Self> {
                match number {
                    $($number => Some(Self::$variant),)+
                    _ => None,
                }
            }

            /// What `protocol.js` is generated from.
            #[cfg(test)]
            pub const TABLE: Table = Table {
                name: stringify!($name),
                about: concat!($($about),+),
                rows: &[$((stringify!($variant), concat!($($doc),+), Self::$variant as i32)),+],
            };
        }
    };
}

/// An enum as the test sees it.
#[cfg(test)]
pub struct Table {
    pub name: &'static str,
    pub about: &'static str,
    /// The name, the documentation and the number of each variant.
    pub rows: &'static [(&'static str, &'static str, i32)],
}

numbered! {
    /// What happened to a call: of `Engine.tell`.
    Event {
        /// It begins.
        Begin = 0,
        /// Its wait is over, or it is time for a further send.
        Elapse = 1,
        /// Its signal fired.
        Abort = 2,
        /// The caller's `decide` returned true.
        Yes = 3,
        /// It returned false.
        No = 4,
        /// It returned something else.
        Undecided = 5,
        /// A wait for being online is over, and the host is online.
        Online = 6,
        /// The same, and the host is not.
        Offline = 7,
        /// Its time is over while the caller's own code is awaited.
        Expire = 8,
        /// Of no call: the core knows by now what a page sent before it was loaded.
        Adopted = 9,
    }
}

numbered! {
    /// What to do next: returned for each event.
    Action {
        /// The core refused the event.
        Refused = -1,
        /// Send.
        Send = 0,
        /// Wait.
        Wait = 1,
        /// End with the last result.
        Resolve = 2,
        /// End with an error.
        Reject = 3,
        /// Ask the caller's `decide`.
        Ask = 4,
        /// Read the front of the body.
        Peek = 5,
        /// Send, and another time while there is no response.
        Hedge = 6,
        /// Let go of this send's result and go on with those that are in flight.
        Await = 7,
        /// The core has failed: the shell's own, which the core never returns.
        Failed = 8,
        /// Have the caller make the headers of the next send, and keep the last result meanwhile.
        Prepare = 9,
    }
}

numbered! {
    /// A detail of a call's last action: of `Engine.detail`.
    Detail {
        /// Of `WAIT`: how long. Of `SEND`, `HEDGE` and `PREPARE`: how long at most, 0 for no limit. Of `ASK`: how long it would wait. Of `PEEK`: how long the front may take. All in ms. Of an end: when to try again, epoch ms, 0 where that is not known.
        Time = 0,
        /// Of `WAIT`: whether `woken` ends it, so that it needs no timer of its own. Of `RESOLVE`: whether to throw the response. Of `ASK`: whether to retry where the caller does not decide.
        Flag = 1,
        /// Of `WAIT` and of an end: a number for the text of `Engine.reason`, 0 for "". Of `PEEK`: how many KiB to read.
        Code = 2,
        /// What became of the route's circuit: one of `Circuit`.
        Circuit = 3,
        /// Of `HEDGE` and `AWAIT`: in how many ms to tell `ELAPSE` for a further send, or `NEVER`.
        NextSend = 4,
        /// How long the call may still take, ms; 0 for no limit.
        Left = 5,
    }
}

numbered! {
    /// In the place of a time or of a call's number.
    Absent {
        /// There is none.
        Never = -1,
    }
}

numbered! {
    /// What became of a circuit.
    Circuit {
        /// Nothing.
        Unchanged = 0,
        /// It closed.
        Closed = 1,
        /// It half-opened.
        HalfOpen = 2,
        /// It opened.
        Open = 3,
    }
}

numbered! {
    /// A question about a call: of `Engine.is`.
    Question {
        /// Whether it may be sent more than once, so that its body is to be kept.
        Repeatable = 0,
        /// Whether to make up an idempotency key for it.
        Keyless = 1,
    }
}

numbered! {
    /// Which quotas `Engine.quotas` returns, as JSON.
    Quotas {
        /// The one that the call's last wait was for, or the header that asked for the wait and until when; "" for neither. Without what changes with each call that waits, so that thousands may share one text.
        Awaited = 0,
        /// An array of those that the call's last response reported.
        Reported = 1,
        /// An array of all, of whatever call.
        All = 2,
        /// The same with the keys of their scopes.
        Snapshot = 3,
    }
}

numbered! {
    /// Which names of headers `names` returns, in lower case.
    Names {
        /// A pattern of those of a request that `Engine.start` does not want.
        Unwanted = 0,
        /// A pattern of those of a response that `Engine.respond` wants.
        Wanted = 1,
        /// The one that carries an idempotency key.
        Key = 2,
    }
}
