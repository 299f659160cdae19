//! What the npm package's shell knows before its core is loaded is written from the core's tables, never by hand.

use std::{env, fmt::Write, fs, path::Path};

use fetch_with_policy::{
    policy::Policy,
    rate_limit::read,
    retry::{IDEMPOTENCY_KEY, classify, options::METHODS},
};

const FILE: &str = "pkg-template/src/core-facts.js";
const CORE: &str = "pkg-template/src/core-chunk.js";

/// Headers that most responses have: they set the core's clock right, and say nothing of a limit.
const CLOCKS: &str = "^age$|^date$|";

fn facts() -> String {
    let rules = Policy::default().rules("api.example.com");
    let rate = rules.rate_limit.as_ref().expect("rate limiting is on by default");
    let first_error = (100..600).find(|status| classify::is_error(*status)).expect("some statuses are errors");
    let telling = read::wanted().strip_prefix(CLOCKS).expect("the clocks come first");
    let mut text = String::from(
        "// @ts-check\n// Written from the core's tables: `FACTS=write cargo test --test it shell_facts`. The test fails where the two differ.\n\n",
    );
    let mut add = |about: &str, name: &str, value: &str| {
        write!(text, "/** {about} */\nexport const {name} = {value};\n").expect("a text grows");
    };
    add("Which core this is for.", "VERSION", &format!("{:?}", env!("CARGO_PKG_VERSION")));
    add(
        "How long a call waits at most for what a server asks, ms: `rateLimit.maxWait`.",
        "MAX_WAIT",
        &rate.max_wait.to_string(),
    );
    add("The lowest status that is an error.", "FIRST_ERROR", &first_error.to_string());
    add("Names of response headers that tell of a limit.", "TELLING", &format!("/{telling}/"));
    add("The header that says how long to wait.", "RETRY_AFTER", "\"retry-after\"");
    add("The request header that makes a repetition safe.", "IDEMPOTENCY_KEY", &format!("{IDEMPOTENCY_KEY:?}"));
    add("Methods that need no such header: `retry.methods`.", "METHODS", &format!("{METHODS:?}"));
    text
}

#[test]
fn the_shell_has_the_facts_of_the_core() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(FILE);
    let facts = facts();
    if env::var_os("FACTS").is_some() {
        fs::write(&file, &facts).expect("the file can be written");
    }
    assert_eq!(fs::read_to_string(&file).unwrap_or_default(), facts);
    let core = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(CORE)).unwrap_or_default();
    assert!(core.contains(&format!("export const VERSION = {:?};", env!("CARGO_PKG_VERSION"))), "{CORE}");
}
