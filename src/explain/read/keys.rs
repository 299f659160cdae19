//! The names of members that the explainer asks for, in bodies and in catalogs: all of them, once.
//!
//! Code asks by number: `key!("code")`, and `keys!("code error_code")` for the spellings of one thing, likeliest first. A
//! name that is not listed here does not compile.

use crate::syntax::json::names::Names;
use crate::syntax::json::{Document, parse_with};

/// The dictionary. Ids of envelopes come first.
pub static NAMES: Names = Names::new(WORDS);

const WORDS: &str = "\
error errors fault Fault Error message detail response result data extensions code error_code errorCode Code __type \
reason type name category status error_description errorSummary description Message msg title faultstring \
errorMessages non_field_errors errorMessage error_message correlationId errorId fbtrace_id doc_url documentation_url \
more_info help errorLink error_uri url field path loc pointer param parameter propertyPath source target in fields \
details defaultMessage invalid-params invalid_params violations fieldViolations fieldList causes issues errorCauses \
fieldErrors field_errors innererror innerError httpStatus _errors header location error_user_msg userMessage @type \
success content decline_code request_log_url root_cause jsonrpc kind apiVersion ok locations jsonapi hint timestamp \
statusCode object retry_after global value method body requestBody json bodyIs format not any when then rules id \
provider hosts recognise extends priority retry verdict until how confidence fieldReason fieldMessage exists present \
requiresIdempotency fieldName fieldPath property attribute instancePath dataPath Field Property key invalidParams \
validationErrors validation_errors ModelState responseStatus ResponseStatus context_info invalid_fields params \
parameters sys status_code link validation keys context extra messages Errors response_metadata meta errcode errorcode \
ErrorCode errCode constraints request requestHeader";

/// Reads `text`, whose members are then found by number.
pub fn parse(text: &str) -> Document<'_> {
    parse_with(text, &NAMES)
}

/// The number of `name`.
///
/// # Panics
/// While compiling, where it is not listed.
pub const fn id(name: &str) -> u8 {
    let id = NAMES_CONST.id(name);
    assert!(id > 0, "a name that the dictionary lacks");
    id
}

const NAMES_CONST: Names = Names::new(WORDS);

/// How many words `list` has.
pub const fn count(list: &str) -> usize {
    let (mut at, mut count) = (0, 1);
    while at < list.len() {
        count += (list.as_bytes()[at] == b' ') as usize;
        at += 1;
    }
    count
}

/// The numbers of the names in `list`, which single blanks part.
pub const fn ids<const N: usize>(list: &str) -> [u8; N] {
    let mut out = [0; N];
    let (mut rest, mut index) = (list.as_bytes(), 0);
    while index < N {
        let mut length = 0;
        while length < rest.len() && rest[length] != b' ' {
            length += 1;
        }
        let (word, tail) = rest.split_at(length);
        out[index] = match core::str::from_utf8(word) {
            Ok(word) => id(word),
            Err(_) => 0,
        };
        rest = if tail.is_empty() { tail } else { tail.split_at(1).1 };
        index += 1;
    }
    out
}

/// The number of a name.
macro_rules! key {
    ($name:literal) => {
        const { $crate::explain::read::keys::id($name) }
    };
}

/// The numbers of the names in a list.
macro_rules! keys {
    ($list:literal) => {{
        const IDS: [u8; $crate::explain::read::keys::count($list)] = $crate::explain::read::keys::ids($list);
        &IDS
    }};
}

pub(crate) use {key, keys};

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    #[test]
    fn members_are_found_by_number_in_any_spelling_that_is_asked_for() {
        const CODES: &[u8] = keys!("code error_code");
        let document = parse("{\"error_code\":1,\"x\":2,\"code\":3,\"code\":4}");
        let found: Vec<_> = CODES.iter().map(|key| document.root().at(*key).word()).collect();
        assert_eq!(found, ["4", "1"]);
        assert!(!document.root().at(key!("message")).exists());
    }
}
