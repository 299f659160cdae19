//! What the engine keeps of a call, beside the call itself. A hundred thousand may wait, so it is little.

use alloc::boxed::Box;

use crate::call::{Call, GiveUpReason, WaitReason};

/// A call, and what it was told last: others may be told something before its shell reads that.
#[derive(Debug)]
pub struct Slot {
    pub call: Call,
    pub last: Last,
    /// The number of its origin, and a part of its scope's key.
    pub origin: u32,
    pub scope: u32,
    pub made: Option<Box<Made>>,
}

/// Of a call whose caller makes headers for each send.
#[derive(Debug)]
pub struct Made {
    /// What of its request says who it is, as `start` had it.
    pub text: Box<str>,
    /// Its scope is named by the caller.
    pub is_named: bool,
}

/// The details of an action, for the getters.
#[derive(Debug, Default)]
pub struct Last {
    pub time: f64,
    pub next: f64,
    pub left: f64,
    pub why: Why,
    /// A number for it; 0 for none.
    pub code: u8,
    pub flag: bool,
}

/// Why a call waits or ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Why {
    #[default]
    None,
    Wait(WaitReason),
    End(GiveUpReason),
}
