//! The client's options and errors as JavaScript sees them, in a real browser.
#![cfg(all(target_arch = "wasm32", feature = "client"))]

use fetch_with_policy::{
    client::{Error, fetch_with_policy, read_options},
    policy::Policy,
    syntax::value::OptionError,
};
use js_sys::{Array, Function, Object, Reflect, Symbol};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

#[wasm_bindgen_test]
fn a_bad_option_names_its_field_and_what_was_expected() {
    let rows = [
        (
            "{ retry: { maxAttempts: 0 } }",
            "retry.maxAttempts",
            "a whole number of 1 or more, which counts the first send",
        ),
        (
            "{ retry: { maxAttempts: '4' } }",
            "retry.maxAttempts",
            "a whole number of 1 or more, which counts the first send",
        ),
        (
            "{ retry: { maxAttempts: NaN } }",
            "retry.maxAttempts",
            "a whole number of 1 or more, which counts the first send",
        ),
        ("{ retry: { statuses: [503, 200] } }", "retry.statuses.1", "an HTTP status from 400 to 599"),
        ("{ retry: { jitter: null } }", "retry.jitter", "\"full\", \"equal\" or \"none\""),
        ("{ retry: null }", "retry", "false or an object"),
        ("{ retry: [] }", "retry", "false or an object"),
        ("{ retry: 10n }", "retry", "false or an object"),
        ("{ timeout: { total: Symbol() } }", "timeout.total", "a number of milliseconds, more than 0"),
        ("{ retries: 3 }", "retries", "a known option"),
        (
            "{ rateLimit: { quotas: [{ limit: 5 }] } }",
            "rateLimit.quotas.0.window",
            "a number of milliseconds, more than 0",
        ),
        ("{ profiles: [{ name: 'a' }] }", "profiles.0.hosts", "an array of one host or more"),
        ("{ retry: { get maxDelay() { throw 1; } } }", "retry", "members that can be read"),
        (
            "{ retry: { statuses: new Proxy([], { ownKeys() { throw 1; } }) } }",
            "retry.statuses",
            "members that can be read",
        ),
        ("[]", "", "an object"),
        ("null", "", "an object"),
        ("7", "", "an object"),
        ("() => {}", "", "an object"),
    ];
    for (options, field, expected) in rows {
        assert_eq!(read(options).unwrap_err(), OptionError { field: field.into(), expected }, "{options}");
    }
}

#[wasm_bindgen_test]
fn good_options_reach_the_rules_and_undefined_ones_inherit() {
    let options = "{
        retry: { maxAttempts: 7, maxDelay: Infinity, statuses: [503], jitter: undefined },
        rateLimit: { quotas: [{ limit: 5, window: 100.5, name: 'x' }], probe: Infinity },
        timeout: { total: 2500 }, priority: -1.5, cost: { requests: 2, tokens: 800 }, throwHttpErrors: true,
        profiles: [{ name: 'acme', hosts: ['*.acme.example'], retry: { initialDelay: 9 } }], body: undefined,
    }";
    let policy = read(options).unwrap();
    let rules = policy.rules("api.acme.example");
    let retry = rules.retry.as_ref().unwrap();
    assert_eq!((retry.max_attempts, retry.max_delay, retry.initial_delay), (7, i64::MAX, Some(9)));
    assert_eq!(retry.statuses.as_deref(), Some(&vec![503]));
    let rate = rules.rate_limit.as_ref().unwrap();
    assert_eq!((rate.quotas[0].limit, rate.quotas[0].window, rate.probe), (5, 101, u32::MAX));
    assert_eq!((rules.total_timeout, rules.priority, rules.cost, rules.throw_http_errors), (Some(2500), -1, 2, true));
    assert_eq!(policy.rules("other.example").retry.as_ref().unwrap().initial_delay, None);
}

#[wasm_bindgen_test]
fn callbacks_are_refused_by_name_and_not_silently_dropped() {
    for field in ["onEvent", "prepare", "fetch", "body"] {
        let error = read(&format!("{{ {field}() {{}} }}")).unwrap_err();
        assert_eq!((error.field.as_str(), error.expected), (field, "undefined: the client in Rust takes no callbacks"));
    }
    assert_eq!(read("{ retry: { decide() {} } }").unwrap_err().field, "retry.decide");
    assert_eq!(read("{ rateLimit: { scope() {} } }").unwrap_err().field, "rateLimit.scope");
    assert_eq!(read("{ host: {} }").unwrap_err().field, "host");
}

#[wasm_bindgen_test]
fn an_object_that_holds_itself_ends_the_walk_where_it_leaves_the_schema() {
    for (place, field) in [("retry", "retry.retry"), ("profiles[0]", "profiles.0.profiles")] {
        let options =
            format!("(() => {{ const o = {{ retry: {{}}, profiles: [{{}}] }}; o.{place} = o; return o; }})()");
        assert_eq!(read(&options).unwrap_err().field, field);
    }
    let catalog = "(() => { const c = {}; c.c = c; return { profiles: [{ hosts: ['a.example'], catalog: c }] }; })()";
    assert!(read(catalog).is_ok(), "the explainer's, which is not walked");
}

#[wasm_bindgen_test]
async fn a_bad_option_rejects_with_an_error_that_the_packages_guards_know() {
    let options = eval("({ retry: { maxDelay: 'soon' } })");
    let error = fetch_with_policy("https://a.example".into(), JsValue::UNDEFINED, options).await.unwrap_err();
    assert!(error.is_instance_of::<js_sys::Error>());
    let rows = [
        ("name", "PolicyOptionError"),
        ("code", "invalid-option"),
        ("field", "retry.maxDelay"),
        ("expected", "a number of milliseconds, 0 or more"),
        ("message", "retry.maxDelay: expected a number of milliseconds, 0 or more"),
    ];
    for (name, expected) in rows {
        assert_eq!(Reflect::get(&error, &name.into()).unwrap(), expected, "{name}");
    }
    let brand: Array = Reflect::get(&error, &Symbol::for_("fetch-with-policy.error")).unwrap().unchecked_into();
    assert!(["PolicyError", "PolicyOptionError"].iter().all(|kind| brand.includes(&(*kind).into(), 0)));
    assert!(!Object::keys(error.unchecked_ref::<Object>()).includes(&"name".into(), 0), "as of the package's own");
}

#[wasm_bindgen_test]
fn a_deadline_is_a_timeout_error_and_what_the_host_threw_stays_what_it_was() {
    let deadline = Error::Deadline.into_js("GET https://a.example");
    assert!(deadline.is_instance_of::<web_sys::DomException>());
    assert_eq!(Reflect::get(&deadline, &"name".into()).unwrap(), "TimeoutError");
    let thrown: JsValue = js_sys::TypeError::new("Failed to fetch").into();
    assert!(Object::is(&Error::Network(thrown.clone()).into_js("GET"), &thrown));
    assert!(Object::is(&JsValue::from(Error::Aborted(JsValue::NULL)), &JsValue::NULL));
}

fn read(options: &str) -> Result<Policy, OptionError> {
    read_options(Policy::default(), eval(&format!("({options})")))
}

fn eval(code: &str) -> JsValue {
    Function::new_no_args(&format!("return {code}")).call0(&JsValue::NULL).unwrap()
}
