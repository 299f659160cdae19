//! Rust accepts and rejects the same options as JS, with the same messages: `tests/js/check-options.test.js` reads the same file.

use fetch_with_policy::{
    options::OptionError,
    policy::Policy,
    syntax::value::{Next, Value},
};
use serde_json::Value as Json;

use crate::json_options::{leaf, members};

fn cases(list: &str) -> Vec<Json> {
    let all: Json = serde_json::from_str(include_str!("../fixtures/options.json")).unwrap();
    let cases = all[list].as_array().unwrap().clone();
    assert!(cases.len() > 5, "{list}");
    cases
}

#[test]
fn an_unknown_option_is_named_with_the_one_that_was_probably_meant() {
    for case in cases("unknown") {
        let path = case[0].as_str().unwrap();
        let mut policy = Policy::default();
        for list in ["profiles", "profiles.0.rateLimit.quotas", "profiles.0.dialects", "rateLimit.quotas"] {
            policy.set(list, Value::List(1)).unwrap();
            policy.set(&format!("{list}.0"), Value::Object).unwrap();
        }
        let expected = match case[1].as_str() {
            Some(known) => format!("unknown option \"{path}\"; did you mean \"{known}\"?"),
            None => format!("unknown option \"{path}\""),
        };
        assert_eq!(policy.set(path, Value::Other).unwrap_err().message(), expected);
    }
}

#[test]
fn a_bad_option_is_named_with_what_was_expected() {
    for case in cases("bad") {
        let error = set(&case[0]).expect_err(&case[0].to_string());
        assert_eq!((Json::from(error.field.as_str()), Json::from(error.message())), (case[1].clone(), case[2].clone()));
    }
}

#[test]
fn good_options_are_taken() {
    for case in cases("good") {
        assert_eq!(set(&case), Ok(()), "{case}");
    }
}

fn set(options: &Json) -> Result<(), OptionError> {
    let mut policy = Policy::default();
    walk(&mut policy, "", options)?;
    policy.check()
}

fn walk(policy: &mut Policy, path: &str, value: &Json) -> Result<(), OptionError> {
    if policy.set(path, leaf(value))? == Next::Leave {
        return Ok(());
    }
    members(path, value).into_iter().try_for_each(|(path, value)| walk(policy, &path, value))
}
