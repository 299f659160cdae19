//! Readers of text. Nothing here knows what HTTP means by it.

pub mod base64;
pub mod duration;
pub mod grams;
#[cfg(feature = "http")]
pub mod header_map;
pub mod headers;
pub mod http_date;
pub(crate) mod index;
pub mod json;
pub mod label;
pub mod markup;
pub mod number;
#[cfg(test)]
pub mod patterns;
pub mod search;
pub mod shapes;
#[cfg(test)]
pub mod steps;
pub mod structured;
pub mod value;
pub mod words;
pub mod write;
