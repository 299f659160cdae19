//! Converts the crate's data to and from JavaScript values, in the shapes of the npm package.

use serde::{Serialize, de::DeserializeOwned};
use wasm_bindgen::JsValue;

use crate::client::error::Error;

/// Converts `data` to plain objects, with null where the npm package has null. For an
/// [`Explanation`](crate::explain::write::plain::Explanation), a [`CallRecord`](crate::record::CallRecord),
/// a [`Snapshot`](crate::record::Snapshot) and whatever else serialises.
///
/// # Errors
/// [`Error::Data`] if a member cannot be set on the host's objects.
pub fn to_js<T: Serialize + ?Sized>(data: &T) -> Result<JsValue, Error> {
    data.serialize(&serde_wasm_bindgen::Serializer::json_compatible()).map_err(|error| Error::Data(error.into()))
}

/// Reads `value` as data, such as a stored snapshot or an explanation. Unknown members are ignored, so read
/// options with [`Client::extend_js`](crate::client::Client::extend_js) instead: it names a bad option.
///
/// # Errors
/// [`Error::Data`] with what was expected.
pub fn from_js<T: DeserializeOwned>(value: JsValue) -> Result<T, Error> {
    serde_wasm_bindgen::from_value(value).map_err(|error| Error::Data(error.into()))
}
