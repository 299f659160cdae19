//! Headers that the generic reader cannot know, a vendor a file, all in one table.
//!
//! A new vendor is a file with its rows and a line in [`TABLE`]. Most rows only say what a name means; a value with a
//! grammar of its own brings a pattern.

use super::read::name::Role;

pub mod amazon;
pub mod auth0;
pub mod azure;
pub mod etsy;
pub mod salesforce;
pub mod sentry;
pub mod shopify;
pub mod strava;
pub mod x;

/// One header of a vendor's.
#[derive(Debug)]
pub struct Row {
    /// Its name, lower case.
    pub header: &'static str,
    /// What is done with its value.
    pub reads: Reads,
}

/// How a vendor's value is read.
#[derive(Clone, Copy, Debug)]
pub enum Reads {
    /// As one part of the quota so named; `""` is one without a name. A name may end in its window.
    Part(&'static str, Role),
    /// As records of a pattern, see [`super::read::value::records`].
    Records(&'static str),
    /// Not at all: the generic reader would misunderstand it.
    Nothing,
}

const TABLE: &[&[Row]] =
    &[amazon::ROWS, auth0::ROWS, azure::ROWS, etsy::ROWS, salesforce::ROWS, sentry::ROWS, shopify::ROWS, x::ROWS];

/// The row for a header, by its lower-case name.
#[inline(never)]
pub fn find(header: &str) -> Option<Reads> {
    for rows in TABLE {
        for row in *rows {
            #[cfg(test)]
            crate::syntax::steps::add(1);
            if row.header == header {
                return Some(row.reads);
            }
        }
    }
    None
}

/// All names in the table.
pub fn headers() -> impl Iterator<Item = &'static str> {
    TABLE.iter().flat_map(|rows| rows.iter()).map(|row| row.header)
}
