//! The facts of the core that the npm package's shell has before it loads the core are generated from the core's tables.

use std::fmt::Write;

use fetch_with_policy::{
    policy::Policy,
    rate_limit::read,
    retry::{IDEMPOTENCY_KEY, classify, options::METHODS},
};

use crate::generated;

const FILE: &str = "pkg-template/src/core-facts.js";
const CORE: &str = "pkg-template/src/core-chunk.js";

/// Headers that most responses have: the core corrects its clock by them, and they report no limit.
const CLOCKS: &str = "^age$|^date$|";

/// What is in the name of every header that reports a limit or a wait: shorter than the names, and a page loads it. A header that
/// has one of these by chance loads the core, which reads nothing in it.
const IN_NAMES: [&str; 11] = [
    "ratelimit",
    "rate-limit",
    "rate_limit",
    "request-rate-",
    "retry-",
    "-retry",
    "case-usage",
    "quota-limit",
    "call-limit",
    "-limit-",
    "remaining-t",
];

fn facts() -> String {
    let rules = Policy::default().rules("api.example.com");
    let rate = rules.rate_limit.as_ref().expect("rate limiting is on by default");
    let first_error = (100..600).find(|status| classify::is_error(*status)).expect("some statuses are errors");
    for name in read::wanted().strip_prefix(CLOCKS).expect("the clocks come first").split('|') {
        let name = name.trim_matches(['^', '$']);
        assert!(IN_NAMES.iter().any(|word| name.contains(word)), "nothing of {name}");
    }
    for word in IN_NAMES {
        assert!(read::wanted().contains(word), "no name has {word}");
    }
    let limits = IN_NAMES.join("|");
    let mut text = String::from(
        "// @ts-check\n// Generated from the core's tables: `FACTS=write cargo test --test it shell_facts`. The test fails where the two differ.\n\n",
    );
    let mut add = |about: &str, name: &str, value: &str| {
        write!(text, "/** {about} */\nexport const {name} = {value};\n").expect("a text grows");
    };
    add("The version of the core that the shell loads.", "VERSION", &format!("{:?}", env!("CARGO_PKG_VERSION")));
    add("The longest wait that a server may ask for, ms: `rateLimit.maxWait`.", "MAX_WAIT", &rate.max_wait.to_string());
    add("The lowest status that is an error.", "FIRST_ERROR", &first_error.to_string());
    add("In the name of each response header that reports a limit or a wait.", "LIMIT_HEADERS", &format!("/{limits}/"));
    add("The header that says how long to wait.", "RETRY_AFTER", "\"retry-after\"");
    add("The request header that makes a retry safe.", "IDEMPOTENCY_KEY", &format!("{IDEMPOTENCY_KEY:?}"));
    add("Methods that need no such header: `retry.methods`.", "METHODS", &format!("{METHODS:?}"));
    text
}

#[test]
fn the_shell_has_the_facts_of_the_core() {
    generated::hold(FILE, &facts(), "FACTS");
    assert!(
        generated::text(CORE).contains(&format!("export const VERSION = {:?};", env!("CARGO_PKG_VERSION"))),
        "{CORE}"
    );
}
