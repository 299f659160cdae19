//! Where several clients share quotas, and the messages that go over: in the shapes of the npm package, so that Rust and
//! JavaScript share one ledger.

use alloc::{boxed::Box, format, rc::Rc, string::String, vec::Vec};
use core::{future::Future, pin::Pin, time::Duration};

use wasm_bindgen::JsValue;

use crate::rate_limit::share::message::{KNOWN, REPORT};

/// The version of the messages.
const VERSION: u32 = 1;

/// The first number of what is known, where nothing is.
const NOTHING: i64 = -1;
/// More clients than share anything; no number is larger; a reply asks nobody to come back or to wait later; a lease lasts no
/// longer beyond two windows, ms. As in the npm package.
const MOST_MEMBERS: i64 = 1_000_000;
const MOST: i64 = 999_999_999_999_999;
const LATEST: i64 = 3_600_000;
const BEYOND: i64 = 10_000;

/// What becomes of a message: the reply, or why there is none.
pub type Exchange = Pin<Box<dyn Future<Output = Result<ShareReply, JsValue>>>>;

/// Takes news: the scope that others changed, and the client whose message it was.
pub type News = Rc<dyn Fn(&str, &str)>;

/// Where several clients share quotas. Calls never depend on it: the first send of a scope does not wait for it, no call
/// waits for it longer than [`Coordinator::patience`] once, and none is rejected, lost or sent twice because of it.
///
/// With the feature `serde` the messages are data for any store; its other side is the ledger of the npm package
/// (`fetch-with-policy/share`, or the script of `/share/redis`).
pub trait Coordinator {
    /// Takes one message and gives the reply. Must be atomic for each scope. The future is dropped once nobody waits for it.
    /// If it fails, hangs or breaks a rule of [`ShareReply`], the client keeps to what it knows itself.
    fn exchange(&self, message: ShareMessage) -> Exchange;

    /// How long a reply is waited for.
    fn patience(&self) -> Duration {
        Duration::from_millis(500)
    }

    /// Called once, where the host can be called at any time: `news` is to be called whenever others changed something.
    /// Without it a client asks again by itself.
    fn subscribe(&self, news: News) {
        let _ = news;
    }
}

/// One client's message: hashes, counts and durations, nothing else. Durations are in ms.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct ShareMessage {
    /// The version of this format.
    pub version: u32,
    /// Who shares the quotas: a hash of the origin and the credentials, 32 hexadecimal digits.
    pub scope: String,
    /// The client that sends it: random.
    pub client: String,
    /// Requests that wait.
    pub want: i64,
    /// Requests sent so far of which no quota is known.
    pub sent: i64,
    /// For how much longer the server asked all of the scope to wait.
    pub held: i64,
    /// What it reports of each quota.
    pub quotas: Vec<QuotaReport>,
}

/// What a client reports of one quota; the members are those of the npm package's `SharedQuotaReport`, which describes them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[allow(missing_docs, reason = "described there")]
pub struct QuotaReport {
    pub id: String,
    pub limit: i64,
    pub mode: i64,
    pub used: i64,
    pub taken: i64,
    pub want: i64,
    pub units: i64,
    pub back: i64,
    pub window: i64,
    pub alone: bool,
    pub revision: i64,
    pub know: Vec<i64>,
}

/// The reply to a [`ShareMessage`]. One that breaks a rule counts as none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct ShareReply {
    /// Clients of the scope, this one included: 1 or more.
    pub members: i64,
    /// In how many ms it may help to ask again.
    pub retry: i64,
    /// For how much longer all of the scope have to wait, ms.
    pub held: i64,
    /// What is granted of each quota.
    pub quotas: Vec<QuotaShare>,
}

/// What is granted of one quota; the members are those of the npm package's `SharedQuotaReply`, which describes them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[allow(missing_docs, reason = "described there")]
pub struct QuotaShare {
    pub id: String,
    pub limit: i64,
    pub units: i64,
    pub next: i64,
    pub lease: i64,
    pub scarce: bool,
    pub alone: i64,
    pub revision: i64,
    pub age: i64,
    pub know: Vec<i64>,
}

