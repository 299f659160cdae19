//! The crate's data to and from JavaScript's values, in the contract's shapes.

use serde::{Serialize, de::DeserializeOwned};
use wasm_bindgen::JsValue;

use crate::client::error::Error;

/// `data` as JavaScript has it: plain objects, null where the contract says null. For an
/// [`Explanation`](crate::explain::write::plain::Explanation), a [`CallRecord`](crate::record::CallRecord),
/// a [`Snapshot`](crate::record::Snapshot) and whatever else serialises.
///
/// # Errors
/// [`Error::Data`] where the host's objects refuse a member.
pub fn to_js<T: Serialize + ?Sized>(data: &T) -> Result<JsValue, Error> {
    data.serialize(&serde_wasm_bindgen::Serializer::json_compatible()).map_err(|error| Error::Data(error.into()))
}

/// What `value` says, as data: a snapshot that a page kept, an explanation. Members that the data does not have are passed
/// over; so options are better read by [`Client::extend_js`](crate::client::Client::extend_js), which names a bad one.
///
/// # Errors
/// [`Error::Data`] with what was expected.
pub fn from_js<T: DeserializeOwned>(value: JsValue) -> Result<T, Error> {
    serde_wasm_bindgen::from_value(value).map_err(|error| Error::Data(error.into()))
}
