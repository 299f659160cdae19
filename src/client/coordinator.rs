//! Where several clients share quotas, and the messages that go over: in the shapes of the npm package, so that Rust and
//! JavaScript share one ledger.

use alloc::{boxed::Box, format, rc::Rc, string::String, vec::Vec};
use core::{future::Future, pin::Pin, time::Duration};

use wasm_bindgen::JsValue;

/// The version of the messages.
const VERSION: u32 = 1;

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
    /// Of the core's lines: one for the scope, then one for each quota.
    pub(super) fn read(text: &str, client: &str) -> Option<Self> {
        let mut lines = text.lines();
        let (scope, head) = lines.next()?.split_once(' ')?;
        let [want, sent, held] = *numbers(head)?.first_chunk()?;
        let quotas = lines.map(QuotaReport::read).collect::<Option<_>>()?;
        Some(Self { version: VERSION, scope: scope.into(), client: client.into(), want, sent, held, quotas })
    }
}

impl QuotaReport {
    fn read(line: &str) -> Option<Self> {
        let all = numbers(line)?;
        let ([id, limit, mode, used, taken, want, units, back, window, alone, revision], know) =
            all.split_first_chunk()?;
        let (id, alone, know) = (format!("{id:08x}"), *alone != 0, know.into());
        let (limit, mode, used, taken, want) = (*limit, *mode, *used, *taken, *want);
        let (units, back, window, revision) = (*units, *back, *window, *revision);
        Some(Self { id, limit, mode, used, taken, want, units, back, window, alone, revision, know })
    }
}

impl ShareReply {
    /// As lines for the core, which checks them.
    pub(super) fn write(&self) -> String {
        let mut text = line(&[self.members, self.retry, self.held]);
        for quota in &self.quotas {
            // No number of the core's: its line breaks a rule.
            let id = i64::from_str_radix(&quota.id, 16).unwrap_or(-1);
            let (scarce, QuotaShare { limit, units, next, lease, alone, revision, age, .. }) = (quota.scarce, quota);
            let mut all = Vec::from([id, *limit, *units, *next, *lease, i64::from(scarce), *alone, *revision, *age]);
            all.extend(&quota.know);
            text.push('\n');
            text.push_str(&line(&all));
        }
        text
    }
}

fn line(numbers: &[i64]) -> String {
    numbers.iter().map(|number| format!("{number}")).collect::<Vec<_>>().join(" ")
}

fn numbers(line: &str) -> Option<Vec<i64>> {
    line.split_whitespace().map(|word| word.parse().ok()).collect()
}
