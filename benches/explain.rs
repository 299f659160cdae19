//! What `explain` costs natively, in CPU time of this machine: answers of some 400 bytes, and bodies of 16 and 64 KiB that
//! are made to be slow. `cargo bench --bench explain`; the package's own figures are those of `cargo xtask bench explain`.

#[allow(dead_code, reason = "the tests use the rest of it")]
#[path = "../tests/it/explain_support/mod.rs"]
mod explain_support;

use explain_support::{Case, hostile, load, text};
use fetch_with_policy::explain::{Catalogs, explain};
use std::time::Instant;

const ANSWERS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/bench/answers.json");

/// The least of several rounds, us a call: what else the machine does only adds.
fn least(calls: u32, mut task: impl FnMut()) -> f64 {
    let round = |task: &mut dyn FnMut()| {
        let start = Instant::now();
        (0..calls).for_each(|_| task());
        start.elapsed().as_secs_f64() * 1e6 / f64::from(calls)
    };
    (0..15).map(|_| round(&mut task)).fold(f64::INFINITY, f64::min)
}

fn main() {
    let catalogs = Catalogs::built_in();
    println!("{:42} {:>8.1} us", "the catalogs, once", least(20, || drop(Catalogs::built_in())));
    for answer in load(ANSWERS) {
        let case = Case::of(&answer);
        let us = least(500, || drop(explain(&case.report(), &catalogs).to_json()));
        println!("{:42} {us:>8.1} us", text(&answer["name"]));
    }
    if std::env::args().any(|argument| argument == "typical") {
        return;
    }
    println!("\n{:42} {:>8} {:>8} {:>6}", "hostile bodies, ms", "16 KiB", "64 KiB", "times");
    for (name, body) in hostile::BODIES {
        let [small, large] = [16_384, 65_536].map(|size| {
            let case = Case { status: Some(400), body: Some(body(size)), ..Case::default() };
            least(3, || drop(explain(&case.report(), &catalogs).to_json())) / 1000.0
        });
        println!("{name:42} {small:>8.3} {large:>8.3} {:>6.1}", large / small);
    }
}