impl ShareMessage {
    /// Of the core's text: a scope, and numbers.
    pub(super) fn read(text: &str, client: &str) -> Option<Self> {
        let (scope, rest) = text.split_once(' ')?;
        let all: Vec<i64> = rest.split_whitespace().map(|word| word.parse().ok()).collect::<Option<_>>()?;
        let ([want, sent, held], rest) = all.split_first_chunk()?;
        let quotas = rest.chunks(REPORT + KNOWN).map(QuotaReport::read).collect::<Option<_>>()?;
        let (want, sent, held) = (*want, *sent, *held);
        Some(Self { version: VERSION, scope: scope.into(), client: client.into(), want, sent, held, quotas })
    }
}

impl QuotaReport {
    fn read(numbers: &[i64]) -> Option<Self> {
        let ([id, limit, mode, used, taken, want, units, back, window, alone, revision], know): (&[i64; REPORT], _) =
            numbers.split_first_chunk()?;
        let (id, alone, know) = (format!("{id:08x}"), *alone != 0, know.into());
        let (limit, mode, used, taken, want) = (*limit, *mode, *used, *taken, *want);
        let (units, back, window, revision) = (*units, *back, *window, *revision);
        Some(Self { id, limit, mode, used, taken, want, units, back, window, alone, revision, know })
    }
}

impl ShareReply {
    /// As numbers for the core, which believes them: so all are checked here. `None` where one breaks a rule. A quota that is
    /// granted for longer than it can be, or that was not asked for, is left out.
    pub(super) fn write(&self, message: &ShareMessage) -> Option<String> {
        let is_fit = (1..=MOST_MEMBERS).contains(&self.members) && is_time(self.retry) && is_time(self.held);
        let mut all = Vec::from([self.members, self.retry, self.held]);
        for share in &self.quotas {
            let is_asked = |report: &&QuotaReport| report.id == share.id && report.limit == share.limit;
            let Some(asked) = message.quotas.iter().find(is_asked) else { continue };
            all.extend(share.numbers(asked)?);
        }
        let text = all.iter().map(|number| format!("{number}")).collect::<Vec<_>>().join(" ");
        is_fit.then_some(text)
    }
}

impl QuotaShare {
    // Nothing, where it is granted for longer than it can be.
    fn numbers(&self, asked: &QuotaReport) -> Option<Vec<i64>> {
        let is_count = |number: i64| (0..=MOST).contains(&number);
        let counts = [self.next, self.lease, self.revision];
        let is_fit = (0..=self.limit).contains(&self.units)
            && counts.into_iter().all(is_count)
            && (0..=BEYOND).contains(&self.alone)
            && is_time(self.age)
            && self.know.iter().all(|number| is_count(number.saturating_abs()));
        if !is_fit {
            return None;
        }
        let longest = asked.window.saturating_mul(2).saturating_add(BEYOND);
        let (most_next, most_lease) = if *self.know.first().unwrap_or(&asked.mode) == 0 {
            (longest, longest.saturating_mul(2))
        } else {
            (self.limit, longest)
        };
        if self.next > most_next || self.lease > most_lease {
            return Some(Vec::new());
        }
        let id = i64::from_str_radix(&self.id, 16).ok()?;
        let (limit, units, scarce) = (self.limit, self.units, i64::from(self.scarce));
        let numbers = [id, limit, units, self.next, self.lease, scarce, self.alone, self.revision, self.age];
        let mut known: Vec<i64> = self.know.iter().copied().take(KNOWN).collect();
        if known.is_empty() {
            known.push(NOTHING);
        }
        known.resize(KNOWN, 0);
        Some([&numbers[..], &known].concat())
    }
}

fn is_time(number: i64) -> bool {
    (0..=LATEST).contains(&number)
}
