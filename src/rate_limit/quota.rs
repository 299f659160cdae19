//! stub
use alloc::string::String;
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Quota {
    pub name: Option<String>,
    pub unit: Option<String>,
    pub limit: Option<u64>,
    pub remaining: Option<u64>,
    pub reset_in: Option<i64>,
    pub window: Option<i64>,
    pub source: String,
    pub granularity: i64,
    pub absolute: bool,
}
impl Quota {
    /// Whether it says that no request is left.
    pub fn is_spent(&self) -> bool {
        self.remaining == Some(0) && self.unit.as_deref().is_none_or(|unit| unit == "requests")
    }
}
