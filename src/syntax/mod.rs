//! Readers of text, without the meaning that HTTP gives to it.

#[doc(hidden)]
pub mod base64;
#[doc(hidden)]
pub mod duration;
#[doc(hidden)]
pub mod grams;
#[cfg(feature = "http")]
pub mod header_map;
pub mod headers;
#[doc(hidden)]
pub mod http_date;
pub(crate) mod index;
#[doc(hidden)]
pub mod json;
#[doc(hidden)]
pub mod label;
#[doc(hidden)]
pub mod markup;
#[doc(hidden)]
pub mod number;
#[cfg(test)]
pub mod patterns;
#[doc(hidden)]
pub mod search;
#[doc(hidden)]
pub mod shapes;
#[cfg(test)]
pub mod steps;
#[doc(hidden)]
pub mod structured;
pub mod value;
#[doc(hidden)]
pub mod words;
#[doc(hidden)]
pub mod write;
