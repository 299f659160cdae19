//! Says typed options to the core, leaf by leaf.

use alloc::{collections::BTreeMap, string::String, vec::Vec};
use core::time::Duration;

use crate::{
    options::{Algorithm, Cost, IdempotencyKey, Jitter, Pacing, Switch},
    policy::Policy,
    syntax::{
        number,
        value::{OptionError, Value},
    },
};

/// What has leaves to say.
pub trait Say {
    /// Says them, at the path where `walk` stands.
    ///
    /// # Errors
    /// The first that is refused.
    fn say(&self, walk: &mut Walk) -> Result<(), OptionError>;
}

/// A policy that receives options, and the current path.
pub struct Walk {
    policy: Policy,
    path: String,
}

impl Walk {
    pub fn new(policy: Policy) -> Self {
        Self { policy, path: String::new() }
    }

    /// What stands here.
    pub fn leaf(&mut self, value: Value<'_>) -> Result<(), OptionError> {
        self.policy.set(&self.path, value).map(drop)
    }

    /// What stands at `name` below here, if anything does.
    pub fn member<T: Say>(&mut self, name: &str, value: Option<&T>) -> Result<(), OptionError> {
        let Some(value) = value else { return Ok(()) };
        let outer = self.path.len();
        if outer > 0 {
            self.path.push_str(".");
        }
        self.path.push_str(name);
        let said = value.say(self);
        self.path.truncate(outer);
        said
    }

    /// The policy, if what was said is whole.
    pub fn end(self) -> Result<Policy, OptionError> {
        self.policy.check().map(|()| self.policy)
    }
}

impl Say for bool {
    fn say(&self, walk: &mut Walk) -> Result<(), OptionError> {
        walk.leaf(Value::Flag(*self))
    }
}

impl Say for f64 {
    fn say(&self, walk: &mut Walk) -> Result<(), OptionError> {
        walk.leaf(Value::Number(*self))
    }
}

impl Say for i32 {
    fn say(&self, walk: &mut Walk) -> Result<(), OptionError> {
        f64::from(*self).say(walk)
    }
}

impl Say for u16 {
    fn say(&self, walk: &mut Walk) -> Result<(), OptionError> {
        f64::from(*self).say(walk)
    }
}

impl Say for u32 {
    fn say(&self, walk: &mut Walk) -> Result<(), OptionError> {
        f64::from(*self).say(walk)
    }
}

impl Say for Duration {
    fn say(&self, walk: &mut Walk) -> Result<(), OptionError> {
        (self.as_secs_f64() * 1000.0).say(walk)
    }
}

impl Say for str {
    fn say(&self, walk: &mut Walk) -> Result<(), OptionError> {
        walk.leaf(Value::Text(self))
    }
}

impl Say for String {
    fn say(&self, walk: &mut Walk) -> Result<(), OptionError> {
        self.as_str().say(walk)
    }
}

impl<T: Say> Say for Vec<T> {
    fn say(&self, walk: &mut Walk) -> Result<(), OptionError> {
        walk.leaf(Value::List(self.len()))?;
        let mut name = String::new();
        for (index, element) in self.iter().enumerate() {
            name.clear();
            number::push(&mut name, index as u64);
            walk.member(&name, Some(element))?;
        }
        Ok(())
    }
}

impl<T: Say> Say for BTreeMap<String, T> {
    fn say(&self, walk: &mut Walk) -> Result<(), OptionError> {
        walk.leaf(Value::Object)?;
        self.iter().try_for_each(|(name, value)| walk.member(name, Some(value)))
    }
}

impl<T: Say> Say for Switch<T> {
    fn say(&self, walk: &mut Walk) -> Result<(), OptionError> {
        match self {
            Self::Off => false.say(walk),
            Self::On(options) => options.say(walk),
        }
    }
}

impl Say for Cost {
    fn say(&self, walk: &mut Walk) -> Result<(), OptionError> {
        match self {
            Self::Requests(requests) => requests.say(walk),
            Self::Units(units) => units.say(walk),
        }
    }
}

impl Say for IdempotencyKey {
    fn say(&self, walk: &mut Walk) -> Result<(), OptionError> {
        match self {
            Self::Off => false.say(walk),
            Self::Auto => "auto".say(walk),
        }
    }
}

impl Say for Jitter {
    fn say(&self, walk: &mut Walk) -> Result<(), OptionError> {
        match self {
            Self::Full => "full",
            Self::Equal => "equal",
            Self::None => "none",
        }
        .say(walk)
    }
}

impl Say for Pacing {
    fn say(&self, walk: &mut Walk) -> Result<(), OptionError> {
        match self {
            Self::Burst => "burst",
            Self::Spread => "spread",
        }
        .say(walk)
    }
}

impl Say for Algorithm {
    fn say(&self, walk: &mut Walk) -> Result<(), OptionError> {
        match self {
            Self::Fixed => "fixed",
            Self::Sliding => "sliding",
            Self::TokenBucket => "token-bucket",
        }
        .say(walk)
    }
}
